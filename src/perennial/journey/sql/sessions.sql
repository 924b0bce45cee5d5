-- One row per customer and session id (NULL: all events without one). `known_at` is the first event that named the
-- customer; `started` and `ended` span what the person did on the site: NULL when the events were only orders,
-- messages sent to the customer, or talk with the shop.
SELECT customer_id, session_id,
  min(CASE WHEN named THEN time END) AS known_at,
  min(CASE WHEN {{is_browsing}} THEN time END) AS started,
  max(CASE WHEN {{is_browsing}} THEN time END) AS ended
FROM (
  {{owned_events}}
) owned
GROUP BY customer_id, session_id
