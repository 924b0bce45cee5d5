-- One row per spell in which an anonymous id belongs to a customer; `since` is the statement that opened it, and events
-- of the id from `begins` until before `ends` are the customer's.
--
-- A statement counts when neither id is blocked and no later "unlink" of the same pair takes it back. The latest
-- statement before an event decides; what happened before the first belongs to the first. An id that more than
-- {{customers_per_anonymous_id}} customers used is a shared terminal and joined to none. A customer keeps the first
-- {{anonymous_ids_per_customer}} ids, so that one broken tracker does not swallow the shop.
WITH statements AS (
  SELECT {{anonymous_id}} AS anonymous_id, {{customer_id}} AS customer_id, time, kind
  FROM identities
  WHERE time < {{end}}
),
unlinks AS (
  SELECT anonymous_id, customer_id, max(time) AS time
  FROM statements
  WHERE kind = 'unlink' AND anonymous_id IS NOT NULL AND customer_id IS NOT NULL
  GROUP BY anonymous_id, customer_id
),
links AS (
  SELECT s.anonymous_id, s.customer_id, s.time
  FROM statements s
  LEFT JOIN unlinks u ON u.anonymous_id = s.anonymous_id AND u.customer_id = s.customer_id
  WHERE s.kind <> 'unlink' AND s.anonymous_id IS NOT NULL AND s.customer_id IS NOT NULL
    AND s.anonymous_id <> s.customer_id AND (u.time IS NULL OR s.time > u.time)
),
private_ids AS (
  SELECT anonymous_id
  FROM links
  GROUP BY anonymous_id
  HAVING count(DISTINCT customer_id) <= {{customers_per_anonymous_id}}
),
pairs AS (
  SELECT l.anonymous_id, l.customer_id,
    row_number() OVER (PARTITION BY l.customer_id ORDER BY min(l.time), l.anonymous_id) AS place
  FROM links l
  JOIN private_ids p ON p.anonymous_id = l.anonymous_id
  GROUP BY l.anonymous_id, l.customer_id
),
kept AS (
  SELECT l.anonymous_id, l.customer_id, l.time,
    lag(l.customer_id) OVER (PARTITION BY l.anonymous_id ORDER BY l.time, l.customer_id) AS previous_customer
  FROM links l
  JOIN pairs p ON p.anonymous_id = l.anonymous_id AND p.customer_id = l.customer_id
  WHERE p.place <= {{anonymous_ids_per_customer}}
),
spells AS (
  SELECT anonymous_id, customer_id, time AS since,
    row_number() OVER (PARTITION BY anonymous_id ORDER BY time, customer_id) AS place,
    lead(time) OVER (PARTITION BY anonymous_id ORDER BY time, customer_id) AS next_since
  FROM kept
  WHERE previous_customer IS NULL OR previous_customer <> customer_id
)
SELECT anonymous_id, customer_id, since,
  CASE WHEN place = 1 THEN TIMESTAMP '0001-01-01 00:00:00' ELSE since END AS begins,
  coalesce(next_since, {{end}}) AS ends
FROM spells
ORDER BY anonymous_id, since, customer_id
