-- One row per buyer: channel of acquisition ('' when not known) and first purchase day, by customer id.
SELECT p.customer_id, coalesce(any_value(c.channel), '') AS channel, min(p.day) AS first_day
FROM derived.purchase_days p
LEFT JOIN derived.customers c ON c.customer_id = p.customer_id
GROUP BY p.customer_id
ORDER BY p.customer_id
