-- One row per known customer: registered, identified, or named by an order line or event up to the as-of day.
-- Traits are the latest statement that is not NULL, field by field, and the first later one where there is none by the
-- as-of day (a file of customers often carries the day of its export only); country and channel then fall back to the
-- latest order line that has one. Consent is the last word ever said: it binds whatever the as-of day. Money is net of
-- returns and in the shop's currency; `returned` is all that was given back.
WITH stated AS (
  SELECT {{customer_id}} AS customer_id, time, registered_at, country, channel, language, email, phone,
    coalesce(name, CASE WHEN first_name IS NULL THEN last_name WHEN last_name IS NULL THEN first_name
      ELSE first_name || ' ' || last_name END) AS name, marketing_opt_in
  FROM customers
),
traits AS (
  SELECT customer_id, min(CASE WHEN time < {{end}} THEN time END) AS time,
    {{stated registered_at}} AS registered_at,
    {{stated country}} AS country,
    {{stated channel}} AS channel,
    {{stated language}} AS language,
    {{stated name}} AS name,
    {{latest marketing_opt_in}} AS marketing_opt_in,
    max(CASE WHEN email IS NOT NULL THEN 1 ELSE 0 END) = 1 AS email_known,
    max(CASE WHEN phone IS NOT NULL THEN 1 ELSE 0 END) = 1 AS phone_known
  FROM stated
  WHERE customer_id IS NOT NULL
  GROUP BY customer_id
),
identified AS (
  SELECT {{customer_id}} AS customer_id, min(time) AS time
  FROM identities
  WHERE time < {{end}} AND kind <> 'unlink'
  GROUP BY 1
),
line_traits AS (
  SELECT customer_id, min(time) AS time, {{latest country}} AS country, {{latest channel}} AS channel
  FROM journey_lines
  WHERE customer_id IS NOT NULL
  GROUP BY customer_id
),
browsed AS (
  SELECT customer_id, min(known_at) AS known_at, min(started) AS first_time, max(ended) AS last_time
  FROM journey_sessions
  GROUP BY customer_id
),
browse_counts AS (
  SELECT customer_id, CAST(sum(sessions) AS BIGINT) AS sessions
  FROM derived.browse_days
  GROUP BY customer_id
),
known AS (
  SELECT customer_id, min(time) AS known_since
  FROM (
    SELECT customer_id, time FROM traits WHERE time IS NOT NULL
    UNION ALL SELECT customer_id, registered_at FROM traits WHERE registered_at < {{end}}
    UNION ALL SELECT customer_id, time FROM identified WHERE customer_id IS NOT NULL
    UNION ALL SELECT customer_id, time FROM line_traits
    UNION ALL SELECT customer_id, known_at FROM browsed WHERE known_at IS NOT NULL
  ) statements
  GROUP BY customer_id
),
bought AS (
  SELECT customer_id, min(day) AS first_order, max(day) AS last_order, count(*) AS purchase_days, CAST(sum(CAST(amount AS DECIMAL(38, 6))) AS DOUBLE) AS revenue
  FROM derived.purchase_days
  GROUP BY customer_id
),
ordered AS (
  SELECT customer_id, count(*) AS orders
  FROM journey_orders
  WHERE customer_id IS NOT NULL AND exact_amount > 0
  GROUP BY customer_id
),
returned AS (
  SELECT customer_id, CAST(sum(amount) AS DOUBLE) AS returned
  FROM journey_returns
  WHERE customer_id IS NOT NULL
  GROUP BY customer_id
)
SELECT k.customer_id, CASE WHEN t.registered_at < {{end}} THEN t.registered_at END AS registered_at,
  least(k.known_since, coalesce(b.first_time, k.known_since)) AS first_seen, p.first_order, p.last_order, coalesce(p.purchase_days, 0) AS purchase_days, coalesce(o.orders, 0) AS orders,
  coalesce(p.revenue, 0) AS revenue, coalesce(r.returned, 0) AS returned,
  coalesce(t.country, l.country) AS country, coalesce(t.channel, l.channel) AS channel, t.language,
  coalesce(t.email_known, FALSE) AS email_known, coalesce(t.phone_known, FALSE) AS phone_known, t.name,
  t.marketing_opt_in, b.last_time AS last_browse, coalesce(c.sessions, 0) AS browse_sessions, k.known_since
FROM known k
LEFT JOIN traits t ON t.customer_id = k.customer_id
LEFT JOIN line_traits l ON l.customer_id = k.customer_id
LEFT JOIN browsed b ON b.customer_id = k.customer_id
LEFT JOIN browse_counts c ON c.customer_id = k.customer_id
LEFT JOIN bought p ON p.customer_id = k.customer_id
LEFT JOIN ordered o ON o.customer_id = k.customer_id
LEFT JOIN returned r ON r.customer_id = k.customer_id
ORDER BY k.customer_id
