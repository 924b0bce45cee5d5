-- Names for the formats' SQL. Temporary: they live as long as the import's connection.

-- The part of a fact's id that a value gives; NULL is told apart from a value that is not there by its place.
CREATE OR REPLACE TEMP MACRO part(value) AS coalesce(value::VARCHAR, '');

-- Ids of facts whose source has none are md5(concat_ws(chr(31), source, part(...), ..., occurrence)).

-- A row as text, for the reject that it becomes.
CREATE OR REPLACE TEMP MACRO as_raw(whole_row) AS left(whole_row::VARCHAR, 1000);

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
