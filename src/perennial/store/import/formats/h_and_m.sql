-- H&M, from raw_transactions, raw_articles and raw_customers.
--
-- article_id is a text of ten digits; where a tool has read it as a number, the zeros are put back. A piece bought twice
-- is two rows: they become one line of quantity 2. What a customer bought in one channel on one day is one order. Prices
-- are scaled by the publisher (0.0508), so sums are relative. Articles and customers have no date: they hold from the
-- first day of the transactions that are imported with them.

CREATE OR REPLACE TEMP MACRO article(id) AS lpad(id, greatest(10, length(id))::INTEGER, '0');
SET VARIABLE first_day = coalesce((SELECT min(time) FROM raw_transactions), getvariable('now'));

INSERT INTO staged_rejects
SELECT file, line, 'price', 'out_of_range', 'price is ' || price, as_raw(r) FROM raw_transactions r WHERE price < 0;

INSERT INTO staged_order_lines BY NAME
WITH bought AS (
  SELECT time, customer_id, article(article_id) AS item_id, price, channel, count(*)::DECIMAL(12, 3) AS quantity,
    min(file) AS file, min(line) AS line
  FROM raw_transactions
  WHERE price >= 0
  GROUP BY ALL
)
SELECT md5(concat_ws(chr(31), 'h_and_m', part(time), customer_id, item_id, part(price), part(channel))) AS event_id,
  'sale' AS kind, concat_ws('-', customer_id, strftime(time, '%Y%m%d'), channel) AS order_id, time, customer_id, item_id,
  quantity, price AS unit_price, amount_of(quantity, price) AS amount, getvariable('currency') AS currency,
  CASE channel WHEN 1 THEN 'store' WHEN 2 THEN 'online' END AS channel, 'h_and_m' AS source
FROM bought
ORDER BY file, line;

INSERT INTO staged_items BY NAME
SELECT md5(concat_ws(chr(31), 'h_and_m item', article(article_id), part(prod_name), part(product_type_name),
    part(product_group_name), part(index_group_name), part(detail_desc))) AS event_id,
  article(article_id) AS item_id, getvariable('first_day') AS time, prod_name AS name, detail_desc AS description,
  concat_ws('/', index_group_name, product_group_name, product_type_name) AS category_path,
  left(article(article_id), 3) || '/' || article(article_id) || '.jpg' AS image_path,
  json_merge_patch('{}', json_object('product_code', product_code, 'appearance', graphical_appearance_name,
    'colour', colour_group_name, 'perceived_colour', perceived_colour_value_name,
    'perceived_colour_master', perceived_colour_master_name, 'department', department_name, 'index', index_name,
    'section', section_name, 'garment_group', garment_group_name))::VARCHAR AS attributes,
  'h_and_m' AS source
FROM raw_articles
ORDER BY file, line;

INSERT INTO staged_customers BY NAME
SELECT md5(concat_ws(chr(31), 'h_and_m customer', customer_id, part(postal_code), part(news), part(age), part(club),
    part(fn), part(active))) AS event_id,
  customer_id, getvariable('first_day') AS time, postal_code,
  CASE WHEN lower(news) IN ('regularly', 'monthly') THEN true WHEN lower(news) = 'none' THEN false END
    AS marketing_opt_in,
  json_merge_patch('{}', json_object('age', age, 'club_member_status', club, 'fashion_news_frequency', news, 'FN', fn,
    'Active', active))::VARCHAR AS traits,
  'h_and_m' AS source
FROM raw_customers
ORDER BY file, line;
