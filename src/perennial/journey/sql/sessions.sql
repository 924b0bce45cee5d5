-- One row per customer and session id (NULL: all events without one). `known_at` is the first event that named the
-- customer; `started` and `ended` span what the person did on the site: NULL when the events were only orders,
-- messages sent to the customer, or talk with the shop.
WITH stated AS (
  SELECT {{customer_id}} AS customer_id, {{anonymous_id}} AS anonymous_id, session_id, time, {{is_browsing}} AS browsing
  FROM events
  WHERE time < {{end}}
),
owned AS (
  SELECT customer_id, session_id, time, browsing, TRUE AS named
  FROM stated
  WHERE customer_id IS NOT NULL
  UNION ALL
  SELECT i.customer_id, s.session_id, s.time, s.browsing, FALSE
  FROM stated s
  JOIN derived.identity i
    ON i.anonymous_id = s.anonymous_id AND s.time >= i.begins AND s.time < i.ends
  WHERE s.customer_id IS NULL
)
SELECT customer_id, session_id,
  min(CASE WHEN named THEN time END) AS known_at,
  min(CASE WHEN browsing THEN time END) AS started,
  max(CASE WHEN browsing THEN time END) AS ended
FROM owned
GROUP BY customer_id, session_id
