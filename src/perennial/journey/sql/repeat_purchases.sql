-- One row per day from {{start}} to {{as_of}} with repeat purchases of customers first seen up to {{cohort_end}}.
WITH days AS (
  {{net_purchase_days}}
),
firsts AS (
  SELECT customer_id, min(day) AS first_day
  FROM days
  GROUP BY customer_id
  HAVING min(day) <= {{cohort_end}}
)
SELECT d.day, CAST(sum(CASE WHEN d.day > f.first_day THEN 1 ELSE 0 END) AS DOUBLE) AS repeats
FROM days d
JOIN firsts f ON f.customer_id = d.customer_id
GROUP BY d.day
ORDER BY d.day
