-- One row per event of a known customer up to the as-of day. `named` is true where the event itself says whose it is;
-- else its anonymous id does. Blocked ids say nothing.
WITH stated AS (
  SELECT {{customer_id}} AS customer_id, {{anonymous_id}} AS anonymous_id, event, item_id, session_id, time
  FROM events
  WHERE time < {{end}}
)
SELECT customer_id, TRUE AS named, event, item_id, session_id, time
FROM stated
WHERE customer_id IS NOT NULL
UNION ALL
SELECT i.customer_id, FALSE, s.event, s.item_id, s.session_id, s.time
FROM stated s
JOIN derived.identity i
  ON i.anonymous_id = s.anonymous_id AND s.time >= i.begins AND s.time < i.ends
WHERE s.customer_id IS NULL
