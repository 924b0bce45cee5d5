-- One row per channel and 30-day period since the first purchase: customers observed to its end by $1, and their net spend
-- within it.
WITH firsts AS (
  SELECT p.customer_id, coalesce(any_value(c.channel), '') AS channel, min(p.day) AS first_day,
    (CAST($1 AS DATE) - min(p.day) + 1) // 30 AS periods
  FROM derived.purchase_days p
  LEFT JOIN derived.customers c ON c.customer_id = p.customer_id
  GROUP BY p.customer_id
),
spent AS (
  SELECT p.customer_id, (p.day - f.first_day) // 30 AS period, sum(CAST(p.amount AS DECIMAL(38, 6))) AS amount
  FROM derived.purchase_days p
  JOIN firsts f ON f.customer_id = p.customer_id
  GROUP BY p.customer_id, (p.day - f.first_day) // 30
),
numbers AS (
  SELECT unnest(range(0, (SELECT CAST(coalesce(max(periods), 0) AS BIGINT) FROM firsts))) AS period
)
SELECT f.channel, CAST(n.period AS BIGINT) AS period, count(*) AS customers,
  CAST(coalesce(sum(s.amount), 0) AS DOUBLE) AS spend
FROM firsts f
JOIN numbers n ON n.period < f.periods
LEFT JOIN spent s ON s.customer_id = f.customer_id AND s.period = n.period
GROUP BY f.channel, n.period
ORDER BY f.channel, n.period
