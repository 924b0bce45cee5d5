-- Instacart, from raw_orders, raw_order_products (prior and train), raw_products, raw_aisles and raw_departments.
--
-- Calendar  the data give days between orders, a weekday and an hour, but no dates. A customer's first order falls in
--           the week of Sunday 2016-01-03 on its weekday (order_dow 0 is taken as Sunday); each later order as many
--           days after the one before as the file says. Gaps are capped at 30 days by the publisher
-- Prices    there are none: lines cost 0

CREATE OR REPLACE TEMP MACRO order_outside(dow, hour, gap) AS CASE WHEN dow NOT BETWEEN 0 AND 6 THEN 'order_dow'
  WHEN hour NOT BETWEEN 0 AND 23 THEN 'order_hour_of_day'
  WHEN gap NOT BETWEEN 0 AND 365 THEN 'days_since_prior_order' END;

INSERT INTO staged_rejects
SELECT file, line, order_outside(dow, hour, gap), 'out_of_range',
  'order_dow is ' || dow || ', order_hour_of_day is ' || hour || ', days_since_prior_order is ' || coalesce(gap, 0),
  as_raw(r)
FROM raw_orders r
WHERE order_outside(dow, hour, gap) IS NOT NULL;

-- One row per order with its time.
CREATE OR REPLACE TEMP TABLE instacart_orders AS
WITH placed AS (
  SELECT *, first_value(dow) OVER of_user + sum(coalesce(gap, 0)) OVER of_user AS day
  FROM raw_orders
  WHERE order_outside(dow, hour, gap) IS NULL
  WINDOW of_user AS (PARTITION BY customer_id ORDER BY order_number ROWS UNBOUNDED PRECEDING)
)
SELECT order_id, customer_id, TIMESTAMP '2016-01-03' + to_days(day::INTEGER) + to_hours(hour) AS time, eval_set
FROM placed;

INSERT INTO staged_rejects
SELECT p.file, p.line, 'order_id', 'unknown_order', 'order ' || order_id || ' is in no orders file', as_raw(p)
FROM raw_order_products p
WHERE NOT EXISTS (FROM instacart_orders o WHERE o.order_id = p.order_id);

INSERT INTO staged_order_lines BY NAME
SELECT concat_ws('-', 'instacart', order_id, item_id, position) AS event_id, 'sale' AS kind, order_id, time, customer_id,
  item_id, 1 AS quantity, 0 AS unit_price, 0 AS amount, getvariable('currency') AS currency, 'instacart' AS source
FROM raw_order_products p JOIN instacart_orders o USING (order_id)
ORDER BY p.file, p.line;

INSERT INTO staged_items BY NAME
SELECT md5(concat_ws(chr(31), 'instacart item', item_id, part(name), part(department), part(aisle))) AS event_id, item_id,
  TIMESTAMP '2016-01-03' AS time, name, nullif(concat_ws('/', department, aisle), '') AS category_path,
  'instacart' AS source
FROM raw_products p LEFT JOIN raw_aisles a USING (aisle_id) LEFT JOIN raw_departments d USING (department_id)
ORDER BY p.file, p.line;

INSERT INTO staged_notes
SELECT 'orders whose products the publisher keeps back (eval_set test), not stored', count(*) FROM instacart_orders
WHERE eval_set = 'test';

DROP TABLE instacart_orders;
