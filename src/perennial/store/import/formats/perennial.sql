-- The project's own interchange: a file per fact table, its columns named as the table's. What a file leaves out is
-- NULL or has the default given here. Ids that are not given come from the row's content and its occurrence
-- (with_ids).

CREATE OR REPLACE TEMP MACRO line_defect(kind, quantity, price, discount) AS CASE
  WHEN coalesce(kind, 'sale') NOT IN ('sale', 'return', 'cancellation') THEN 'unknown_kind'
  WHEN (coalesce(kind, 'sale') = 'sale') <> (quantity > 0) OR quantity = 0 THEN 'wrong_sign'
  WHEN price < 0 OR discount < 0 OR amount_of(quantity, price) IS NULL THEN 'out_of_range'
END;

INSERT INTO staged_rejects
SELECT file, line,
  CASE WHEN defect = 'unknown_kind' THEN 'kind' WHEN defect = 'wrong_sign' THEN 'quantity'
    WHEN discount < 0 THEN 'discount' ELSE 'unit_price' END,
  defect,
  CASE defect
    WHEN 'unknown_kind' THEN 'kind is "' || kind || '"; sale, return or cancellation are expected'
    WHEN 'wrong_sign' THEN 'quantity is ' || quantity || ' in a line of kind ' || coalesce(kind, 'sale')
    ELSE 'unit_price is ' || unit_price || ', discount is ' || coalesce(discount, 0)
      || '; neither may be negative, nor the amount reach 10^12' END,
  as_raw(r)
FROM (SELECT *, line_defect(kind, quantity, unit_price, discount) AS defect FROM raw_order_lines) r
WHERE defect IS NOT NULL;

INSERT INTO staged_order_lines BY NAME
SELECT event_id, coalesce(kind, 'sale') AS kind, order_id, time, customer_id, anonymous_id, item_id,
  quantity, unit_price, discount,
  coalesce(amount, amount_of(quantity, unit_price) - CASE WHEN quantity < 0 THEN -1 ELSE 1 END * coalesce(discount, 0))
    AS amount,
  coalesce(upper(currency), getvariable('currency')) AS currency, coupon, country, channel, properties,
  getvariable('source') AS source
FROM with_ids('raw_order_lines')
WHERE line_defect(kind, quantity, unit_price, discount) IS NULL;

INSERT INTO staged_events BY NAME
SELECT event_id, event, time, customer_id, anonymous_id, session_id, item_id, quantity,
  unit_price, value, upper(currency) AS currency, order_id, properties, getvariable('source') AS source
FROM with_ids('raw_events');

INSERT INTO staged_items BY NAME
SELECT event_id, item_id, coalesce(time, getvariable('now')) AS time, name, description, category_path, brand, price,
  list_price, cost, upper(currency) AS currency, stock::DECIMAL(18, 3) AS stock, image_path, url, hidden, attributes,
  getvariable('source') AS source
FROM with_ids('raw_items');

INSERT INTO staged_customers BY NAME
SELECT event_id, customer_id, coalesce(time, getvariable('now')) AS time, email, phone, name, first_name, last_name,
  gender, birthday::DATE AS birthday, country, state, city, postal_code, street, language, channel, registered_at,
  marketing_opt_in, traits, getvariable('source') AS source
FROM with_ids('raw_customers');

INSERT INTO staged_rejects
SELECT file, line, 'kind', 'unknown_kind', 'kind is "' || kind || '"; identify, alias or unlink are expected', as_raw(r)
FROM raw_identities r
WHERE kind NOT IN ('identify', 'alias', 'unlink');

INSERT INTO staged_identities BY NAME
SELECT event_id, anonymous_id, customer_id, time, coalesce(kind, 'identify') AS kind, getvariable('source') AS source
FROM with_ids('raw_identities')
WHERE coalesce(kind, 'identify') IN ('identify', 'alias', 'unlink');

INSERT INTO staged_campaigns BY NAME
SELECT event_id, campaign_id, coalesce(time, starts_at, getvariable('now')) AS time, name, channel, coupon,
  discount_rate, starts_at, ends_at, attributes, getvariable('source') AS source
FROM with_ids('raw_campaigns');

INSERT INTO staged_rejects
SELECT file, line, 'customer_id', 'nobody', 'neither customer_id nor anonymous_id is given', as_raw(r)
FROM raw_exposures r
WHERE customer_id IS NULL AND anonymous_id IS NULL;

INSERT INTO staged_exposures BY NAME
SELECT event_id, campaign_id, customer_id, anonymous_id, time, treated, propensity, variation, getvariable('source') AS source
FROM with_ids('raw_exposures')
WHERE customer_id IS NOT NULL OR anonymous_id IS NOT NULL;
