-- One row per recency and frequency score with customers.
SELECT r, f, count(*) AS customers, CAST(avg(CAST(revenue AS DECIMAL(38, 6))) AS DOUBLE) AS mean_revenue
FROM derived.rfm JOIN derived.customers USING (customer_id)
WHERE r IS NOT NULL
GROUP BY r, f
ORDER BY r, f
