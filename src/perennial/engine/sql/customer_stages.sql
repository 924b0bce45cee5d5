-- One row per change of stage of a customer ($1), in order.
SELECT as_of, stage
FROM (
  SELECT as_of, stage, lag(stage) OVER (ORDER BY as_of) AS before
  FROM derived.stages
  WHERE customer_id = $1)
WHERE before IS NULL OR before <> stage
ORDER BY as_of
