-- One row per purchase or return of an item, in the shop's currency, of every party that returned something: a
-- customer, or one guest order. Parties one after the other, each day by day with purchases before returns.
WITH returned AS (
  SELECT customer_id, order_id, item_id, CAST(time AS DATE) AS day, -sum(quantity) AS units, -sum(amount) AS amount
  FROM journey_lines
  WHERE kind = 'return' AND main AND amount < 0
  GROUP BY customer_id, order_id, item_id, CAST(time AS DATE)
),
parties AS (
  SELECT DISTINCT coalesce(customer_id, order_id) AS party, customer_id IS NULL AS guest
  FROM returned
),
order_days AS (
  SELECT order_id, customer_id, CAST(min(time) AS DATE) AS day
  FROM journey_order_items
  WHERE main_lines = 1
  GROUP BY order_id, customer_id
),
trades AS (
  SELECT coalesce(i.customer_id, i.order_id) AS party, i.customer_id IS NULL AS guest, i.order_id, i.item_id,
    d.day, FALSE AS is_return, i.main_units AS units, i.amount
  FROM journey_order_items i
  JOIN order_days d
    ON d.order_id = i.order_id AND coalesce(d.customer_id, '') = coalesce(i.customer_id, '')
  WHERE i.main_lines = 1 AND i.amount > 0
  UNION ALL
  SELECT coalesce(customer_id, order_id), customer_id IS NULL, order_id, item_id, day, TRUE, units, amount
  FROM returned
)
SELECT t.party, t.guest, t.order_id, t.item_id, t.day, t.is_return,
  CAST(t.units * 1000 AS BIGINT) AS units_milli, CAST(t.amount * 1000000 AS BIGINT) AS amount_micro
FROM trades t
JOIN parties p ON p.party = t.party AND p.guest = t.guest
ORDER BY t.guest, t.party, t.day, t.is_return, t.order_id, t.item_id
