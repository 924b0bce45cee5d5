-- One row per stage with customers as of $1, and the value predicted for all of them.
SELECT s.stage, count(*) AS customers, sum(v.lifetime_value) AS predicted_value
FROM derived.stages s
LEFT JOIN derived.scores v ON v.customer_id = s.customer_id
WHERE s.as_of = CAST($1 AS DATE)
GROUP BY s.stage
