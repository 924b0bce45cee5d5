-- One row per order of a customer ($1), latest first, at most $2.
SELECT order_id, day, amount, CAST(units AS DOUBLE) AS units, items
FROM derived.orders
WHERE customer_id = $1
ORDER BY time DESC, order_id
LIMIT $2
