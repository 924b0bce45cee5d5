-- One row per month: orders and net revenue, guests included.
SELECT CAST(date_trunc('month', day) AS DATE) AS month, count(*) AS orders, CAST(sum(CAST(amount AS DECIMAL(38, 6))) AS DOUBLE) AS revenue
FROM derived.orders
GROUP BY 1
ORDER BY 1
