-- One row per item that was stated or sold up to the as-of day. Statements are the latest that is not NULL, field by
-- field, and the first later one where there is none by the as-of day (a catalogue often carries the day of its export
-- only); the name then falls back to the description that most order lines give. Sales are net of returns and cancellations:
-- units in any currency, revenue in the shop's.
WITH statements AS (
  SELECT item_id, min(time) AS time,
    {{stated name}} AS name,
    {{stated category_path}} AS category_path,
    {{stated brand}} AS brand,
    {{stated price}} AS price,
    {{stated list_price}} AS list_price,
    {{stated cost}} AS cost,
    {{stated stock}} AS stock,
    {{stated hidden}} AS hidden
  FROM items
  GROUP BY item_id
),
descriptions AS (
  SELECT item_id, {{description}} AS description, count(*) AS lines
  FROM order_lines
  WHERE time < {{end}} AND kind = 'sale' AND properties IS NOT NULL
  GROUP BY 1, 2
),
line_names AS (
  SELECT item_id, description
  FROM (
    SELECT item_id, description, row_number() OVER (PARTITION BY item_id ORDER BY lines DESC, description) AS place
    FROM descriptions
    WHERE description IS NOT NULL
  ) ranked
  WHERE place = 1
),
sales AS (
  SELECT item_id, min(CASE WHEN kind = 'sale' THEN CAST(time AS DATE) END) AS first_sold,
    CAST(sum(quantity) AS DOUBLE) AS units,
    CAST(sum(CASE WHEN main THEN amount ELSE 0 END) AS DOUBLE) AS revenue,
    CAST(sum(CASE WHEN customer_id IS NULL THEN quantity ELSE 0 END) AS DOUBLE) AS guest_units
  FROM journey_lines
  GROUP BY item_id
),
buyers AS (
  SELECT item_id, count(*) AS buyers
  FROM derived.interactions
  GROUP BY item_id
),
names AS (
  SELECT item_id FROM statements WHERE time < {{end}}
  UNION
  SELECT item_id FROM sales
)
SELECT n.item_id, coalesce(s.name, l.description) AS name, s.category_path, s.brand,
  CAST(s.price AS DOUBLE) AS price, CAST(s.list_price AS DOUBLE) AS list_price, CAST(s.cost AS DOUBLE) AS cost,
  CAST(s.stock AS DOUBLE) AS stock, coalesce(s.hidden, FALSE) AS hidden, t.first_sold,
  coalesce(t.units, 0) AS units, coalesce(b.buyers, 0) AS buyers, coalesce(t.revenue, 0) AS revenue,
  coalesce(t.guest_units, 0) AS guest_units
FROM names n
LEFT JOIN statements s ON s.item_id = n.item_id
LEFT JOIN line_names l ON l.item_id = n.item_id
LEFT JOIN sales t ON t.item_id = n.item_id
LEFT JOIN buyers b ON b.item_id = n.item_id
ORDER BY n.item_id
