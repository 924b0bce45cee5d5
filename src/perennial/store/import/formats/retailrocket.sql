-- Retailrocket, from raw_events, raw_properties (statements about items) and raw_categories (the tree).
--
-- Visitors are the only people in the data and keep their number over its months: they are taken as customers. A row
-- that comes twice, to the millisecond, is one event. A transaction gives an event and an order line; there are no
-- prices, so lines cost 0. Of the properties, categoryid and available are readable; the others are hashed and left.

INSERT INTO staged_rejects
SELECT file, line, 'event', 'unknown_kind', 'event is "' || event || '"; view, addtocart or transaction are expected',
  as_raw(r)
FROM raw_events r
WHERE event NOT IN ('view', 'addtocart', 'transaction');

INSERT INTO staged_events BY NAME
SELECT md5(concat_ws(chr(31), 'retailrocket', part(e.time), customer_id, e.event, item_id, part(order_id))) AS event_id,
  n.event, e.time, customer_id, item_id, order_id, 'retailrocket' AS source
FROM raw_events e JOIN event_names n ON n.alias = e.event
WHERE e.event IN ('view', 'addtocart', 'transaction')
ORDER BY file, line;

INSERT INTO staged_rejects
SELECT file, line, 'transactionid', 'missing_value', 'a transaction needs its transactionid', as_raw(r)
FROM raw_events r
WHERE event = 'transaction' AND order_id IS NULL;

INSERT INTO staged_order_lines BY NAME
SELECT md5(concat_ws(chr(31), 'retailrocket line', part(time), customer_id, item_id, order_id)) AS event_id,
  'sale' AS kind, order_id, time, customer_id, item_id, 1 AS quantity, 0 AS unit_price, 0 AS amount,
  getvariable('currency') AS currency, 'retailrocket' AS source
FROM raw_events
WHERE event = 'transaction' AND order_id IS NOT NULL
ORDER BY file, line;

-- One row per category with the way to it from the root: "1490/1600/213".
CREATE OR REPLACE TEMP TABLE category_paths AS
WITH RECURSIVE paths AS (
  SELECT category_id, category_id AS path, 1 AS depth FROM raw_categories WHERE parent_id IS NULL
  UNION ALL
  SELECT c.category_id, p.path || '/' || c.category_id, depth + 1
  FROM raw_categories c JOIN paths p ON c.parent_id = p.category_id
  WHERE depth < 20
)
SELECT category_id, any_value(path) AS path FROM paths GROUP BY category_id;

INSERT INTO staged_items BY NAME
SELECT md5(concat_ws(chr(31), 'retailrocket item', part(p.time), item_id, property, part(value))) AS event_id,
  item_id, p.time, CASE property WHEN 'categoryid' THEN coalesce(c.path, value) END AS category_path,
  CASE property WHEN 'available' THEN value = '0' END AS hidden, 'retailrocket' AS source
FROM raw_properties p LEFT JOIN category_paths c ON property = 'categoryid' AND value = c.category_id
WHERE property IN ('categoryid', 'available') AND value IS NOT NULL
ORDER BY p.file, p.line;

INSERT INTO staged_notes
SELECT 'property rows with hashed names, not taken', count(*) FROM raw_properties
WHERE property NOT IN ('categoryid', 'available');

DROP TABLE category_paths;
