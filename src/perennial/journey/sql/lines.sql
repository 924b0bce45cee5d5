-- One row per order line up to the as-of day, with the customer it belongs to (NULL: a guest).
--
-- A line without a customer belongs to the owner of its anonymous id; a return or cancellation without a customer to
-- the buyer of its order. A cancellation of an order that is not there is taken as a return. Blocked ids are guests.
WITH stated AS (
  SELECT kind, order_id, item_id, time, {{customer_id}} AS customer_id, {{anonymous_id}} AS anonymous_id,
    quantity, amount, currency = {{currency}} AS main, coupon, country, channel
  FROM order_lines
  WHERE time < {{end}}
),
-- What a line is joined by is NULL where it needs no join.
keyed AS (
  SELECT kind, order_id, item_id, time, customer_id, quantity, amount, main, coupon, country, channel,
    CASE WHEN customer_id IS NULL THEN anonymous_id END AS browser
  FROM stated
),
owned AS (
  SELECT k.kind, k.order_id, k.item_id, k.time, coalesce(k.customer_id, i.customer_id) AS customer_id, k.quantity,
    k.amount, k.main, k.coupon, k.country, k.channel
  FROM keyed k
  LEFT JOIN derived.identity i ON i.anonymous_id = k.browser AND k.time >= i.begins AND k.time < i.ends
),
corrections AS (
  SELECT DISTINCT order_id FROM owned WHERE kind <> 'sale'
),
corrected_orders AS (
  SELECT DISTINCT o.order_id, o.customer_id
  FROM owned o
  JOIN corrections c ON c.order_id = o.order_id
  WHERE o.kind = 'sale'
),
buyers AS (
  SELECT order_id, min(customer_id) AS customer_id
  FROM corrected_orders
  GROUP BY order_id
),
assigned AS (
  SELECT o.kind, o.order_id, o.item_id, o.time, coalesce(o.customer_id, b.customer_id) AS customer_id, o.quantity,
    o.amount, o.main, o.coupon, o.country, o.channel
  FROM owned o
  LEFT JOIN buyers b ON b.order_id = CASE WHEN o.kind <> 'sale' AND o.customer_id IS NULL THEN o.order_id END
)
SELECT CASE WHEN a.kind = 'cancellation' AND c.order_id IS NULL THEN 'return' ELSE a.kind END AS kind,
  a.order_id, a.item_id, a.time, a.customer_id, a.quantity, a.amount, a.main, a.coupon, a.country, a.channel
FROM assigned a
LEFT JOIN corrected_orders c
  ON c.order_id = CASE WHEN a.kind = 'cancellation' THEN a.order_id END
  AND coalesce(c.customer_id, '') = coalesce(a.customer_id, '')
