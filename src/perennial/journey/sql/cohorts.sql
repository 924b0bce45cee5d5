-- One row per cohort (first day of the month of first purchase) and number of months since, up to the as-of month:
-- size of the cohort, how many bought in that month, net revenue in it and up to it. `finished` is false for the month
-- that is not over by the as-of day.
WITH firsts AS (
  SELECT customer_id, CAST(date_trunc('month', min(day)) AS DATE) AS cohort
  FROM derived.purchase_days
  GROUP BY customer_id
),
sizes AS (
  SELECT cohort, count(*) AS customers
  FROM firsts
  GROUP BY cohort
),
months AS (
  SELECT month, number FROM (VALUES {{months}}) numbered (month, number)
),
spent AS (
  SELECT f.cohort, CAST(date_trunc('month', p.day) AS DATE) AS month, count(DISTINCT p.customer_id) AS active,
    sum(CAST(p.amount AS DECIMAL(38, 6))) AS revenue
  FROM derived.purchase_days p
  JOIN firsts f ON f.customer_id = p.customer_id
  GROUP BY f.cohort, CAST(date_trunc('month', p.day) AS DATE)
)
SELECT s.cohort, CAST(m.number - c.number AS INTEGER) AS period, s.customers, coalesce(x.active, 0) AS active,
  CAST(coalesce(x.revenue, 0) AS DOUBLE) AS revenue,
  CAST(sum(coalesce(x.revenue, 0)) OVER (PARTITION BY s.cohort ORDER BY m.number) AS DOUBLE) AS cumulative_revenue,
  m.month < {{unfinished_month}} AS finished
FROM sizes s
JOIN months c ON c.month = s.cohort
JOIN months m ON m.number >= c.number
LEFT JOIN spent x ON x.cohort = s.cohort AND x.month = m.month
ORDER BY s.cohort, period
