-- Facts as they happened: rows are appended and never changed. Every fact table has an event_id, unique for ever within
-- the table: the same id again is the same fact, and is not stored twice.
--
-- Ids are mostly hashes, which do not compress well: as they are, they are stored faster, and an import looks through
-- those of ten million rows in 0.05 s instead of 0.2 s.
--
-- Times are UTC. Money is DECIMAL(18, 6) in major units of the row's currency, so that sums are exact.

-- One row per thing that somebody did, named as in the Segment E-commerce v2 spec ("Product Viewed").
CREATE TABLE events (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  event VARCHAR NOT NULL,
  time TIMESTAMP NOT NULL,
  customer_id VARCHAR,          -- the shop's id, once known
  anonymous_id VARCHAR,         -- browser or device
  session_id VARCHAR,
  item_id VARCHAR,
  quantity DECIMAL(12, 3),
  unit_price DECIMAL(18, 6),
  value DECIMAL(18, 6),         -- of the whole event, as sent
  currency VARCHAR,
  order_id VARCHAR,
  properties VARCHAR,           -- JSON object with what has no column
  source VARCHAR NOT NULL,      -- the format it came in
  import_id BIGINT NOT NULL
);

-- One row per line of an order, a return or a cancellation.
CREATE TABLE order_lines (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  kind VARCHAR NOT NULL,        -- sale, return, cancellation (of an order that was never delivered)
  order_id VARCHAR NOT NULL,    -- of a return: the order it came with, or the credit note's own id
  time TIMESTAMP NOT NULL,
  customer_id VARCHAR,          -- NULL: a guest
  anonymous_id VARCHAR,
  item_id VARCHAR NOT NULL,
  quantity DECIMAL(12, 3) NOT NULL,   -- negative in returns and cancellations
  unit_price DECIMAL(18, 6) NOT NULL, -- what was charged for one, before `discount`; zero is a free line
  discount DECIMAL(18, 6),      -- on the whole line, not negative
  amount DECIMAL(18, 6) NOT NULL,     -- net of the line: quantity * unit_price - discount, with the sign of quantity
  currency VARCHAR NOT NULL,
  coupon VARCHAR,
  country VARCHAR,
  channel VARCHAR,
  properties VARCHAR,
  source VARCHAR NOT NULL,
  import_id BIGINT NOT NULL
);

-- One row per statement about an item; the latest statement that is not NULL holds, field by field.
CREATE TABLE items (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  item_id VARCHAR NOT NULL,
  time TIMESTAMP NOT NULL,      -- from when it holds
  name VARCHAR,
  description VARCHAR,
  category_path VARCHAR,        -- "Home/Kitchen/Mugs", widest first
  brand VARCHAR,
  price DECIMAL(18, 6),
  list_price DECIMAL(18, 6),
  cost DECIMAL(18, 6),
  currency VARCHAR,
  stock DECIMAL(18, 3),         -- units on hand
  image_path VARCHAR,           -- relative to the shop's folder or to that of the imported file, absolute, or an address
  url VARCHAR,
  hidden BOOLEAN,               -- not to be shown
  attributes VARCHAR,           -- JSON object
  source VARCHAR NOT NULL,
  import_id BIGINT NOT NULL
);

-- One row per statement about a customer (Segment reserved traits); the latest that is not NULL holds, field by field.
CREATE TABLE customers (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  customer_id VARCHAR NOT NULL,
  time TIMESTAMP NOT NULL,
  email VARCHAR,
  phone VARCHAR,
  name VARCHAR,
  first_name VARCHAR,
  last_name VARCHAR,
  gender VARCHAR,
  birthday DATE,
  country VARCHAR,
  state VARCHAR,
  city VARCHAR,
  postal_code VARCHAR,
  street VARCHAR,
  language VARCHAR,
  channel VARCHAR,              -- that brought the customer
  registered_at TIMESTAMP,
  marketing_opt_in BOOLEAN,
  traits VARCHAR,               -- JSON object with the rest
  source VARCHAR NOT NULL,
  import_id BIGINT NOT NULL
);

-- One row per statement that an anonymous id and a customer are, or are not, the same person.
CREATE TABLE identities (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  anonymous_id VARCHAR NOT NULL,
  customer_id VARCHAR NOT NULL,
  time TIMESTAMP NOT NULL,
  kind VARCHAR NOT NULL,        -- identify, alias, unlink
  source VARCHAR NOT NULL,
  import_id BIGINT NOT NULL
);

-- One row per statement about a campaign; the latest holds.
CREATE TABLE campaigns (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  campaign_id VARCHAR NOT NULL,
  time TIMESTAMP NOT NULL,
  name VARCHAR,
  channel VARCHAR,
  coupon VARCHAR,
  discount_rate DOUBLE,         -- 0.1 is ten percent
  starts_at TIMESTAMP,
  ends_at TIMESTAMP,
  attributes VARCHAR,
  source VARCHAR NOT NULL,
  import_id BIGINT NOT NULL
);

-- One row per customer who was shown a campaign or held out from it.
CREATE TABLE exposures (
  event_id VARCHAR NOT NULL USING COMPRESSION uncompressed,
  campaign_id VARCHAR NOT NULL,
  customer_id VARCHAR,
  anonymous_id VARCHAR,
  time TIMESTAMP NOT NULL,
  treated BOOLEAN NOT NULL,     -- false: held out
  propensity DOUBLE,            -- chance of what happened, when it was drawn at random
  variation VARCHAR,
  source VARCHAR NOT NULL,
  import_id BIGINT NOT NULL
);

-- One row per import that was begun.
CREATE TABLE imports (
  import_id BIGINT NOT NULL,
  format VARCHAR NOT NULL,
  files VARCHAR NOT NULL,       -- JSON array of absolute paths
  started_at TIMESTAMP NOT NULL
);

-- One row per committed batch of an import; `last` marks an import that came to its end.
CREATE TABLE import_batches (
  import_id BIGINT NOT NULL,
  batch BIGINT NOT NULL,
  fact_table VARCHAR NOT NULL,  -- or rejects; empty in the row that marks the end
  rows_stored BIGINT NOT NULL,
  rows_known BIGINT NOT NULL,   -- were stored before, or earlier in the import
  rows_rejected BIGINT NOT NULL,
  committed_at TIMESTAMP NOT NULL,
  last BOOLEAN NOT NULL
);

-- One row per row that could not be taken.
CREATE TABLE rejects (
  import_id BIGINT NOT NULL,
  file VARCHAR NOT NULL,
  line BIGINT NOT NULL,         -- first line is 1; of Parquet: the row, first row is 1
  field VARCHAR,
  reason VARCHAR NOT NULL,      -- snake_case, a closed list
  message VARCHAR NOT NULL,
  raw VARCHAR                   -- the row, cut to 1000 bytes
);

-- One row per setting of the shop; the latest holds.
CREATE TABLE settings (
  name VARCHAR NOT NULL,        -- currency, ...
  value VARCHAR NOT NULL,
  time TIMESTAMP NOT NULL
);
