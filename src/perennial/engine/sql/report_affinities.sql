-- One row per pair of items: of the buyers of `item`, the share who bought `with` too. Among the 200 items with most
-- buyers, pairs with at least $2 common buyers; strongest lift first, at most $1, each pair once.
WITH
candidates AS (
  SELECT item_id, coalesce(name, item_id) AS name, buyers FROM derived.catalogue
  WHERE buyers > 0 AND NOT coalesce(hidden, false) ORDER BY buyers DESC, item_id LIMIT 200),
kept AS (
  SELECT i.customer_id, i.item_id FROM derived.interactions i JOIN candidates c ON c.item_id = i.item_id),
pairs AS (
  SELECT a.item_id AS a, b.item_id AS b, count(*) AS customers
  FROM kept a JOIN kept b ON b.customer_id = a.customer_id AND b.item_id > a.item_id
  GROUP BY 1, 2
  HAVING count(*) >= $2),
everyone AS (
  SELECT count(DISTINCT customer_id) AS customers FROM derived.interactions)
SELECT
  CASE WHEN x.buyers <= y.buyers THEN x.name ELSE y.name END AS item,
  CASE WHEN x.buyers <= y.buyers THEN y.name ELSE x.name END AS with_item,
  p.customers,
  p.customers / CAST(least(x.buyers, y.buyers) AS DOUBLE) AS share,
  p.customers * CAST(e.customers AS DOUBLE) / (CAST(x.buyers AS DOUBLE) * y.buyers) AS lift
FROM pairs p
JOIN candidates x ON x.item_id = p.a
JOIN candidates y ON y.item_id = p.b
CROSS JOIN everyone e
WHERE x.name <> y.name
ORDER BY lift DESC, p.customers DESC, item, with_item
LIMIT $1
