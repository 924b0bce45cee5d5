-- One row per customer and UTC day with browsing: the sessions that began on it. Events without a session id make a
-- new session after 30 minutes of silence. `first_time` and `last_time` are of the sessions, the last may end later.
WITH steps AS (
  SELECT customer_id, time, lag(time) OVER (PARTITION BY customer_id ORDER BY time) AS previous_time
  FROM (
    {{owned_events}}
  ) owned
  WHERE session_id IS NULL AND {{is_browsing}}
),
pieces AS (
  SELECT customer_id, CAST(started AS DATE) AS day, 1 AS sessions, started AS first_time, ended AS last_time
  FROM journey_sessions
  WHERE session_id IS NOT NULL AND started IS NOT NULL
  UNION ALL
  SELECT customer_id, CAST(time AS DATE),
    CASE WHEN previous_time IS NULL OR time > previous_time + INTERVAL '30' MINUTE THEN 1 ELSE 0 END, time, time
  FROM steps
)
SELECT customer_id, day, CAST(sum(sessions) AS BIGINT) AS sessions, min(first_time) AS first_time, max(last_time) AS last_time
FROM pieces
GROUP BY customer_id, day
ORDER BY customer_id, day
