-- One row per customer (NULL: a guest), day of return, order of return and purchase day that it was netted against
-- (NULL: no purchase was found, the amount is not netted anywhere). `amount` is what was given back, positive.
WITH matches AS (
  SELECT customer_id, day, amount, order_id, CASE WHEN purchase_order_id IS NOT NULL THEN purchase_day END AS purchase_day
  FROM journey_returns
)
SELECT customer_id, day, CAST(sum(amount) AS DOUBLE) AS amount, order_id, purchase_day
FROM matches
GROUP BY customer_id, day, order_id, purchase_day
ORDER BY customer_id, day, order_id, purchase_day
