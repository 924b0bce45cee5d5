-- One row per month (its first day) and pair of stages: the customers who were in one at the date before and are in the
-- other at the month's end, or at the as-of day. Who was not known at the date before comes from 'visitor'.
SELECT CAST(date_trunc('month', {{date}}) AS DATE) AS month, coalesce(previous_stage, 'visitor') AS from_stage,
  stage AS to_stage, count(*) AS customers
FROM {{stages}}
WHERE stage IS NOT NULL
GROUP BY previous_stage, stage
