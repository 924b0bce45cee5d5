-- One row per customer with a purchase day from {{start}} to {{as_of}}: how many, and the spend on them.
SELECT customer_id, CAST(count(*) AS DOUBLE) AS purchases, CAST(sum(amount) AS DOUBLE) AS spend
FROM (
  {{net_purchase_days}}
) days
GROUP BY customer_id
ORDER BY customer_id
