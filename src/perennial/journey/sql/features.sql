-- One row per customer with a purchase day up to {{as_of}}, as features.h lists them: what they had done by the end of that
-- day. NULL: it does not apply to the customer. Days and money are of net purchase days; the last 91 days end with
-- {{as_of}}. Sums are exact and divided last, so that the order of the rows does not matter.
WITH days AS (
  SELECT customer_id, day, amount, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap,
    date_diff('day', day, {{as_of}}) AS ago
  FROM (
    {{net_purchase_days}}
  ) net
),
bought AS (
  SELECT customer_id, min(day) AS first_day, max(day) AS last_day, count(*) AS purchases, sum(amount) AS spend,
    min_by(amount, day) AS first_spend, max_by(amount, day) AS last_spend,
    count(CASE WHEN ago < 91 THEN 1 END) AS purchases_91,
    count(CASE WHEN ago >= 91 AND ago < 182 THEN 1 END) AS purchases_91_before,
    count(CASE WHEN ago < 365 THEN 1 END) AS purchases_365,
    sum(CASE WHEN ago < 91 THEN amount ELSE 0 END) AS spend_91,
    sum(CASE WHEN ago < 365 THEN amount ELSE 0 END) AS spend_365,
    sum(gap) AS gaps, sum(gap * gap) AS squared_gaps, count(gap) AS gap_count
  FROM days
  GROUP BY customer_id
),
chosen AS (
  SELECT i.customer_id, count(*) AS item_days, count(DISTINCT i.item_id) AS items,
    count(DISTINCT CASE WHEN c.category_path <> '' THEN split_part(c.category_path, '/', 1) END) AS departments,
    count(DISTINCT CASE WHEN c.category_path <> '' THEN c.category_path END) AS categories,
    sum(i.units) AS units
  FROM derived.item_days i
  LEFT JOIN derived.catalogue c ON c.item_id = i.item_id
  WHERE i.day <= {{as_of}}
  GROUP BY i.customer_id
),
browsed AS (
  SELECT customer_id, date_diff('day', max(day), {{as_of}}) AS days_since_browse,
    sum(CASE WHEN day > {{as_of}} - 28 THEN sessions ELSE 0 END) AS sessions_28,
    sum(CASE WHEN day > {{as_of}} - 91 THEN sessions ELSE 0 END) AS sessions_91,
    sum(sessions) AS sessions
  FROM derived.browse_days
  WHERE day <= {{as_of}}
  GROUP BY customer_id
),
ordered AS (
  SELECT customer_id, count(*) AS orders, count(coupon) AS with_coupon, sum(items) AS lines
  FROM derived.orders
  WHERE customer_id IS NOT NULL AND day <= {{as_of}}
  GROUP BY customer_id
),
returned AS (
  SELECT customer_id, sum(CAST(amount AS DECIMAL(38, 6))) AS returned
  FROM derived.returns
  WHERE customer_id IS NOT NULL AND day <= {{as_of}}
  GROUP BY customer_id
),
known AS (
  SELECT b.customer_id, c.channel, c.country, date_diff('day', CAST(c.registered_at AS DATE), b.first_day) AS days_to_first_purchase,
    CASE WHEN b.purchases > 1 THEN 1 ELSE 0 END AS came_back
  FROM bought b
  LEFT JOIN derived.customers c ON c.customer_id = b.customer_id
),
channels AS (
  SELECT channel, count(*) AS buyers, sum(came_back) AS came_back
  FROM known
  WHERE channel IS NOT NULL
  GROUP BY channel
),
countries AS (
  SELECT country, count(*) AS buyers, sum(came_back) AS came_back
  FROM known
  WHERE country IS NOT NULL
  GROUP BY country
)
SELECT b.customer_id,
  b.purchases,
  date_diff('day', b.last_day, {{as_of}}) AS days_since_last_purchase,
  date_diff('day', b.first_day, {{as_of}}) AS days_since_first_purchase,
  365.0 * b.purchases / (date_diff('day', b.first_day, {{as_of}}) + 1) AS purchases_a_year,
  b.purchases_91, b.purchases_365,
  b.purchases_91 - b.purchases_91_before AS purchases_trend,
  CAST(b.gaps AS DOUBLE) / b.gap_count AS mean_gap_days,
  CASE WHEN b.gap_count >= 2
    THEN sqrt(greatest(0, CAST(b.squared_gaps AS DOUBLE) * b.gap_count / (CAST(b.gaps AS DOUBLE) * b.gaps) - 1)) END AS gap_variation,
  CAST(date_diff('day', b.last_day, {{as_of}}) AS DOUBLE) * b.gap_count / b.gaps AS overdue,
  CAST(b.spend AS DOUBLE) AS spend,
  CAST(b.spend AS DOUBLE) / b.purchases AS mean_spend,
  CAST(b.first_spend AS DOUBLE) AS first_spend,
  CAST(b.last_spend AS DOUBLE) AS last_spend,
  CAST(b.spend_91 AS DOUBLE) AS spend_91,
  CAST(b.spend_365 AS DOUBLE) AS spend_365,
  c.items, c.departments, c.categories,
  CAST(c.units AS DOUBLE) / c.item_days AS units_per_item,
  1.0 - CAST(c.items AS DOUBLE) / c.item_days AS repeat_item_share,
  CAST(o.lines AS DOUBLE) / o.orders AS items_per_order,
  CAST(o.with_coupon AS DOUBLE) / o.orders AS coupon_share,
  CAST(coalesce(r.returned, 0) AS DOUBLE) / nullif(CAST(b.spend + coalesce(r.returned, 0) AS DOUBLE), 0) AS returned_share,
  coalesce(w.sessions_28, 0) AS sessions_28,
  coalesce(w.sessions_91, 0) AS sessions_91,
  coalesce(w.sessions, 0) AS sessions,
  w.days_since_browse,
  k.days_to_first_purchase,
  CAST(h.came_back AS DOUBLE) / h.buyers AS channel_came_back,
  CAST(n.came_back AS DOUBLE) / n.buyers AS country_came_back
FROM bought b
JOIN known k ON k.customer_id = b.customer_id
LEFT JOIN chosen c ON c.customer_id = b.customer_id
LEFT JOIN browsed w ON w.customer_id = b.customer_id
LEFT JOIN ordered o ON o.customer_id = b.customer_id
LEFT JOIN returned r ON r.customer_id = b.customer_id
LEFT JOIN channels h ON h.channel = k.channel
LEFT JOIN countries n ON n.country = k.country
ORDER BY b.customer_id
