-- One row: known customers by how far they ever got, each within the step before it where the shop records that step.
WITH steps AS (
  SELECT coalesce(e.customer_id, i.customer_id) AS customer_id,
         bool_or(e.event IN ('Product Added', 'Cart Viewed')) AS cart,
         bool_or(e.event IN ('Checkout Started', 'Checkout Step Completed', 'Payment Info Entered')) AS checkout
  FROM events e
  LEFT JOIN derived.identity i
    ON i.anonymous_id = CASE WHEN e.customer_id IS NULL THEN e.anonymous_id END AND e.time >= i.begins AND e.time < i.ends
  WHERE e.time < CAST($1 AS DATE) + INTERVAL 1 DAY
  GROUP BY 1),
reached AS (
  SELECT c.registered_at IS NOT NULL AS registered,
         c.last_browse IS NOT NULL AS browsed,
         coalesce(s.cart, false) AS cart, coalesce(s.checkout, false) AS checkout,
         c.purchase_days > 0 AS bought, c.purchase_days > 1 AS bought_again
  FROM derived.customers c LEFT JOIN steps s ON s.customer_id = c.customer_id)
SELECT
  count(*) AS customers,
  count(*) FILTER (registered) AS registered,
  count(*) FILTER (browsed) AS browsed,
  count(*) FILTER (browsed AND (cart OR checkout)) AS cart,
  count(*) FILTER (browsed AND checkout) AS checkout,
  count(*) FILTER (bought) AS bought,
  count(*) FILTER (bought_again) AS bought_again
FROM reached
