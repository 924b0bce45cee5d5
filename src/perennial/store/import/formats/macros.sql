-- Names for the formats' SQL. Temporary: they live as long as the import's connection.

-- The part of a fact's id that a value gives; NULL is told apart from a value that is not there by its place.
CREATE OR REPLACE TEMP MACRO part(value) AS coalesce(value::VARCHAR, '');

-- A text without ASCII white space at its ends, NULL if that is all; an id also without the ".0" of a number read as text:
-- as read_field() in field.h does it.
-- Most values need neither and are only looked at.
CREATE OR REPLACE TEMP MACRO blanks() AS ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13);
CREATE OR REPLACE TEMP MACRO has_blank_end(value) AS
  value < '!' OR ends_with(value, ' ') OR ends_with(value, chr(9)) OR ends_with(value, chr(10))
    OR ends_with(value, chr(11)) OR ends_with(value, chr(12)) OR ends_with(value, chr(13));
CREATE OR REPLACE TEMP MACRO text_of(value) AS
  CASE WHEN has_blank_end(value) THEN nullif(trim(value, blanks()), '') ELSE value END;
CREATE OR REPLACE TEMP MACRO whole_part(text) AS
  CASE WHEN regexp_full_match(text, '[0-9]+\.0*') THEN split_part(text, '.', 1) ELSE text END;
CREATE OR REPLACE TEMP MACRO id_of(value) AS
  CASE WHEN contains(value, '.') OR has_blank_end(value) THEN whole_part(text_of(value)) ELSE value END;

-- Ids of facts whose source has none are md5(concat_ws(chr(31), source, part(...), ..., occurrence)).

-- A raw table with every event_id in place: given, or made from the row's content and its occurrence. The import takes
-- with_own_ids for with_ids where no row lacks one, since a large file is read faster without the second look.
CREATE OR REPLACE TEMP MACRO with_own_ids(raw_table) AS TABLE SELECT * FROM query_table(raw_table);
CREATE OR REPLACE TEMP MACRO with_made_ids(raw_table) AS TABLE
  SELECT * FROM query_table(raw_table) WHERE event_id IS NOT NULL
  UNION ALL BY NAME
  SELECT * EXCLUDE (content) REPLACE (
    md5(concat_ws(chr(31), raw_table, content, row_number() OVER (PARTITION BY file, content ORDER BY line)))
      AS event_id)
  FROM (
    SELECT r.*,
      json_merge_patch(to_json(r), '{"file": null, "line": null, "event_id": null}')::VARCHAR AS content
    FROM query_table(raw_table) r
    WHERE event_id IS NULL
  );

-- What a line costs, and what one of it costs; NULL where that is too much to store. The product of two decimals of up
-- to 18 digits has 18, in 64 bits, and fails beyond; a fraction of a unit takes 128 bits, which are slow to round.
CREATE OR REPLACE TEMP MACRO amount_of(quantity, unit_price) AS
  CASE WHEN quantity = trunc(quantity) THEN TRY(unit_price::DECIMAL(18, 6) * quantity::DECIMAL(12, 0))
    ELSE TRY_CAST(quantity::DECIMAL(20, 3) * unit_price AS DECIMAL(18, 6)) END;
CREATE OR REPLACE TEMP MACRO price_of_one(amount, quantity) AS TRY_CAST(amount / quantity AS DECIMAL(18, 6));

-- A row as text, for the reject that it becomes.
CREATE OR REPLACE TEMP MACRO as_raw(whole_row) AS left(whole_row::VARCHAR, 1000);

-- What is new about items: of the sightings in a table (row, position, time, item_id, name, brand, category, price,
-- currency, url, image_url), in the order of time, those that say something else than what was said of the item before.
CREATE OR REPLACE TEMP MACRO item_changes(sightings) AS TABLE
  WITH before AS (
    SELECT * REPLACE (nullif(price, 0) AS price),  -- a free line does not say what the item costs
      last_value(name IGNORE NULLS) OVER earlier AS name_before,
      last_value(brand IGNORE NULLS) OVER earlier AS brand_before,
      last_value(category IGNORE NULLS) OVER earlier AS category_before,
      last_value(nullif(price, 0) IGNORE NULLS) OVER earlier AS price_before,
      last_value(url IGNORE NULLS) OVER earlier AS url_before,
      last_value(image_url IGNORE NULLS) OVER earlier AS image_url_before
    FROM query_table(sightings)
    WHERE coalesce(name, brand, category, nullif(price, 0)::VARCHAR, url, image_url) IS NOT NULL
    WINDOW earlier AS (PARTITION BY item_id ORDER BY time, row, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
  SELECT md5(concat_ws(chr(31), 'item', item_id, part(name), part(brand), part(category), part(price), part(url),
      part(image_url), part(time))) AS event_id,
    item_id, time, name, category AS category_path, brand, price, currency, url, image_url AS image_path
  FROM before
  WHERE name <> coalesce(name_before, '') OR brand <> coalesce(brand_before, '')
    OR category <> coalesce(category_before, '') OR price <> coalesce(price_before, -1)
    OR url <> coalesce(url_before, '') OR image_url <> coalesce(image_url_before, '')
  ORDER BY row, position;

-- One row per spelling of an event's name in other vocabularies (lower case) and its name in Segment E-commerce v2.
CREATE OR REPLACE TEMP TABLE event_names AS
SELECT lower(event) AS alias, event
FROM unnest(['Products Searched', 'Product List Viewed', 'Product List Filtered', 'Promotion Viewed',
  'Promotion Clicked', 'Product Clicked', 'Product Viewed', 'Product Added', 'Product Removed', 'Cart Viewed',
  'Checkout Started', 'Checkout Step Viewed', 'Checkout Step Completed', 'Payment Info Entered', 'Order Completed',
  'Order Updated', 'Order Cancelled', 'Order Refunded', 'Coupon Entered', 'Coupon Applied', 'Coupon Removed',
  'Coupon Denied', 'Product Added to Wishlist', 'Product Removed from Wishlist', 'Wishlist Product Added to Cart',
  'Product Shared', 'Cart Shared', 'Product Reviewed', 'Signed Up', 'Signed In', 'Experiment Viewed',
  'Email Delivered', 'Email Opened', 'Email Bounced', 'Email Link Clicked', 'Email Marked as Spam',
  'Unsubscribed']) AS names(event)
UNION ALL
SELECT * FROM (VALUES
  ('view_item_list', 'Product List Viewed'), ('select_item', 'Product Clicked'), ('view_item', 'Product Viewed'),
  ('add_to_cart', 'Product Added'), ('remove_from_cart', 'Product Removed'),
  ('add_to_wishlist', 'Product Added to Wishlist'), ('view_cart', 'Cart Viewed'),
  ('begin_checkout', 'Checkout Started'), ('add_shipping_info', 'Checkout Step Completed'),
  ('add_payment_info', 'Payment Info Entered'), ('purchase', 'Order Completed'), ('refund', 'Order Refunded'),
  ('view_promotion', 'Promotion Viewed'), ('select_promotion', 'Promotion Clicked'),
  ('view_search_results', 'Products Searched'), ('search', 'Products Searched'), ('sign_up', 'Signed Up'),
  ('login', 'Signed In'), ('page_view', 'Page Viewed'), ('screen_view', 'Screen Viewed'), ('share', 'Product Shared'),
  -- Retailrocket and REES46
  ('view', 'Product Viewed'), ('addtocart', 'Product Added'), ('cart', 'Product Added'),
  ('transaction', 'Order Completed'),
  -- Segment's first e-commerce spec
  ('viewed product category', 'Product List Viewed'), ('viewed product', 'Product Viewed'),
  ('added product', 'Product Added'), ('removed product', 'Product Removed'), ('completed order', 'Order Completed'),
  ('viewed cart', 'Cart Viewed'), ('started checkout', 'Checkout Started'), ('placed order', 'Order Completed'),
  ('added to cart', 'Product Added'), ('refunded order', 'Order Refunded'), ('cancelled order', 'Order Cancelled'),
  ('order canceled', 'Order Cancelled')
) AS names(alias, event);
