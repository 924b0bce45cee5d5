-- Olist, from raw_orders, raw_order_items, raw_customers and, where they are given, raw_payments, raw_reviews,
-- raw_products and raw_translations.
--
-- customer_id is one per ORDER; the person is customer_unique_id, and that is the customer here. An order that was
-- canceled, or became unavailable, is a sale and a cancellation of the same lines. Freight is not part of the price; it
-- stands in the line's properties.

CREATE OR REPLACE TEMP TABLE olist_orders AS
SELECT o.*, c.customer_unique_id AS customer, o.order_status IN ('canceled', 'unavailable') AS undone
FROM raw_orders o LEFT JOIN raw_customers c USING (customer_id);

INSERT INTO staged_rejects
SELECT i.file, i.line, 'order_id', 'unknown_order', 'order ' || order_id || ' is in no orders file', as_raw(i)
FROM raw_order_items i
WHERE NOT EXISTS (FROM olist_orders o WHERE o.order_id = i.order_id);

INSERT INTO staged_rejects
SELECT file, line, 'price', 'out_of_range', 'price is ' || price, as_raw(i) FROM raw_order_items i WHERE price < 0;

INSERT INTO staged_order_lines BY NAME
SELECT concat_ws('-', 'olist', order_id, order_item_id, k.kind) AS event_id, k.kind, order_id,
  purchased_at AS time, customer AS customer_id, product_id AS item_id, k.sign AS quantity, price AS unit_price,
  k.sign * price AS amount, getvariable('currency') AS currency, 'BR' AS country,
  json_merge_patch('{}', json_object('freight', freight_value, 'seller_id', seller_id))::VARCHAR AS properties,
  'olist' AS source
FROM raw_order_items i JOIN olist_orders o USING (order_id)
  JOIN (VALUES ('sale', 1), ('cancellation', -1)) AS k(kind, sign) ON k.sign = 1 OR o.undone
WHERE price >= 0
ORDER BY i.file, i.line, k.sign DESC;

INSERT INTO staged_customers BY NAME
SELECT md5(concat_ws(chr(31), 'olist customer', customer, part(zip), part(city), part(state))) AS event_id,
  customer AS customer_id, min(purchased_at) AS time, 'BR' AS country, state, city, zip AS postal_code,
  'olist' AS source
FROM olist_orders o JOIN raw_customers c USING (customer_id)
GROUP BY customer, zip, city, state
ORDER BY min(purchased_at), customer, zip, city, state;

INSERT INTO staged_items BY NAME
SELECT md5(concat_ws(chr(31), 'olist item', p.product_id, part(t.english), part(category))) AS event_id,
  p.product_id AS item_id, coalesce(s.time, getvariable('now')) AS time,
  replace(coalesce(t.english, category), '_', ' ') AS category_path,
  nullif(json_merge_patch('{}', json_object('photos', photos, 'weight_g', weight_g, 'length_cm', length_cm, 'height_cm',
    height_cm, 'width_cm', width_cm, 'name_length', name_length, 'description_length', description_length))::VARCHAR, '{}')
    AS attributes,
  'olist' AS source
FROM raw_products p LEFT JOIN raw_translations t USING (category)
  LEFT JOIN (SELECT product_id, min(purchased_at) AS time FROM raw_order_items JOIN olist_orders USING (order_id)
    GROUP BY product_id) s ON s.product_id = p.product_id
ORDER BY p.file, p.line;

-- One row per order of one product, which is then what a review of the order speaks of.
CREATE OR REPLACE TEMP TABLE olist_single_items AS
SELECT order_id, any_value(product_id) AS product_id FROM raw_order_items GROUP BY order_id
HAVING count(DISTINCT product_id) = 1;

INSERT INTO staged_events BY NAME
SELECT concat_ws('-', 'olist review', review_id, order_id) AS event_id, 'Product Reviewed' AS event,
  coalesce(answered_at, created_at) AS time, customer AS customer_id, product_id AS item_id, order_id,
  json_merge_patch('{}', json_object('review_id', review_id, 'rating', score, 'title', title, 'review_body', message))
    ::VARCHAR AS properties,
  'olist' AS source
FROM raw_reviews r JOIN olist_orders o USING (order_id) LEFT JOIN olist_single_items USING (order_id)
ORDER BY r.file, r.line;

INSERT INTO staged_events BY NAME
SELECT concat_ws('-', 'olist payment', order_id, sequential) AS event_id, 'Payment Info Entered' AS event,
  purchased_at AS time, customer AS customer_id, payment_value AS value, getvariable('currency') AS currency, order_id,
  json_object('payment_method', payment_type, 'installments', installments)::VARCHAR AS properties, 'olist' AS source
FROM raw_payments p JOIN olist_orders USING (order_id)
ORDER BY p.file, p.line;

INSERT INTO staged_rejects
SELECT file, line, 'order_id', 'unknown_order', 'order ' || order_id || ' is in no orders file',
  as_raw({'order_id': order_id})
FROM (SELECT file, line, order_id FROM raw_reviews UNION ALL SELECT file, line, order_id FROM raw_payments)
WHERE order_id NOT IN (SELECT order_id FROM olist_orders);

INSERT INTO staged_notes
SELECT 'orders canceled or unavailable, stored with their cancellation', count(*) FROM olist_orders WHERE undone
UNION ALL
SELECT 'orders whose customer is in no customers file, stored as guests', count(*) FROM olist_orders
WHERE customer IS NULL
UNION ALL
SELECT 'orders without items, not stored', count(*) FROM olist_orders
WHERE order_id NOT IN (SELECT order_id FROM raw_order_items);

DROP TABLE olist_orders;
DROP TABLE olist_single_items;
