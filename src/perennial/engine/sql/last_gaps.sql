-- One row per customer with three purchase days or more: the days between the last three.
WITH days AS (
  SELECT customer_id, day,
    day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap,
    lag(day) OVER (PARTITION BY customer_id ORDER BY day) - lag(day, 2) OVER (PARTITION BY customer_id ORDER BY day) AS gap_before,
    row_number() OVER (PARTITION BY customer_id ORDER BY day DESC) AS place
  FROM derived.purchase_days
)
SELECT CAST(gap_before AS DOUBLE) AS gap, CAST(gap AS DOUBLE) AS next_gap
FROM days
WHERE place = 1 AND gap_before IS NOT NULL
ORDER BY customer_id
