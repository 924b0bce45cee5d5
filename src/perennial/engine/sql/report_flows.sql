-- One row per month: who bought, by what they were when the month began, and who fell silent in it.
WITH
months AS (
  SELECT DISTINCT as_of, CAST(date_trunc('month', as_of) AS DATE) AS month FROM derived.stages),
ends AS (  -- stage of each customer at the end of the month and at the end of the one before
  SELECT m.month, s.customer_id, s.stage, b.stage AS before
  FROM months m
  JOIN derived.stages s ON s.as_of = m.as_of
  LEFT JOIN derived.stages b
    ON b.customer_id = s.customer_id AND b.as_of = (SELECT max(as_of) FROM months p WHERE p.as_of < m.as_of)),
bought AS (
  SELECT CAST(date_trunc('month', p.day) AS DATE) AS month, p.customer_id,
         bool_or(p.day = c.first_order) AS is_new
  FROM derived.purchase_days p JOIN derived.customers c ON c.customer_id = p.customer_id
  GROUP BY 1, 2)
SELECT
  e.month,
  count(*) FILTER (b.customer_id IS NOT NULL AND b.is_new) AS new_buyers,
  count(*) FILTER (b.customer_id IS NOT NULL AND NOT b.is_new AND coalesce(e.before, '') NOT IN ('at_risk', 'lapsed')) AS returning_buyers,
  count(*) FILTER (b.customer_id IS NOT NULL AND NOT b.is_new AND coalesce(e.before, '') IN ('at_risk', 'lapsed')) AS won_back,
  count(*) FILTER (e.stage = 'at_risk' AND coalesce(e.before, '') NOT IN ('at_risk', 'lapsed')) AS to_at_risk,
  count(*) FILTER (e.stage = 'lapsed' AND coalesce(e.before, '') <> 'lapsed') AS to_lapsed
FROM ends e
LEFT JOIN bought b ON b.month = e.month AND b.customer_id = e.customer_id
GROUP BY e.month
ORDER BY e.month
