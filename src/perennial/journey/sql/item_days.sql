-- One row per customer, item and UTC day on which the customer ordered some and did not cancel it, in any currency.
-- Returns are not taken off.
SELECT customer_id, item_id, CAST(time AS DATE) AS day, sum(units) AS units
FROM journey_order_items
WHERE customer_id IS NOT NULL AND units > 0
GROUP BY customer_id, item_id, CAST(time AS DATE)
ORDER BY customer_id, item_id, day
