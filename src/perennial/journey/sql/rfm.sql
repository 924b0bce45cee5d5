-- One row per known customer: recency (days since the last purchase day), frequency (purchase days), monetary (net
-- revenue to date), their scores of 1 to 5 and 1 to 3 with 5 and 3 the best, and the groups of both naming schemes.
-- Who has not bought has frequency 0, monetary 0, no recency, no scores, no Klaviyo group, and is a Shopify prospect.
--
-- Score: the mid-rank among all buyers, cut into equal parts. Equal values share their average rank, so they always get
-- the same score; see docs/models/journey.rfm.md.
WITH buyers AS (
  SELECT customer_id, date_diff('day', last_order, {{as_of}}) AS recency_days, purchase_days AS frequency,
    revenue AS monetary
  FROM derived.customers
  WHERE purchase_days > 0
),
places AS (
  SELECT customer_id, recency_days, frequency, monetary, count(*) OVER () AS n,
    rank() OVER (ORDER BY recency_days DESC) - 1 AS r_worse, count(*) OVER (PARTITION BY recency_days) AS r_equal,
    rank() OVER (ORDER BY frequency) - 1 AS f_worse, count(*) OVER (PARTITION BY frequency) AS f_equal,
    rank() OVER (ORDER BY monetary) - 1 AS m_worse, count(*) OVER (PARTITION BY monetary) AS m_equal
  FROM buyers
),
scores AS (
  SELECT customer_id, recency_days, frequency, monetary,
    {{score5 r}} AS r, {{score5 f}} AS f, {{score5 m}} AS m,
    {{score3 r}} AS r3, {{score3 f}} AS f3, {{score3 m}} AS m3
  FROM places
),
-- How much somebody buys, from both scores. Habit needs a second purchase day: one-time buyers stay in the lower part,
-- however much they spent and however few others came back.
habits AS (
  SELECT customer_id, recency_days, frequency, monetary, r, f, m, r3, f3, m3,
    CASE WHEN frequency = 1 AND f3 + m3 > 3 THEN 3 ELSE f3 + m3 END AS habit3,
    CASE WHEN frequency = 1 AND f + m > 5 THEN 5 ELSE f + m END AS habit
  FROM scores
)
SELECT c.customer_id, h.recency_days, c.purchase_days AS frequency, coalesce(h.monetary, 0) AS monetary,
  h.r, h.f, h.m, h.r3, h.f3, h.m3,
  CASE
    WHEN h.customer_id IS NULL THEN NULL
    WHEN h.r3 = 3 AND h.habit3 >= 5 THEN 'champions'
    WHEN h.r3 = 3 AND h.habit3 = 4 THEN 'loyal'
    WHEN h.r3 = 3 THEN 'recent'
    WHEN h.r3 = 2 AND h.habit3 >= 5 THEN 'loyal'
    WHEN h.r3 = 2 THEN 'needs_attention'
    WHEN h.habit3 >= 4 THEN 'at_risk'
    ELSE 'inactive'
  END AS klaviyo_group,
  CASE
    WHEN h.customer_id IS NULL THEN 'prospects'
    WHEN h.r >= 4 AND h.habit >= 9 THEN 'champions'
    WHEN h.r >= 3 AND h.habit >= 8 THEN 'loyal'
    WHEN h.r >= 4 AND h.habit >= 6 THEN 'active'
    WHEN h.r = 5 THEN 'new'
    WHEN h.r = 4 THEN 'promising'
    WHEN h.r = 3 THEN 'needs_attention'
    WHEN h.habit >= 9 THEN 'previously_loyal'
    WHEN h.habit >= 6 THEN 'at_risk'
    WHEN h.r = 2 THEN 'almost_lost'
    ELSE 'dormant'
  END AS shopify_group
FROM derived.customers c
LEFT JOIN habits h ON h.customer_id = c.customer_id
ORDER BY c.customer_id
