-- One row per customer and item of which the customer kept some: bought more than was returned or cancelled, in any
-- currency. `purchases` counts the days it was bought on; `weight` is the same as a number that other signs of
-- interest may later be added to.
WITH bought AS (
  SELECT customer_id, item_id, sum(units) AS units, count(*) AS purchases, min(day) AS first_day, max(day) AS last_day
  FROM derived.item_days
  GROUP BY customer_id, item_id
),
returned AS (
  SELECT customer_id, item_id, sum(quantity) AS units
  FROM journey_lines
  WHERE kind = 'return' AND customer_id IS NOT NULL
  GROUP BY customer_id, item_id
)
SELECT b.customer_id, b.item_id, CAST(b.purchases AS DOUBLE) AS weight, b.purchases, b.first_day, b.last_day
FROM bought b
LEFT JOIN returned r ON r.customer_id = b.customer_id AND r.item_id = b.item_id
WHERE b.units + coalesce(r.units, 0) > 0
ORDER BY b.customer_id, b.item_id
