-- One row per buyer: what the value models say on the as-of day. Orders are days with a purchase; money is in the shop's
-- currency; window, horizon and discount stand in the manifest of the model version.
CREATE OR REPLACE TABLE derived.scores (
  customer_id VARCHAR NOT NULL,
  as_of DATE NOT NULL,
  repeat_purchases DOUBLE NOT NULL,
  p_alive DOUBLE NOT NULL,            -- still a customer, by a model in which one-time buyers may have left
  activity DOUBLE NOT NULL,           -- chance to buy within the usual gap, over that chance right after the last order
  p_repurchase DOUBLE NOT NULL,       -- buys at least once within the window; 1 less it is the risk of churn
  p_active DOUBLE NOT NULL,           -- buys at least once within the horizon
  expected_orders DOUBLE NOT NULL,    -- within the horizon
  expected_spend DOUBLE,              -- per future order; NULL when amounts are not known
  lifetime_value DOUBLE,              -- discounted spend within the horizon
  lifetime_value_low DOUBLE,          -- 80 % interval
  lifetime_value_high DOUBLE,
  value_if_kept DOUBLE,               -- the same if the customer is still active
  expected_next_order DATE            -- the last order plus the usual gap
);
