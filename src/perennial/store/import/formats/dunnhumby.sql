-- Dunnhumby "The Complete Journey", from raw_transactions, raw_products, raw_households, raw_campaigns,
-- raw_campaign_households, raw_coupons and raw_redemptions.
--
-- Calendar  DAY 1 is taken as Sunday 2017-01-01 (the data name no date); TRANS_TIME "0040" is 00:40
-- Money     SALES_VALUE is what the shop received for the whole line: the line's amount. RETAIL_DISC and
--           COUPON_MATCH_DISC, negative in the file, are the shop's discounts: the line's discount, without its sign.
--           COUPON_DISC is paid by the manufacturer, and stands in the properties
-- Quantity  0 with a value is counted as 1 (sold by weight); 0 without a value is rejected
-- Coupons   a line has the coupon that the household redeemed that day, if the coupon is good for the product

CREATE OR REPLACE TEMP MACRO day_of(day) AS TIMESTAMP '2017-01-01' + to_days((day - 1)::INTEGER);

CREATE OR REPLACE TEMP TABLE dunnhumby_lines AS
SELECT *, CASE WHEN quantity = 0 THEN 1 ELSE quantity END::DECIMAL(12, 3) AS units,
  TRY(-coalesce(retail_disc, 0) - coalesce(coupon_match_disc, 0)) AS discount,
  CASE WHEN quantity < 0 OR (quantity = 0 AND sales_value = 0) THEN 'QUANTITY' WHEN sales_value NOT BETWEEN 0 AND 1000000000 THEN 'SALES_VALUE'
    WHEN retail_disc NOT BETWEEN -1000000000 AND 0 THEN 'RETAIL_DISC'
    WHEN coupon_match_disc NOT BETWEEN -1000000000 AND 0 THEN 'COUPON_MATCH_DISC'
    WHEN day NOT BETWEEN 1 AND 100000 THEN 'DAY'
    WHEN trans_time NOT BETWEEN 0 AND 2359 OR trans_time % 100 > 59 THEN 'TRANS_TIME' END AS outside,
  CASE WHEN day BETWEEN 1 AND 100000 AND trans_time BETWEEN 0 AND 2359 THEN day_of(day) + to_hours((trans_time // 100)::INTEGER)
    + to_minutes((trans_time % 100)::INTEGER) END AS time,
  row_number() OVER (PARTITION BY file, household, basket_id, day, product_id, quantity, sales_value, trans_time
    ORDER BY line) AS occurrence
FROM raw_transactions;

INSERT INTO staged_rejects
SELECT file, line, outside, 'out_of_range', 'DAY is ' || day || ', TRANS_TIME is ' || trans_time || ', QUANTITY is ' || quantity || ', SALES_VALUE is '
    || sales_value || ', RETAIL_DISC is ' || coalesce(retail_disc, 0),
  as_raw(l)
FROM dunnhumby_lines l
WHERE outside IS NOT NULL;

-- One row per household, day and product for which a coupon was redeemed.
CREATE OR REPLACE TEMP TABLE dunnhumby_redeemed AS
SELECT r.household, r.day, c.product_id, min(r.coupon_upc) AS coupon
FROM raw_redemptions r JOIN raw_coupons c USING (coupon_upc, campaign)
GROUP BY r.household, r.day, c.product_id;

INSERT INTO staged_order_lines BY NAME
SELECT md5(concat_ws(chr(31), 'dunnhumby', household, basket_id, part(day), product_id, part(quantity),
    part(sales_value), part(trans_time), occurrence)) AS event_id,
  'sale' AS kind, basket_id AS order_id, time, household AS customer_id, product_id AS item_id, units AS quantity,
  price_of_one(sales_value + discount, units) AS unit_price, nullif(discount, 0) AS discount,
  sales_value AS amount, getvariable('currency') AS currency,
  CASE WHEN coupon_disc < 0 THEN r.coupon END AS coupon, 'store ' || store_id AS channel,
  CASE WHEN coupon_disc < 0 THEN json_object('coupon_discount', -coupon_disc)::VARCHAR END AS properties,
  'dunnhumby' AS source
FROM dunnhumby_lines l LEFT JOIN dunnhumby_redeemed r USING (household, day, product_id)
WHERE outside IS NULL
ORDER BY l.file, l.line;

INSERT INTO staged_items BY NAME
SELECT md5(concat_ws(chr(31), 'dunnhumby item', product_id, part(department), part(commodity), part(sub_commodity),
    part(brand), part(size))) AS event_id,
  product_id AS item_id, day_of(1) AS time, coalesce(sub_commodity, commodity) AS name,
  concat_ws('/', department, commodity, sub_commodity) AS category_path, brand,
  json_merge_patch('{}', json_object('manufacturer', manufacturer, 'size', size))::VARCHAR AS attributes,
  'dunnhumby' AS source
FROM raw_products
ORDER BY file, line;

INSERT INTO staged_customers BY NAME
SELECT md5(concat_ws(chr(31), 'dunnhumby customer', household, part(age), part(marital), part(income), part(homeowner),
    part(composition), part(household_size), part(kids))) AS event_id,
  household AS customer_id, day_of(1) AS time,
  json_merge_patch('{}', json_object('age', age, 'marital_status', marital, 'income', income, 'homeowner', homeowner,
    'household_composition', composition, 'household_size', household_size, 'kids', kids))::VARCHAR AS traits,
  'dunnhumby' AS source
FROM raw_households
ORDER BY file, line;

INSERT INTO staged_campaigns BY NAME
SELECT concat_ws('-', 'dunnhumby campaign', campaign) AS event_id, campaign AS campaign_id, day_of(start_day) AS time,
  'Campaign ' || campaign AS name, 'mail' AS channel, day_of(start_day) AS starts_at,
  day_of(end_day + 1) AS ends_at, json_object('type', description)::VARCHAR AS attributes, 'dunnhumby' AS source
FROM raw_campaigns
WHERE start_day BETWEEN -1000 AND 100000 AND end_day BETWEEN -1000 AND 100000
ORDER BY file, line;

INSERT INTO staged_rejects
SELECT file, line, 'START_DAY', 'out_of_range', 'START_DAY is ' || start_day || ', END_DAY is ' || end_day, as_raw(c)
FROM raw_campaigns c
WHERE start_day NOT BETWEEN -1000 AND 100000 OR end_day NOT BETWEEN -1000 AND 100000;

INSERT INTO staged_exposures BY NAME
SELECT concat_ws('-', 'dunnhumby exposure', campaign, household) AS event_id, campaign AS campaign_id,
  household AS customer_id, day_of(start_day) AS time, true AS treated, h.description AS variation, 'dunnhumby' AS source
FROM raw_campaign_households h JOIN raw_campaigns c USING (campaign)
WHERE start_day BETWEEN -1000 AND 100000
ORDER BY h.file, h.line;

INSERT INTO staged_rejects
SELECT file, line, 'CAMPAIGN', 'unknown_campaign', 'campaign ' || campaign || ' is in no campaign_desc file', as_raw(h)
FROM raw_campaign_households h
WHERE campaign NOT IN (SELECT campaign FROM raw_campaigns);

INSERT INTO staged_events BY NAME
SELECT concat_ws('-', 'dunnhumby redemption', household, day, coupon_upc, campaign,
    row_number() OVER (PARTITION BY file, household, day, coupon_upc, campaign ORDER BY line)) AS event_id,
  'Coupon Applied' AS event, day_of(day) AS time, household AS customer_id,
  json_object('coupon_id', coupon_upc, 'campaign_id', campaign)::VARCHAR AS properties, 'dunnhumby' AS source
FROM raw_redemptions
WHERE day BETWEEN 1 AND 100000
ORDER BY file, line;

INSERT INTO staged_rejects
SELECT file, line, 'DAY', 'out_of_range', 'DAY is ' || day, as_raw(r) FROM raw_redemptions r
WHERE day NOT BETWEEN 1 AND 100000;

DROP TABLE dunnhumby_lines;
DROP TABLE dunnhumby_redeemed;
