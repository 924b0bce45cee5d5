-- One row per known customer: the next step, what it is expected to bring, and up to three items to show with it.
--
-- A browse reminder shows what was looked at, a replenishment what is due, everything else the customer's
-- recommendations, or what is popular where nothing was bought yet.
CREATE OR REPLACE TABLE derived.next_steps AS
WITH
recommended AS (
  SELECT customer_id, list(item_id ORDER BY rank) AS items FROM derived.recommendations WHERE rank <= 3 GROUP BY customer_id),
browsed AS (
  SELECT customer_id, list(item_id ORDER BY rank) AS items FROM browsed_items GROUP BY customer_id),
popular AS (
  SELECT list(item_id ORDER BY rank) AS items FROM derived.popular_items WHERE rank <= 3)
SELECT
  d.customer_id,
  d.as_of,
  d.action,
  d.expected_value,
  d.reason,
  d.basis,
  d.capped,
  CAST(to_json(coalesce(
    CASE d.action
      WHEN 'leave_alone' THEN []
      WHEN 'complete_profile' THEN []
      WHEN 'browse_reminder' THEN browsed.items
      WHEN 'replenishment' THEN [d.due_item]
      ELSE coalesce(recommended.items, popular.items)
    END, [])) AS VARCHAR) AS items
FROM decided d
LEFT JOIN recommended ON recommended.customer_id = d.customer_id
LEFT JOIN browsed ON browsed.customer_id = d.customer_id
CROSS JOIN popular
ORDER BY d.customer_id
