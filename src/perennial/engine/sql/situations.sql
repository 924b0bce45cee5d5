-- One row per known customer: what the policy of next steps needs to know on the as-of day ($1), contacts counted over
-- the last $2 days. Sorted by customer id. Reads the temporary tables browsed_items and recommend_blocked.
WITH
due AS (
  -- One row per customer with a good that is bought again and again: the one whose due day is nearest. An interval is the
  -- mean of at least two; a good overdue by more than half an interval is taken as given up.
  SELECT customer_id, arg_min(days_left, (abs(days_left), item_id)) AS days_left,
         arg_min(item_id, (abs(days_left), item_id)) AS item_id
  FROM (
    SELECT customer_id, item_id, (last_day - first_day) / (purchases - 1.0) AS interval_days,
           CAST(round(interval_days) AS INTEGER) - (CAST($1 AS DATE) - last_day) AS days_left
    FROM derived.interactions
    WHERE item_id NOT IN (SELECT item_id FROM recommend_blocked) AND purchases >= 3
      AND last_day > first_day)
  WHERE days_left >= -interval_days / 2
  GROUP BY customer_id),
contacts AS (
  SELECT customer_id, count(*) AS n
  FROM exposures
  WHERE treated AND customer_id IS NOT NULL
    AND CAST(time AS DATE) <= CAST($1 AS DATE) AND CAST(time AS DATE) > CAST($1 AS DATE) - CAST($2 AS INTEGER)
  GROUP BY customer_id),
browsed AS (
  SELECT customer_id, max(last_day) AS last_day FROM browsed_items GROUP BY customer_id),
top_fifth AS (
  SELECT quantile_cont(value_if_kept, 0.8) AS value_if_kept FROM derived.scores),
reach AS (
  -- A shop that knows no address of anyone keeps them elsewhere: then nobody counts as out of reach.
  SELECT coalesce(bool_or(email_known OR phone_known), false) AS shop_knows FROM derived.customers)
SELECT
  c.customer_id,
  s.stage,
  coalesce(NOT c.marketing_opt_in, false) AS opted_out,
  c.email_known OR c.phone_known OR NOT reach.shop_knows AS reachable,
  CAST(coalesce(contacts.n, 0) AS BIGINT) AS recent_contacts,
  CAST(CAST($1 AS DATE) - CAST(c.registered_at AS DATE) AS BIGINT) AS days_since_registration,
  CAST(CAST($1 AS DATE) - b.last_day AS BIGINT) AS days_since_browse,
  c.purchase_days,
  c.purchase_days = 0 AND c.customer_id IN (SELECT customer_id FROM derived.interactions) AS bought_uncounted,
  CAST(CAST($1 AS DATE) - c.last_order AS BIGINT) AS days_since_order,
  CAST(due.days_left AS BIGINT) AS days_to_replenishment,
  due.item_id AS due_item,
  CAST(v.expected_next_order - CAST($1 AS DATE) AS BIGINT) AS days_to_next_order,
  v.expected_spend,
  v.value_if_kept,
  coalesce(v.value_if_kept > 0 AND v.value_if_kept >= top_fifth.value_if_kept, false) AS valuable
FROM derived.customers c
JOIN derived.stages s ON s.customer_id = c.customer_id AND s.as_of = CAST($1 AS DATE)
LEFT JOIN due ON due.customer_id = c.customer_id
LEFT JOIN contacts ON contacts.customer_id = c.customer_id
LEFT JOIN browsed b ON b.customer_id = c.customer_id
LEFT JOIN derived.scores v ON v.customer_id = c.customer_id
CROSS JOIN top_fifth
CROSS JOIN reach
ORDER BY c.customer_id
