-- One row per customer and item bought after the day $1, up to the day $2, net of cancellations.
SELECT c.customer_id, l.item_id, count(DISTINCT CAST(l.time AS DATE)) AS purchases, max(CAST(l.time AS DATE)) AS last_day
FROM order_lines l
LEFT JOIN derived.identity i
  ON i.anonymous_id = CASE WHEN l.customer_id IS NULL THEN l.anonymous_id END AND l.time >= i.begins AND l.time < i.ends
JOIN derived.customers c ON c.customer_id = coalesce(l.customer_id, i.customer_id)
WHERE l.kind IN ('sale', 'cancellation')
  AND CAST(l.time AS DATE) > CAST($1 AS DATE) AND CAST(l.time AS DATE) <= CAST($2 AS DATE)
GROUP BY c.customer_id, l.item_id
HAVING sum(l.quantity) > 0
