-- One row per customer and item looked at in the last $2 days, the as-of day ($1) and the day $2 days before included, and
-- after the last order; at most three per customer, latest first. Items that must not be shown are left out.
SELECT customer_id, rank, item_id, last_day
FROM (
  SELECT v.customer_id, v.item_id, CAST(max(v.time) AS DATE) AS last_day,
         row_number() OVER (PARTITION BY v.customer_id ORDER BY max(v.time) DESC, v.item_id) AS rank
  FROM (
    SELECT customer_id, item_id, time
    FROM (
      {{owned_events}}
    ) owned
    WHERE item_id IS NOT NULL AND event IN ('Product Viewed', 'Product Clicked', 'Product Added')
      AND CAST(time AS DATE) >= CAST($1 AS DATE) - CAST($2 AS INTEGER)) v
  JOIN derived.customers c ON c.customer_id = v.customer_id
  WHERE (c.last_order IS NULL OR CAST(v.time AS DATE) > c.last_order)
    AND v.item_id NOT IN (SELECT item_id FROM recommend_blocked)
  GROUP BY v.customer_id, v.item_id)
WHERE rank <= 3
