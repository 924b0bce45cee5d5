-- One row per order, customer and item that was sold, net of cancellations. Units count lines in any currency, the
-- amount those in the shop's.
SELECT order_id, customer_id, item_id,
  min(CASE WHEN kind = 'sale' THEN time END) AS time,
  sum(quantity) AS units,
  sum(CASE WHEN main THEN quantity ELSE 0 END) AS main_units,
  sum(CASE WHEN main THEN amount ELSE 0 END) AS amount,
  max(CASE WHEN main THEN 1 ELSE 0 END) AS main_lines,
  max(CASE WHEN kind = 'cancellation' THEN 1 ELSE 0 END) AS cancellations,
  max(coupon) AS coupon
FROM journey_lines
WHERE kind IN ('sale', 'cancellation')
GROUP BY order_id, customer_id, item_id
