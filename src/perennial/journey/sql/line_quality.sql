-- One row: counts and amounts of the order lines; amounts in the shop's currency.
SELECT count(*) AS order_lines,
  count(CASE WHEN kind = 'sale' AND {{customer_id}} IS NULL THEN 1 END) AS guest_lines,
  count(CASE WHEN kind = 'sale' AND customer_id IS NOT NULL AND {{customer_id}} IS NULL THEN 1 END) AS blocked_lines,
  CAST(coalesce(sum(CASE WHEN kind = 'sale' AND main AND {{customer_id}} IS NULL THEN amount END), 0) AS DOUBLE) AS guest_amount,
  CAST(coalesce(sum(CASE WHEN kind = 'sale' AND main THEN amount END), 0) AS DOUBLE) AS sale_amount,
  count(CASE WHEN kind = 'sale' AND unit_price = 0 THEN 1 END) AS free_lines,
  count(CASE WHEN kind = 'return' THEN 1 END) AS return_lines,
  CAST(coalesce(-sum(CASE WHEN kind = 'return' AND main THEN amount END), 0) AS DOUBLE) AS returned_amount,
  count(CASE WHEN kind = 'cancellation' THEN 1 END) AS cancellation_lines,
  CAST(min(CASE WHEN kind = 'sale' THEN time END) AS DATE) AS first_order,
  CAST(max(CASE WHEN kind = 'sale' THEN time END) AS DATE) AS last_order
FROM (SELECT kind, customer_id, unit_price, amount, time, currency = {{currency}} AS main FROM order_lines) lines
