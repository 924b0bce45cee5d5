-- REES46 multi-category and cosmetics shops, from raw_events: one row per event.
--
-- Exact duplicates are known errors of the export: they get one id, and count once. A purchase gives an event and an
-- order line of one piece; the purchases of one user_session are one order (of one user and day, where it is empty).

INSERT INTO staged_rejects
SELECT file, line, 'event_type', 'unknown_kind',
  'event_type is "' || event_type || '"; view, cart, remove_from_cart or purchase are expected', as_raw(r)
FROM raw_events r
WHERE event_type NOT IN ('view', 'cart', 'remove_from_cart', 'purchase');

-- One row per event, with its id.
CREATE OR REPLACE TEMP TABLE rees46_events AS
SELECT e.*, n.event, replace(category_code, '.', '/') AS category,
  coalesce(session_id, customer_id || '-' || strftime(e.time, '%Y%m%d')) AS order_id,
  md5(concat_ws(chr(31), 'rees46', part(e.time), e.event_type, item_id, part(price), customer_id, part(session_id)))
    AS event_id
FROM raw_events e JOIN event_names n ON n.alias = e.event_type
WHERE e.event_type IN ('view', 'cart', 'remove_from_cart', 'purchase');

INSERT INTO staged_events BY NAME
SELECT event_id, event, time, customer_id, session_id, item_id, price AS unit_price, getvariable('currency') AS currency,
  CASE event_type WHEN 'purchase' THEN order_id END AS order_id, 'rees46' AS source
FROM rees46_events
ORDER BY file, line;

INSERT INTO staged_order_lines BY NAME
SELECT event_id, 'sale' AS kind, order_id, time, customer_id, item_id, 1 AS quantity, coalesce(price, 0) AS unit_price,
  coalesce(price, 0) AS amount, getvariable('currency') AS currency, 'rees46' AS source
FROM rees46_events
WHERE event_type = 'purchase' AND coalesce(price, 0) >= 0
ORDER BY file, line;

INSERT INTO staged_rejects
SELECT file, line, 'price', 'out_of_range', 'price is ' || price || ' in a purchase',
  as_raw({'user_id': customer_id, 'product_id': item_id, 'price': price})
FROM rees46_events
WHERE event_type = 'purchase' AND price < 0;

CREATE OR REPLACE TEMP TABLE rees46_sightings AS
SELECT line AS row, 0 AS position, time, item_id, NULL::VARCHAR AS name, brand, coalesce(category, category_id) AS category,
  greatest(price, 0) AS price, getvariable('currency') AS currency, NULL::VARCHAR AS url, NULL::VARCHAR AS image_url
FROM rees46_events;

INSERT INTO staged_items BY NAME
SELECT *, 'rees46' AS source FROM item_changes('rees46_sightings');

DROP TABLE rees46_events;
DROP TABLE rees46_sightings;
