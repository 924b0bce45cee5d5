-- One row per UTC day: anonymous ids first seen on it, by when they joined a customer (NULL: not by the as-of day).
WITH seen AS (
  SELECT anonymous_id, CAST(min(time) AS DATE) AS day
  FROM (
    SELECT {{anonymous_id}} AS anonymous_id, time, {{customer_id}} AS customer_id
    FROM events
    WHERE time < {{end}}
  ) stated
  WHERE anonymous_id IS NOT NULL AND customer_id IS NULL
  GROUP BY anonymous_id
),
joined AS (
  SELECT anonymous_id, CAST(min(since) AS DATE) AS joined_day
  FROM derived.identity
  GROUP BY anonymous_id
)
SELECT s.day, j.joined_day, count(*) AS visitors
FROM seen s
LEFT JOIN joined j ON j.anonymous_id = s.anonymous_id
GROUP BY s.day, j.joined_day
ORDER BY s.day, j.joined_day
