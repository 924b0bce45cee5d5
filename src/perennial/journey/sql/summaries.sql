-- One row per customer with a purchase day from {{start}} to {{as_of}}: counts, first and last day, spend, and the sum of
-- the logarithms of the days between purchases, in whole 2^-20 so that the order of adding does not matter.
SELECT customer_id, min(day) AS first_day, max(day) AS last_day, count(*) AS purchase_days,
  CAST(sum(amount) AS DOUBLE) AS total_spend, CAST(min_by(amount, day) AS DOUBLE) AS first_spend,
  CAST(coalesce(sum(log_gap), 0) AS DOUBLE) AS log_gaps
FROM (
  SELECT customer_id, day, amount,
    CAST(round(ln(day - lag(day) OVER (PARTITION BY customer_id ORDER BY day)) * 1048576) AS BIGINT) AS log_gap
  FROM (
    {{net_purchase_days}}
  ) days
) gaps
GROUP BY customer_id
ORDER BY customer_id
