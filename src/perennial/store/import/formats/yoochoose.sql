-- Yoochoose (RecSys 2015), from raw_clicks and raw_buys: one row per click, one per item bought.
--
-- There are only sessions: nobody is known, so buys are lines of guests and the session is the anonymous id. A price or
-- quantity of 0 is unknown: the line costs 0, of one piece. Category "S" is a special offer, "0" is no category.

INSERT INTO staged_events BY NAME
SELECT md5(concat_ws(chr(31), 'yoochoose', session_id, part(time), item_id, part(category),
    row_number() OVER (PARTITION BY file, session_id, time, item_id, category ORDER BY line))) AS event_id,
  'Product Viewed' AS event, time, session_id AS anonymous_id, session_id, item_id,
  CASE WHEN category = 'S' THEN '{"special_offer":true}'
    WHEN category <> '0' THEN json_object('category', category)::VARCHAR END AS properties,
  'yoochoose' AS source
FROM raw_clicks
ORDER BY file, line;

INSERT INTO staged_rejects
SELECT file, line, CASE WHEN price < 0 THEN 'price' ELSE 'quantity' END, 'out_of_range',
  'price ' || price || ', quantity ' || quantity || '; neither may be negative', as_raw(r)
FROM raw_buys r
WHERE price < 0 OR quantity < 0 OR amount_of(greatest(quantity, 1), price) IS NULL;

-- One row per item bought, with its id.
CREATE OR REPLACE TEMP TABLE yoochoose_buys AS
SELECT * REPLACE (greatest(quantity, 1)::DECIMAL(12, 3) AS quantity),
  md5(concat_ws(chr(31), 'yoochoose buy', session_id, part(time), item_id, part(price), part(quantity),
    row_number() OVER (PARTITION BY file, session_id, time, item_id, price, quantity ORDER BY line))) AS event_id
FROM raw_buys
WHERE price >= 0 AND quantity >= 0 AND amount_of(greatest(quantity, 1), price) IS NOT NULL;

INSERT INTO staged_events BY NAME
SELECT event_id, 'Order Completed' AS event, time, session_id AS anonymous_id, session_id, item_id, quantity,
  price AS unit_price, session_id AS order_id, 'yoochoose' AS source
FROM yoochoose_buys
ORDER BY file, line;

INSERT INTO staged_order_lines BY NAME
SELECT event_id, 'sale' AS kind, session_id AS order_id, time, session_id AS anonymous_id, item_id, quantity,
  price AS unit_price, amount_of(quantity, price) AS amount, getvariable('currency') AS currency, 'yoochoose' AS source
FROM yoochoose_buys
ORDER BY file, line;

INSERT INTO staged_notes
SELECT 'bought items whose price is not known, stored at 0', count(*) FROM yoochoose_buys WHERE price = 0;

DROP TABLE yoochoose_buys;
