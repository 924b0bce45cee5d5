-- One row per recommended item of a customer ($1), best first; what is popular when there is no list of their own.
WITH own AS (
  SELECT rank, item_id, because, reason FROM derived.recommendations WHERE customer_id = $1),
list AS (
  SELECT rank, item_id, because, reason FROM own
  UNION ALL
  SELECT rank, item_id, NULL, 'popular' FROM derived.popular_items WHERE NOT EXISTS (SELECT 1 FROM own))
SELECT list.item_id, coalesce(c.name, '') AS name, c.price, list.because, coalesce(b.name, '') AS because_name,
  list.reason
FROM list
LEFT JOIN derived.catalogue c ON c.item_id = list.item_id
LEFT JOIN derived.catalogue b ON b.item_id = list.because
ORDER BY list.rank
