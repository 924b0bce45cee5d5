-- Segment messages, from raw_messages (one row per message) and raw_products (one row per product of a message).
--
-- Time      `timestamp`; without it receivedAt - (sentAt - originalTimestamp), which corrects the sender's clock;
--           without those originalTimestamp, receivedAt or sentAt
-- Ids       messageId; a message without one has an id made of its text
-- Orders    "Order Completed" gives an event and a line per product. Its `discount` is spread over the lines by their
--           value, to the last millionth. An order without products is one line of the hidden item "(unknown)" worth
--           `revenue`, else `total` - tax - shipping, else `value`
-- Refunds   "Order Refunded" and "Order Cancelled" give negative lines for the products they list, at the net price of
--           the order's own lines where those are known. Without products the whole order goes back, or, when the
--           stated sum is smaller than the order, one line of "(unknown)" of that sum
-- Items     a product's name, brand, category, price, url and image become a statement when they change

CREATE OR REPLACE TEMP TABLE segment_messages AS
WITH timed AS (
  SELECT m.*, coalesce(timestamp, received_at - (sent_at - original_timestamp), original_timestamp, received_at, sent_at)
      AS time,
    message_id AS id,
    coalesce(product_id, sku) AS item_id,
    CASE type WHEN 'page' THEN 'Page Viewed' WHEN 'screen' THEN 'Screen Viewed' WHEN 'group' THEN 'Group Joined'
      WHEN 'identify' THEN 'Identified' ELSE coalesce(n.event, m.event) END AS event_name
  FROM raw_messages m LEFT JOIN event_names n ON lower(m.event) = n.alias
)
SELECT *, CASE
    WHEN time IS NULL OR (type = 'track' AND event IS NULL) THEN 'missing_value'
    WHEN type = 'alias' AND (user_id IS NULL OR previous_id IS NULL) THEN 'nobody'
    WHEN user_id IS NULL AND anonymous_id IS NULL THEN 'nobody'
  END AS defect
FROM timed;

INSERT INTO staged_rejects
SELECT file, line,
  CASE WHEN defect = 'nobody' THEN 'userId' WHEN time IS NULL THEN 'timestamp' ELSE 'event' END,
  defect,
  CASE WHEN defect = 'nobody' AND type = 'alias' THEN 'an alias needs previousId and userId'
    WHEN defect = 'nobody' THEN 'the message has neither userId nor anonymousId'
    WHEN time IS NULL THEN 'the message has no time' ELSE 'a track message needs the name of its event' END,
  as_raw({'type': type, 'event': event, 'messageId': message_id, 'userId': user_id})
FROM segment_messages
WHERE defect IS NOT NULL;

INSERT INTO staged_events BY NAME
SELECT id AS event_id, event_name AS event, time, user_id AS customer_id, anonymous_id, session_id, item_id,
  CASE WHEN item_id IS NOT NULL THEN quantity END AS quantity,
  CASE WHEN item_id IS NOT NULL THEN price END AS unit_price,
  coalesce(value, revenue, total) AS value, upper(currency) AS currency, order_id,
  coalesce(properties, CASE WHEN type = 'identify' THEN traits END,
    CASE WHEN coalesce(page_name, group_id) IS NOT NULL
      THEN json_merge_patch('{}', json_object('name', page_name, 'group_id', group_id))::VARCHAR END) AS properties,
  getvariable('source') AS source
FROM segment_messages
WHERE defect IS NULL AND (type IN ('track', 'page', 'screen', 'group') OR (type = 'identify' AND user_id IS NULL))
ORDER BY row;

INSERT INTO staged_customers BY NAME
SELECT id AS event_id, user_id AS customer_id, time, email, phone, full_name AS name, first_name, last_name, gender,
  birthday::DATE AS birthday, country, state, city, postal_code, street, language, channel, registered_at,
  marketing_opt_in, traits, getvariable('source') AS source
FROM segment_messages
WHERE defect IS NULL AND type = 'identify' AND user_id IS NOT NULL
UNION ALL BY NAME
SELECT id AS event_id, user_id AS customer_id, time, time AS registered_at, getvariable('source') AS source
FROM segment_messages
WHERE defect IS NULL AND event_name = 'Signed Up' AND user_id IS NOT NULL;

INSERT INTO staged_identities BY NAME
SELECT id AS event_id, CASE type WHEN 'alias' THEN previous_id ELSE anonymous_id END AS anonymous_id,
  user_id AS customer_id, time, type AS kind, getvariable('source') AS source
FROM segment_messages
WHERE defect IS NULL AND user_id IS NOT NULL
  AND (type = 'alias' OR (type = 'identify' AND anonymous_id IS NOT NULL))
ORDER BY row;

-- One row per order event, with what its sums say.
CREATE OR REPLACE TEMP TABLE segment_orders AS
SELECT *, coalesce(order_id, id) AS order_key,
  CASE event_name WHEN 'Order Completed' THEN 'sale' WHEN 'Order Refunded' THEN 'return' ELSE 'cancellation' END AS kind,
  coalesce(revenue, TRY(total - coalesce(tax, 0) - coalesce(shipping, 0)), value) AS stated
FROM segment_messages
WHERE defect IS NULL AND type = 'track' AND event_name IN ('Order Completed', 'Order Refunded', 'Order Cancelled')
QUALIFY row_number() OVER (PARTITION BY id ORDER BY row) = 1;  -- a message that is sent twice

-- One row per listed product of an order event; a product in the event itself counts as a list of one.
CREATE OR REPLACE TEMP TABLE segment_listed AS
WITH listed AS (
  SELECT row, file, line, position, coalesce(product_id, sku) AS item_id, price, quantity, coupon, properties
  FROM raw_products
  UNION ALL
  SELECT row, file, line, 1, item_id, price, quantity, coupon, NULL
  FROM segment_orders WHERE has_products IS NULL AND item_id IS NOT NULL
)
SELECT l.* EXCLUDE (quantity, price, coupon), o.kind, o.order_key, o.id, coalesce(l.coupon, o.coupon) AS coupon,
  coalesce(abs(l.quantity), 1)::DECIMAL(12, 3) AS quantity,
  coalesce(l.price, CASE WHEN count(*) OVER (PARTITION BY row) = 1 AND o.kind = 'sale' AND coalesce(l.quantity, 1) > 0
    THEN price_of_one(o.stated, coalesce(l.quantity, 1)) END) AS price
FROM listed l JOIN segment_orders o USING (row);

-- One row per order line sold.
CREATE OR REPLACE TEMP TABLE segment_sales AS
WITH priced AS (
  SELECT *, amount_of(quantity, price) AS gross
  FROM segment_listed
  WHERE kind = 'sale' AND item_id IS NOT NULL AND quantity > 0 AND price >= 0
), summed AS (
  SELECT *, sum(gross) OVER (PARTITION BY row ORDER BY position) AS upto, sum(gross) OVER (PARTITION BY row) AS whole
  FROM priced WHERE gross IS NOT NULL
), spread AS (
  SELECT s.*, least(greatest(coalesce(o.discount, 0), 0), whole)::DOUBLE AS order_discount
  FROM summed s JOIN segment_orders o USING (row)
)
SELECT * EXCLUDE (order_discount, upto, whole),
  CASE WHEN order_discount > 0 THEN (order_discount * (upto / whole))::DECIMAL(18, 6)
    - (order_discount * ((upto - gross) / whole))::DECIMAL(18, 6) END AS discount
FROM spread;

-- One row per order line sold, here or before, for looking up what an order was worth.
CREATE OR REPLACE TEMP TABLE segment_sold AS
SELECT order_key AS order_id, '(unknown)' AS item_id, id || '/1' AS event_id, 1::DECIMAL(12, 3) AS quantity,
  abs(stated) AS unit_price, abs(stated) AS amount, upper(currency) AS currency
FROM segment_orders
WHERE kind = 'sale' AND stated IS NOT NULL AND row NOT IN (SELECT row FROM segment_listed)
UNION ALL
SELECT s.order_key, s.item_id, s.id || '/' || s.position, s.quantity, s.price,
  s.gross - coalesce(s.discount, 0), upper(o.currency)
FROM segment_sales s JOIN segment_orders o USING (row)
UNION ALL
SELECT order_id, item_id, event_id, quantity, unit_price, amount, currency
FROM order_lines
WHERE kind = 'sale' AND order_id IN (SELECT order_key FROM segment_orders WHERE kind <> 'sale')
  -- Not those that this file brings once more.
  AND event_id NOT IN (SELECT id || '/' || position FROM segment_sales UNION ALL SELECT id || '/1' FROM segment_orders);

-- One row per product that goes back, at the order's own price where it is known.
CREATE OR REPLACE TEMP TABLE segment_back AS
WITH own AS (
  SELECT order_id, item_id, sum(amount) / sum(quantity) AS net, max(unit_price) AS unit_price,
    max(currency) AS currency
  FROM segment_sold GROUP BY order_id, item_id
)
SELECT l.*, coalesce(own.unit_price, l.price) AS unit_price, own.currency,
  TRY_CAST(l.quantity * coalesce(own.net, l.price) AS DECIMAL(18, 6)) AS amount
FROM segment_listed l LEFT JOIN own ON l.order_key = own.order_id AND l.item_id = own.item_id
WHERE l.kind <> 'sale';

INSERT INTO staged_rejects
SELECT file, line,
  CASE WHEN item_id IS NULL THEN 'product_id' WHEN price IS NULL THEN 'price' WHEN quantity = 0 THEN 'quantity'
    ELSE 'price' END,
  CASE WHEN item_id IS NULL OR price IS NULL THEN 'missing_value' ELSE 'out_of_range' END,
  'product ' || position || ' of order ' || order_key || ': ' || CASE WHEN item_id IS NULL THEN 'no product_id and no sku'
    WHEN price IS NULL THEN 'no price' ELSE 'quantity ' || quantity || ' at price ' || price END,
  as_raw({'item': item_id, 'quantity': quantity, 'price': price})
FROM (
  SELECT * EXCLUDE (properties), amount_of(quantity, price) AS worth FROM segment_listed WHERE kind = 'sale'
  UNION ALL BY NAME
  SELECT * EXCLUDE (properties) REPLACE (unit_price AS price), amount AS worth FROM segment_back
)
WHERE item_id IS NULL OR price IS NULL OR price < 0 OR quantity = 0 OR worth IS NULL;

INSERT INTO staged_order_lines BY NAME
SELECT s.id || '/' || s.position AS event_id, s.kind, s.order_key AS order_id, o.time, o.user_id AS customer_id,
  o.anonymous_id, s.item_id, s.quantity, s.price AS unit_price, s.discount, gross - coalesce(s.discount, 0) AS amount,
  coalesce(upper(o.currency), getvariable('currency')) AS currency, s.coupon, o.country, s.properties, getvariable('source') AS source
FROM segment_sales s JOIN segment_orders o USING (row)
ORDER BY row, position;

INSERT INTO staged_order_lines BY NAME
SELECT b.id || '/' || b.position AS event_id, b.kind, b.order_key AS order_id, o.time, o.user_id AS customer_id,
  o.anonymous_id, b.item_id, -b.quantity AS quantity, b.unit_price,
  nullif(greatest(amount_of(b.quantity, b.unit_price) - b.amount, 0), 0) AS discount, -b.amount AS amount,
  coalesce(upper(o.currency), b.currency, getvariable('currency')) AS currency, b.coupon, o.country, b.properties, getvariable('source') AS source
FROM segment_back b JOIN segment_orders o USING (row)
WHERE b.item_id IS NOT NULL AND b.unit_price >= 0 AND b.quantity > 0 AND b.amount IS NOT NULL
ORDER BY row, position;

-- One row per order event that lists nothing, with the worth of the order it speaks of.
CREATE OR REPLACE TEMP TABLE segment_bare AS
WITH worth AS (SELECT order_id, sum(amount) AS amount FROM segment_sold GROUP BY order_id)
SELECT o.*, w.amount AS order_amount,
  o.kind <> 'sale' AND w.amount IS NOT NULL AND coalesce(abs(o.stated) >= w.amount, true) AS whole
FROM segment_orders o LEFT JOIN worth w ON o.order_key = w.order_id
WHERE o.row NOT IN (SELECT row FROM segment_listed);

INSERT INTO staged_order_lines BY NAME
SELECT b.id || '/' || s.event_id AS event_id, b.kind, b.order_key AS order_id, b.time, b.user_id AS customer_id,
  b.anonymous_id, s.item_id, -s.quantity AS quantity, s.unit_price,
  nullif(greatest(amount_of(s.quantity, s.unit_price) - s.amount, 0), 0) AS discount, -s.amount AS amount,
  coalesce(upper(b.currency), s.currency, getvariable('currency')) AS currency, getvariable('source') AS source
FROM segment_bare b JOIN segment_sold s ON s.order_id = b.order_key
WHERE b.whole
ORDER BY row, s.event_id;

INSERT INTO staged_order_lines BY NAME
SELECT id || '/1' AS event_id, kind, order_key AS order_id, time, user_id AS customer_id, anonymous_id,
  '(unknown)' AS item_id, CASE kind WHEN 'sale' THEN 1 ELSE -1 END AS quantity, abs(stated) AS unit_price,
  CASE kind WHEN 'sale' THEN abs(stated) ELSE -abs(stated) END AS amount,
  coalesce(upper(currency), getvariable('currency')) AS currency, coupon, getvariable('source') AS source
FROM segment_bare
WHERE NOT whole AND stated IS NOT NULL
ORDER BY row;

INSERT INTO staged_rejects
SELECT file, line, 'products', CASE kind WHEN 'sale' THEN 'missing_value' ELSE 'unknown_order' END,
  'order ' || order_key || ' comes without products and without a sum'
    || CASE kind WHEN 'sale' THEN '' ELSE ', and its lines are not known' END,
  as_raw({'event': event, 'messageId': message_id})
FROM segment_bare
WHERE NOT whole AND stated IS NULL;

INSERT INTO staged_items BY NAME
SELECT getvariable('source') || ' item (unknown)' AS event_id, '(unknown)' AS item_id, min(time) AS time,
  'Orders without products' AS name, true AS hidden, getvariable('source') AS source
FROM segment_bare
WHERE NOT whole AND stated IS NOT NULL
HAVING count(*) > 0;

CREATE OR REPLACE TEMP TABLE segment_sightings AS
SELECT row, 0 AS position, time, item_id, item_name AS name, brand, category, price, upper(currency) AS currency, url,
  image_url
FROM segment_messages
WHERE defect IS NULL AND type = 'track' AND item_id IS NOT NULL
UNION ALL
SELECT p.row, p.position, m.time, coalesce(p.product_id, p.sku), p.item_name, p.brand, p.category, p.price,
  upper(m.currency), p.url, p.image_url
FROM raw_products p JOIN segment_messages m USING (row)
WHERE m.defect IS NULL AND coalesce(p.product_id, p.sku) IS NOT NULL;

INSERT INTO staged_items BY NAME
SELECT *, getvariable('source') AS source FROM item_changes('segment_sightings');

INSERT INTO staged_notes
SELECT 'messages without messageId, given an id from their content', count(*) FROM segment_messages
WHERE id LIKE 'content-%' AND defect IS NULL AND getvariable('source') = 'segment'
UNION ALL
SELECT 'orders without products, stored as one line of the hidden item "(unknown)"', count(*) FROM segment_bare
WHERE NOT whole AND stated IS NOT NULL AND kind = 'sale';

DROP TABLE segment_messages;
DROP TABLE segment_orders;
DROP TABLE segment_listed;
DROP TABLE segment_sales;
DROP TABLE segment_sold;
DROP TABLE segment_back;
DROP TABLE segment_bare;
DROP TABLE segment_sightings;
