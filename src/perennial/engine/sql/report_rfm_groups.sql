-- One row per group of either naming scheme.
WITH placed AS (
  SELECT g.customer_id, g.scheme, g.group_id, c.revenue, c.purchase_days, g.recency_days, v.lifetime_value
  FROM (SELECT customer_id, recency_days, 'klaviyo' AS scheme, klaviyo_group AS group_id FROM derived.rfm
        UNION ALL SELECT customer_id, recency_days, 'shopify', shopify_group FROM derived.rfm) g
  JOIN derived.customers c ON c.customer_id = g.customer_id
  LEFT JOIN derived.scores v ON v.customer_id = g.customer_id
  WHERE g.group_id IS NOT NULL)
SELECT scheme, group_id, count(*) AS customers, CAST(sum(CAST(revenue AS DECIMAL(38, 6))) AS DOUBLE) AS revenue, avg(purchase_days) AS mean_orders,
       CAST(avg(recency_days) AS DOUBLE) AS mean_recency_days, CAST(sum(CAST(lifetime_value AS DECIMAL(38, 6))) AS DOUBLE) AS predicted_value
FROM placed
GROUP BY scheme, group_id
ORDER BY scheme, group_id
