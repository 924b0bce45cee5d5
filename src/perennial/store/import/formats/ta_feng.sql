-- Ta-Feng, from raw_merged (one CSV of four months) and raw_monthly (the original D01, D02, D11, D12): a row per line of
-- a receipt.
--
-- SALES_PRICE is the price of the whole line, ASSET its cost: both are divided by AMOUNT. There is no order number: what
-- a customer bought on one day is one order. The original files write customers with leading zeros, the merged one
-- without: they are cut, so that both name the same people.

CREATE OR REPLACE TEMP TABLE ta_feng_lines AS
WITH files AS (SELECT * FROM raw_merged UNION ALL BY NAME SELECT * FROM raw_monthly)
SELECT * REPLACE (ltrim(customer_id, '0') AS customer_id),
  row_number() OVER (PARTITION BY file, time, ltrim(customer_id, '0'), item_id, quantity, price ORDER BY line)
    AS occurrence
FROM files;

INSERT INTO staged_rejects
SELECT file, line, CASE WHEN quantity <= 0 THEN 'AMOUNT' ELSE 'SALES_PRICE' END, 'out_of_range',
  'AMOUNT is ' || quantity || ', SALES_PRICE is ' || price, as_raw(l)
FROM ta_feng_lines l
WHERE quantity <= 0 OR price < 0 OR price_of_one(price, quantity) IS NULL;

INSERT INTO staged_order_lines BY NAME
SELECT md5(concat_ws(chr(31), 'ta_feng', part(time), customer_id, item_id, part(quantity), part(price), occurrence))
    AS event_id,
  'sale' AS kind, customer_id || '-' || strftime(time, '%Y%m%d') AS order_id, time, customer_id, item_id, quantity,
  price_of_one(price, quantity) AS unit_price, price AS amount, getvariable('currency') AS currency,
  'ta_feng' AS source
FROM ta_feng_lines
WHERE quantity > 0 AND price >= 0 AND price_of_one(price, quantity) IS NOT NULL
ORDER BY file, line;

INSERT INTO staged_items BY NAME
WITH latest AS (
  SELECT item_id, min(time) AS time, arg_max(category, (time, file, line)) AS category_path,
    arg_max(price_of_one(price, quantity), (time, file, line)) FILTER (WHERE price > 0) AS price,
    arg_max(price_of_one(cost, quantity), (time, file, line)) FILTER (WHERE cost > 0) AS cost
  FROM ta_feng_lines
  WHERE quantity > 0 AND price >= 0 AND price_of_one(price, quantity) IS NOT NULL
  GROUP BY item_id
)
SELECT md5(concat_ws(chr(31), 'ta_feng item', item_id, part(category_path), part(price), part(cost))) AS event_id, *,
  getvariable('currency') AS currency, 'ta_feng' AS source
FROM latest
ORDER BY item_id;

INSERT INTO staged_customers BY NAME
SELECT md5(concat_ws(chr(31), 'ta_feng customer', customer_id, part(age_group), part(pin_code))) AS event_id, customer_id,
  min(time) AS time, any_value(pin_code) AS postal_code,
  json_object('age_group', any_value(age_group))::VARCHAR AS traits, 'ta_feng' AS source
FROM ta_feng_lines
WHERE quantity > 0 AND price >= 0 AND price_of_one(price, quantity) IS NOT NULL
GROUP BY customer_id, age_group, pin_code
ORDER BY customer_id, min(time), age_group, pin_code;

DROP TABLE ta_feng_lines;
