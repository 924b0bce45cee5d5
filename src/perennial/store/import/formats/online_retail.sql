-- UCI Online Retail I and II: one row per line of an invoice, from raw_lines.
--
-- Credit notes ("C536379") become returns under their own number: the file does not say which invoice they belong to.
-- A negative quantity outside a credit note, at price 0, is a correction of the stock and no sale. A negative price
-- ("Adjust bad debt", invoices A...) is money going back: the line is stored as a return at the positive price.
-- The two sheets of Online Retail II overlap by nine days; an invoice that comes a second time, after others, is that
-- overlap: its lines get the ids of the first and are known. Identical lines within one invoice all count.

-- One row per line that makes sense, with what it is and its occurrence among identical lines of its invoice.
CREATE OR REPLACE TEMP TABLE retail_lines AS
WITH marked AS (
  SELECT *, invoice IS DISTINCT FROM lag(invoice) OVER (PARTITION BY file ORDER BY line) AS begins
  FROM raw_lines
), blocks AS (
  SELECT *, sum(begins::BIGINT) OVER (PARTITION BY file ORDER BY line) AS block FROM marked
), counted AS (
  SELECT *, row_number() OVER (
      PARTITION BY file, block, invoice, stock_code, description, quantity, invoice_date, unit_price, customer_id
      ORDER BY line) AS occurrence
  FROM blocks
)
SELECT * EXCLUDE (begins, block), upper(invoice) LIKE 'C%' AS credit,
  CASE
    WHEN quantity = 0 OR amount_of(quantity, unit_price) IS NULL THEN 'out_of_range'
    WHEN upper(invoice) LIKE 'C%' AND quantity > 0 THEN 'wrong_sign'
    WHEN quantity < 0 AND unit_price = 0 AND upper(invoice) NOT LIKE 'C%' THEN 'adjustment'
    WHEN (quantity < 0) <> (unit_price < 0) THEN 'return'
    ELSE 'sale'
  END AS kind,
  upper(stock_code) IN ('POST', 'DOT', 'D', 'M', 'S', 'B', 'C2', 'C3', 'CRUK', 'PADS', 'BANK CHARGES', 'AMAZONFEE',
    'GIFT') OR regexp_matches(upper(stock_code), '^(GIFT_|ADJUST|TEST)') AS service,
  md5(concat_ws(chr(31), 'online_retail', part(invoice), part(stock_code), part(description), part(quantity),
    part(invoice_date), part(unit_price), part(customer_id), occurrence)) AS event_id
FROM counted;

INSERT INTO staged_rejects
SELECT file, line, 'Quantity', kind,
  CASE kind WHEN 'wrong_sign' THEN 'Quantity is ' || quantity || ' on the credit note ' || invoice
  ELSE 'Quantity is ' || quantity || ' at price ' || unit_price END,
  as_raw(retail_lines)
FROM retail_lines
WHERE kind IN ('out_of_range', 'wrong_sign');

INSERT INTO staged_events BY NAME
SELECT event_id, 'Stock Adjusted' AS event, invoice_date AS time, stock_code AS item_id, quantity,
  CASE WHEN description IS NOT NULL THEN json_object('description', description)::VARCHAR END AS properties,
  'online_retail' AS source
FROM retail_lines
WHERE kind = 'adjustment';

-- One row per item: its most frequent name among charged lines (ties: the latest, then the alphabet), from its first
-- line on.
CREATE OR REPLACE TEMP TABLE retail_items AS
WITH names AS (
  SELECT stock_code, description, count(*) FILTER (WHERE unit_price > 0) AS charged, max(invoice_date) AS latest
  FROM retail_lines
  WHERE description IS NOT NULL AND kind IN ('sale', 'return')
  GROUP BY stock_code, description
), chosen AS (
  SELECT stock_code, description AS name
  FROM names
  QUALIFY row_number() OVER (PARTITION BY stock_code ORDER BY charged DESC, latest DESC, description) = 1
)
SELECT stock_code, any_value(name) AS name, min(invoice_date) AS time, bool_or(service) AS service
FROM retail_lines LEFT JOIN chosen USING (stock_code)
WHERE kind IN ('sale', 'return')
GROUP BY stock_code;

INSERT INTO staged_items BY NAME
SELECT md5(concat_ws(chr(31), 'online_retail item', part(stock_code), part(name), part(service))) AS event_id,
  stock_code AS item_id, time, name, CASE WHEN service THEN true END AS hidden, 'online_retail' AS source
FROM retail_items
WHERE name IS NOT NULL OR service;

INSERT INTO staged_order_lines BY NAME
SELECT event_id, kind, invoice AS order_id, invoice_date AS time, customer_id, l.stock_code AS item_id,
  CASE WHEN unit_price < 0 THEN -quantity ELSE quantity END AS quantity, abs(unit_price) AS unit_price,
  amount_of(quantity, unit_price) AS amount, getvariable('currency') AS currency, country,
  -- The name as printed on the invoice, where it is not the item's own.
  CASE WHEN description IS DISTINCT FROM name AND description IS NOT NULL
    THEN json_object('description', description)::VARCHAR END AS properties,
  'online_retail' AS source
FROM retail_lines l JOIN retail_items i ON l.stock_code = i.stock_code
WHERE kind IN ('sale', 'return')
ORDER BY l.file, l.line;

INSERT INTO staged_notes
SELECT 'lines without a customer, stored as guests', count(*) FROM retail_lines
WHERE customer_id IS NULL AND kind IN ('sale', 'return')
UNION ALL
SELECT 'lines of credit notes and bad debt, stored as returns', count(*) FROM retail_lines WHERE kind = 'return'
UNION ALL
SELECT 'stock corrections, stored as events and not as sales', count(*) FROM retail_lines WHERE kind = 'adjustment'
UNION ALL
SELECT 'codes that are no products (postage, fees, vouchers), hidden', count(*) FROM retail_items WHERE service
UNION ALL
SELECT 'free lines (price 0), stored', count(*) FROM retail_lines WHERE kind = 'sale' AND unit_price = 0;

DROP TABLE retail_lines;
DROP TABLE retail_items;
