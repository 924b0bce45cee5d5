-- One row per customer and item ordered after the day {{cut}}, up to the as-of day of the journey as derived now.
SELECT customer_id, item_id, count(*) AS purchases, max(day) AS last_day
FROM derived.item_days
WHERE day > {{cut}}
GROUP BY customer_id, item_id
