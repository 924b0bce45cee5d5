-- One row per stage with people as of $1, visitors included, and the value predicted for all of them.
SELECT n.stage, n.customers, CAST(sum(CAST(v.lifetime_value AS DECIMAL(38, 6))) AS DOUBLE) AS predicted_value
FROM derived.stage_counts n
LEFT JOIN derived.stages s ON s.as_of = n.as_of AND s.stage = n.stage
LEFT JOIN derived.scores v ON v.customer_id = s.customer_id
WHERE n.as_of = CAST($1 AS DATE)
GROUP BY n.stage, n.customers
ORDER BY n.stage
