-- One row per campaign with customers drawn at random: how many were treated and held out up to the as-of day ($1),
-- and how many orders each kind placed within 30 days. Exposures of the last 30 days are too young to count.
SELECT
  e.campaign_id,
  count(*) FILTER (e.treated) AS treated,
  count(*) FILTER (NOT e.treated) AS held_out,
  CAST(coalesce(sum(e.orders) FILTER (e.treated), 0) AS DOUBLE) AS treated_orders,
  CAST(coalesce(sum(e.orders) FILTER (NOT e.treated), 0) AS DOUBLE) AS held_out_orders
FROM (
  SELECT x.campaign_id, x.treated, count(o.order_id) AS orders
  FROM exposures x
  LEFT JOIN derived.orders o
    ON o.customer_id = x.customer_id AND o.time >= x.time AND o.time < x.time + INTERVAL 30 DAY
  WHERE x.customer_id IS NOT NULL AND x.propensity > 0 AND x.propensity < 1
    AND x.time <= CAST($1 AS TIMESTAMP) - INTERVAL 30 DAY
  GROUP BY x.event_id, x.campaign_id, x.treated) e
GROUP BY e.campaign_id
HAVING treated > 0 AND held_out > 0
ORDER BY e.campaign_id
