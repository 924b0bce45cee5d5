-- One row per customer with a purchase day from {{start}} to {{as_of}}: counts, first and last day, spend.
SELECT customer_id, min(day) AS first_day, max(day) AS last_day, count(*) AS purchase_days,
  CAST(sum(amount) AS DOUBLE) AS total_spend, CAST(min_by(amount, day) AS DOUBLE) AS first_spend
FROM (
  {{net_purchase_days}}
) days
GROUP BY customer_id
ORDER BY customer_id
