-- One row: everything on one customer ($1) but orders and recommendations. No row for an unknown customer.
SELECT
  c.customer_id, c.name, c.country, c.channel,
  c.first_seen, CAST(c.registered_at AS DATE) AS registered, c.first_order, c.last_order, CAST(c.last_browse AS DATE) AS last_browse,
  c.purchase_days, c.orders, c.revenue, c.returned,
  s.stage, s.as_of,
  r.r, r.f, r.m, r.klaviyo_group, r.shopify_group,
  v.p_alive, v.activity, v.p_repurchase, v.p_active, v.expected_orders, v.expected_spend,
  v.lifetime_value, v.lifetime_value_low, v.lifetime_value_high, v.expected_next_order,
  n.action, n.expected_value, n.reason, n.basis, n.items
FROM derived.customers c
LEFT JOIN derived.next_steps n ON n.customer_id = c.customer_id
LEFT JOIN derived.stages s ON s.customer_id = c.customer_id AND s.as_of = n.as_of
LEFT JOIN derived.rfm r ON r.customer_id = c.customer_id
LEFT JOIN derived.scores v ON v.customer_id = c.customer_id
WHERE c.customer_id = $1
