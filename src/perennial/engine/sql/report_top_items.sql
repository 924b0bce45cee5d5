-- One row per item that may be shown, by net revenue, at most $1.
SELECT item_id, coalesce(name, '') AS name, units, buyers, revenue
FROM derived.catalogue
WHERE revenue > 0 AND NOT coalesce(hidden, false)
ORDER BY revenue DESC, item_id
LIMIT $1
