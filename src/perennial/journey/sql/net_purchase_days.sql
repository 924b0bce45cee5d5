-- One row per customer and day that was a purchase day with what was known at {{as_of}}: returns that came later are
-- put back.
SELECT customer_id, day, sum(amount) AS amount
FROM (
  SELECT customer_id, day, CAST(amount AS DECIMAL(18, 6)) AS amount
  FROM derived.purchase_days
  WHERE day <= {{as_of}} AND day >= {{start}}
  UNION ALL
  SELECT customer_id, purchase_day, CAST(amount AS DECIMAL(18, 6))
  FROM derived.returns
  WHERE customer_id IS NOT NULL AND purchase_day <= {{as_of}} AND purchase_day >= {{start}} AND day > {{as_of}}
) known
GROUP BY customer_id, day
