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
owned AS (
  SELECT s.kind, s.order_id, s.item_id, s.time, coalesce(s.customer_id, i.customer_id) AS customer_id,
    s.quantity, s.amount, s.main, s.coupon, s.country, s.channel
  FROM stated s
  LEFT JOIN derived.identity i
    ON s.customer_id IS NULL AND i.anonymous_id = s.anonymous_id AND s.time >= i.begins AND s.time < i.ends
),
corrections AS (
  SELECT DISTINCT order_id FROM owned WHERE kind <> 'sale'
),
buyers AS (
  SELECT o.order_id, min(o.customer_id) AS customer_id
  FROM owned o
  JOIN corrections c ON c.order_id = o.order_id
  WHERE o.kind = 'sale'
  GROUP BY o.order_id
),
bought AS (
  SELECT DISTINCT o.order_id, coalesce(o.customer_id, '') AS buyer
  FROM owned o
  JOIN corrections c ON c.order_id = o.order_id
  WHERE o.kind = 'sale'
),
assigned AS (
  SELECT o.kind, o.order_id, o.item_id, o.time, coalesce(o.customer_id, b.customer_id) AS customer_id,
    o.quantity, o.amount, o.main, o.coupon, o.country, o.channel
  FROM owned o
  LEFT JOIN buyers b ON o.kind <> 'sale' AND o.customer_id IS NULL AND b.order_id = o.order_id
)
SELECT CASE WHEN a.kind = 'cancellation' AND b.order_id IS NULL THEN 'return' ELSE a.kind END AS kind,
  a.order_id, a.item_id, a.time, a.customer_id, a.quantity, a.amount, a.main, a.coupon, a.country, a.channel
FROM assigned a
LEFT JOIN bought b
  ON a.kind = 'cancellation' AND b.order_id = a.order_id AND b.buyer = coalesce(a.customer_id, '')
