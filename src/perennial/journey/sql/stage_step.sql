-- One row per customer ever known: what had happened by {{date}}, taken forward from {{previous_date}}, and the stage
-- on it (NULL: not known yet).
WITH bought AS (
  SELECT number, count(*) AS new_days
  FROM journey_history
  WHERE day > {{previous_date}} AND day <= {{date}} AND (vanished IS NULL OR vanished > {{date}})
  GROUP BY number
),
gone AS (
  SELECT number, count(*) AS gone_days
  FROM journey_history
  WHERE day <= {{previous_date}} AND vanished > {{previous_date}} AND vanished <= {{date}}
  GROUP BY number
),
browsed AS (
  SELECT number, max(day) AS last_browse
  FROM journey_browse_days
  WHERE day > {{previous_date}} AND day <= {{date}}
  GROUP BY number
),
active AS (
  SELECT customer_id, activity
  FROM derived.activity
  WHERE as_of = {{date}}
),
state AS (
  SELECT p.number, p.customer_id, p.known_day, p.stage AS previous_stage,
    p.purchase_days + coalesce(b.new_days, 0) - coalesce(g.gone_days, 0) AS purchase_days,
    coalesce(b.new_days, 0) AS new_days, coalesce(w.last_browse, p.last_browse) AS last_browse, a.activity
  FROM {{previous_stages}} p
  LEFT JOIN bought b ON b.number = p.number
  LEFT JOIN gone g ON g.number = p.number
  LEFT JOIN browsed w ON w.number = p.number
  LEFT JOIN active a ON a.customer_id = p.customer_id
),
repeat_counts AS (
  SELECT purchase_days, count(*) AS customers
  FROM state
  WHERE purchase_days >= 2
  GROUP BY purchase_days
),
repeat_shares AS (
  SELECT purchase_days, sum(customers) OVER (ORDER BY purchase_days) AS up_to, sum(customers) OVER () AS customers
  FROM repeat_counts
),
loyal AS (
  SELECT greatest({{loyal_at_least}}, coalesce(min(purchase_days), 0)) AS purchase_days
  FROM repeat_shares
  WHERE up_to >= {{loyal_share}} * customers
),
gap_counts AS (
  SELECT gap, sum(customers) AS customers
  FROM journey_browse_gaps
  WHERE day <= {{date}}
  GROUP BY gap
),
gap_shares AS (
  SELECT gap, sum(customers) OVER (ORDER BY gap) AS up_to, sum(customers) OVER () AS customers
  FROM gap_counts
),
-- The silence after which hardly anyone came back; without any return to learn from, no silence is too long.
silence AS (
  SELECT coalesce(min(gap), 1000000) AS days
  FROM gap_shares
  WHERE up_to >= {{browse_share}} * customers
)
SELECT s.number, s.customer_id, s.known_day, s.purchase_days, s.last_browse,
  CASE
    WHEN s.known_day > {{date}} THEN NULL
    WHEN s.purchase_days = 0 AND date_diff('day', s.last_browse, {{date}}) <= i.days THEN 'browsing'
    WHEN s.purchase_days = 0 THEN 'registered'
    WHEN s.activity < {{lapsed_below}} THEN 'lapsed'
    WHEN s.activity < {{at_risk_below}} THEN 'at_risk'
    WHEN s.previous_stage = 'lapsed' AND s.new_days = 1 THEN 'won_back'
    WHEN s.previous_stage = 'won_back' AND s.new_days = 0 THEN 'won_back'
    WHEN s.purchase_days = 1 THEN 'first_purchase'
    WHEN s.purchase_days >= l.purchase_days THEN 'loyal'
    ELSE 'repeat'
  END AS stage,
  s.previous_stage
FROM state s
CROSS JOIN loyal l
CROSS JOIN silence i
