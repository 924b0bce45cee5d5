-- One row: the shop in numbers, guests included where it says orders or revenue.
WITH
gaps AS (
  SELECT day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS days FROM derived.purchase_days),
shop AS (
  SELECT count(*) AS orders, coalesce(CAST(sum(CAST(amount AS DECIMAL(38, 6))) AS DOUBLE), 0) AS revenue, min(day) AS first_day, max(day) AS last_day FROM derived.orders),
given_back AS (
  SELECT coalesce(CAST(sum(CAST(amount AS DECIMAL(38, 6))) AS DOUBLE), 0) AS amount FROM derived.returns
  WHERE purchase_day IS NOT NULL)  -- the others are of purchases that the shop does not know
SELECT
  (SELECT count(*) FROM derived.customers) AS customers,
  (SELECT count(*) FROM derived.customers WHERE purchase_days > 0) AS buyers,
  (SELECT count(*) FROM derived.customers WHERE purchase_days > 1) AS repeaters,
  shop.orders, shop.revenue, shop.first_day, shop.last_day,
  given_back.amount AS returned,
  (SELECT CAST(median(days) AS DOUBLE) FROM gaps WHERE days IS NOT NULL) AS median_gap
FROM shop CROSS JOIN given_back
