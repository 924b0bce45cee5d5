-- One row per sale order of a customer, or of a guest, in the shop's currency: net of what was cancelled and of the
-- returns that could be told to be of this order. Orders that were cancelled whole are not here; orders that were
-- returned whole are, with amount 0.
WITH sold AS (
  SELECT order_id, customer_id, min(time) AS time, sum(amount) AS amount, sum(main_units) AS units,
    count(CASE WHEN main_units > 0 THEN 1 END) AS items, max(cancellations) AS cancelled, max(coupon) AS coupon
  FROM journey_order_items
  WHERE main_lines = 1
  GROUP BY order_id, customer_id
),
returned AS (
  SELECT purchase_order_id AS order_id, customer_id, sum(amount) AS amount, sum(units) AS units
  FROM journey_returns
  WHERE purchase_order_id IS NOT NULL
  GROUP BY purchase_order_id, customer_id
)
SELECT s.order_id, s.customer_id, s.time, CAST(s.time AS DATE) AS day,
  CAST(s.amount - coalesce(r.amount, 0) AS DOUBLE) AS amount,
  CAST(s.units - coalesce(r.units, 0) AS DOUBLE) AS units,
  s.items, s.customer_id IS NULL AS guest, s.coupon,
  s.amount - coalesce(r.amount, 0) AS exact_amount
FROM sold s
LEFT JOIN returned r
  ON r.order_id = s.order_id AND coalesce(r.customer_id, '') = coalesce(s.customer_id, '')
WHERE NOT (s.cancelled = 1 AND s.amount <= 0)
