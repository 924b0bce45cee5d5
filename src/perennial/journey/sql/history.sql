-- One row per customer and day that ever was a purchase day; `vanished` is the day by which all of it had been
-- returned (NULL: it stands). A day counts at a date from `day` on and until before `vanished`.
WITH returned AS (
  SELECT customer_id, purchase_day AS day, max(day) AS vanished
  FROM derived.returns
  WHERE customer_id IS NOT NULL AND purchase_day IS NOT NULL
  GROUP BY customer_id, purchase_day
)
SELECT customer_id, day, CAST(NULL AS DATE) AS vanished
FROM derived.purchase_days
UNION ALL
SELECT r.customer_id, r.day, r.vanished
FROM returned r
LEFT JOIN derived.purchase_days p ON p.customer_id = r.customer_id AND p.day = r.day
WHERE p.customer_id IS NULL AND r.vanished > r.day
