-- One row per item that was stated or sold, by the journey as derived now, which is of the day {{as_of}}: what rules
-- speak of and a ranker reads. The price is the stated one, else what a piece was sold for on average. A good is bought
-- again when five customers or more, and a seventh of its buyers or more, bought it on two days; repeat_days is then the
-- median time between two such days.
WITH gaps AS (
  SELECT customer_id, item_id, day - lag(day) OVER (PARTITION BY customer_id, item_id ORDER BY day) AS gap
  FROM derived.item_days
),
repeats AS (
  SELECT item_id, median(gap) AS repeat_days
  FROM gaps
  GROUP BY item_id
  HAVING count(DISTINCT customer_id) FILTER (WHERE gap IS NOT NULL) >= 5
    AND 7 * count(DISTINCT customer_id) FILTER (WHERE gap IS NOT NULL) >= count(DISTINCT customer_id)
),
priced AS (
  SELECT item_id, coalesce(name, '') AS name, coalesce(category_path, '') AS category_path,
    coalesce(brand, '') AS brand, cost, stock, first_sold,
    coalesce(price, CASE WHEN units > 0 AND revenue > 0 THEN revenue / units END) AS price
  FROM derived.catalogue
)
SELECT p.item_id, p.name, p.category_path, p.brand, p.price,
  CASE WHEN p.price > 0 THEN (p.price - p.cost) / p.price END AS margin, p.stock,
  CAST({{as_of}} - p.first_sold AS DOUBLE) AS age_days, CAST(r.repeat_days AS DOUBLE) AS repeat_days
FROM priced p
LEFT JOIN repeats r ON r.item_id = p.item_id
ORDER BY p.item_id
