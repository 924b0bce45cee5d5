-- One row per customer known at {{date}}: the stage, and the stage at the date before (NULL: not known then).
WITH bought AS (
  SELECT customer_id, count(*) AS purchase_days, sum(CASE WHEN day > {{previous_date}} THEN 1 ELSE 0 END) AS new_days
  FROM journey_history
  WHERE day <= {{date}} AND (vanished IS NULL OR vanished > {{date}})
  GROUP BY customer_id
),
repeat_counts AS (
  SELECT purchase_days, sum(count(*)) OVER (ORDER BY purchase_days) AS up_to, sum(count(*)) OVER () AS customers
  FROM bought
  WHERE purchase_days >= 2
  GROUP BY purchase_days
),
loyal AS (
  SELECT greatest({{loyal_at_least}}, coalesce(min(purchase_days), 0)) AS purchase_days
  FROM repeat_counts
  WHERE up_to >= {{loyal_share}} * customers
),
gap_counts AS (
  SELECT gap, sum(sum(customers)) OVER (ORDER BY gap) AS up_to, sum(sum(customers)) OVER () AS customers
  FROM journey_browse_gaps
  WHERE day <= {{date}}
  GROUP BY gap
),
silence AS (
  SELECT min(gap) AS days
  FROM gap_counts
  WHERE up_to >= {{browse_share}} * customers
),
browsed AS (
  SELECT customer_id, max(day) AS last_day
  FROM derived.browse_days
  WHERE day <= {{date}}
  GROUP BY customer_id
),
active AS (
  SELECT customer_id, p_alive
  FROM derived.activity
  WHERE as_of = {{date}}
)
SELECT c.customer_id, {{date}} AS as_of,
  CASE
    WHEN b.customer_id IS NULL AND w.customer_id IS NOT NULL
      AND date_diff('day', w.last_day, {{date}}) <= coalesce(s.days, date_diff('day', w.last_day, {{date}}))
      THEN 'browsing'
    WHEN b.customer_id IS NULL THEN 'registered'
    WHEN a.p_alive < {{lapsed_below}} THEN 'lapsed'
    WHEN a.p_alive < {{at_risk_below}} THEN 'at_risk'
    WHEN p.stage = 'lapsed' AND b.new_days = 1 THEN 'won_back'
    WHEN p.stage = 'won_back' AND b.new_days = 0 THEN 'won_back'
    WHEN b.purchase_days = 1 THEN 'first_purchase'
    WHEN b.purchase_days >= l.purchase_days THEN 'loyal'
    ELSE 'repeat'
  END AS stage,
  p.stage AS previous_stage
FROM derived.customers c
CROSS JOIN loyal l
CROSS JOIN silence s
LEFT JOIN bought b ON b.customer_id = c.customer_id
LEFT JOIN browsed w ON w.customer_id = c.customer_id
LEFT JOIN active a ON a.customer_id = c.customer_id
LEFT JOIN {{previous_stages}} p ON p.customer_id = c.customer_id
WHERE CAST(c.known_since AS DATE) <= {{date}}
