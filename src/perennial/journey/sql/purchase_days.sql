-- One row per customer and UTC day with positive net spend (or, on request, with something kept for nothing): the
-- purchase occasions of the models.
SELECT customer_id, day, CAST(sum(exact_amount) AS DOUBLE) AS amount
FROM journey_orders
WHERE customer_id IS NOT NULL
GROUP BY customer_id, day
HAVING {{is_purchase_day}}
ORDER BY customer_id, day
