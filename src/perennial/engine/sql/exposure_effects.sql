-- One row per campaign and chance of treatment, with customers drawn at random: how many were treated and held out up to
-- the as-of day ($1, the first moment after it), and how many orders each kind placed within 30 days. The first exposure of
-- a customer to a campaign counts; those of the last 30 days are too young.
WITH first_exposures AS (
  SELECT x.campaign_id, x.customer_id, arg_min(x.treated, (x.time, x.event_id)) AS treated,
         arg_min(x.propensity, (x.time, x.event_id)) AS propensity, min(x.time) AS time
  FROM exposures x
  WHERE x.customer_id IS NOT NULL AND x.propensity > 0 AND x.propensity < 1
    AND x.time <= CAST($1 AS TIMESTAMP) - INTERVAL 30 DAY
  GROUP BY x.campaign_id, x.customer_id),
counted AS (
  SELECT x.campaign_id, x.customer_id, x.treated,
         round(CASE WHEN x.treated THEN x.propensity ELSE 1 - x.propensity END, 6) AS chance, count(o.order_id) AS orders
  FROM first_exposures x
  LEFT JOIN derived.orders o
    ON o.customer_id = x.customer_id AND o.time >= x.time AND o.time < x.time + INTERVAL 30 DAY
  GROUP BY ALL)
SELECT
  campaign_id,
  count(*) FILTER (treated) AS treated,
  count(*) FILTER (NOT treated) AS held_out,
  CAST(coalesce(sum(orders) FILTER (treated), 0) AS DOUBLE) AS treated_orders,
  CAST(coalesce(sum(orders) FILTER (NOT treated), 0) AS DOUBLE) AS held_out_orders
FROM counted
GROUP BY campaign_id, chance
HAVING count(*) FILTER (treated) > 0 AND count(*) FILTER (NOT treated) > 0
ORDER BY campaign_id, chance
