-- One row per customer at risk, highest value at stake first, at most $2, as of $1.
SELECT c.customer_id, c.name, c.last_order, c.orders, c.revenue, v.p_active, v.value_if_kept, n.action
FROM derived.stages s
JOIN derived.customers c ON c.customer_id = s.customer_id
JOIN derived.scores v ON v.customer_id = s.customer_id
JOIN derived.next_steps n ON n.customer_id = s.customer_id
WHERE s.as_of = CAST($1 AS DATE) AND s.stage = 'at_risk' AND v.value_if_kept IS NOT NULL
ORDER BY v.value_if_kept DESC, c.customer_id
LIMIT $2
