-- One row: known customers by how far they ever got, each within the step before it where the shop records that step.
WITH steps AS (
  SELECT customer_id,
         bool_or(event IN ('Product Added', 'Cart Viewed')) AS cart,
         bool_or(event IN ('Checkout Started', 'Checkout Step Completed', 'Payment Info Entered')) AS checkout
  FROM (
    {{owned_events}}
  ) owned
  GROUP BY customer_id),
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
