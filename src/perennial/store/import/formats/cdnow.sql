-- CDNOW: one row per purchase, from raw_master (id, date, CDs, dollars) and raw_sample (with the sample's own id, which
-- is not needed: the master id names the customer in both files).
--
-- The data do not say what was bought, so every purchase is one line of the item "cd", which is hidden. Dollars are
-- exact; the price of one CD is dollars / CDs, rounded to six places.

CREATE OR REPLACE TEMP TABLE cdnow_purchases AS
WITH files AS (
  SELECT file, line, customer_id, time, cds, dollars FROM raw_master
  UNION ALL
  SELECT file, line, customer_id, time, cds, dollars FROM raw_sample
)
SELECT *, row_number() OVER (PARTITION BY file, customer_id, time, cds, dollars ORDER BY line) AS occurrence,
  CASE WHEN cds NOT BETWEEN 1 AND 1000000 THEN 'cds' WHEN dollars < 0 THEN 'dollars' END AS outside
FROM files;

INSERT INTO staged_rejects
SELECT file, line, outside, 'out_of_range',
  CASE outside WHEN 'cds' THEN cds || ' CDs were bought; 1 to 1,000,000 are expected'
  ELSE dollars || ' dollars; at least 0 is expected' END,
  as_raw(cdnow_purchases)
FROM cdnow_purchases
WHERE outside IS NOT NULL;

INSERT INTO staged_order_lines BY NAME
SELECT md5(concat_ws(chr(31), 'cdnow', customer_id, part(time), part(cds), part(dollars), occurrence)) AS event_id,
  'sale' AS kind,
  concat_ws('-', customer_id, strftime(time, '%Y%m%d'), cds, dollars::DECIMAL(18, 2), occurrence) AS order_id,
  time, customer_id, 'cd' AS item_id, cds AS quantity, price_of_one(dollars, cds) AS unit_price, dollars AS amount,
  getvariable('currency') AS currency, 'cdnow' AS source
FROM cdnow_purchases
WHERE outside IS NULL
ORDER BY file, line;

INSERT INTO staged_items BY NAME
SELECT 'cdnow item cd' AS event_id, 'cd' AS item_id, min(time) AS time, 'CD (title not known)' AS name, true AS hidden,
  'cdnow' AS source
FROM cdnow_purchases
WHERE outside IS NULL
HAVING count(*) > 0;

DROP TABLE cdnow_purchases;
