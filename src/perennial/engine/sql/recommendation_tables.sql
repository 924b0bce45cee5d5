-- recommendations: one row per buyer and place of the list. `because` is the bought item that added most, if one did.
-- `reason` says why the item is there: bought_together, often_after, taste, similar, similar_look, popular, or by a rule
-- pinned, promoted, explored. `propensity` is the probability that this item stood at this place, given those before it.
CREATE OR REPLACE TABLE derived.recommendations (
  customer_id VARCHAR NOT NULL, rank INTEGER NOT NULL, item_id VARCHAR NOT NULL, score DOUBLE NOT NULL,
  because VARCHAR, reason VARCHAR NOT NULL, propensity DOUBLE NOT NULL);
-- similar_items: one row per item and neighbour, best first. `reason` says in what they are alike: what their buyers have
-- (bought_together, often_after, taste); where that gives too few, their pictures (similar_look), then their words
-- (similar). Scores of different reasons cannot be compared.
CREATE OR REPLACE TABLE derived.similar_items (
  item_id VARCHAR NOT NULL, rank INTEGER NOT NULL, similar_item_id VARCHAR NOT NULL, score DOUBLE NOT NULL,
  reason VARCHAR NOT NULL);
-- popular_items: one row per place of the list for people who have bought nothing yet.
CREATE OR REPLACE TABLE derived.popular_items (
  rank INTEGER NOT NULL, item_id VARCHAR NOT NULL, score DOUBLE NOT NULL);
