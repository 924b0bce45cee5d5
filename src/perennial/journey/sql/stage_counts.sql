-- One row per date and stage with customers; in stage 'visitor' the anonymous ids seen so far that no customer was known
-- for by then.
SELECT {{date}} AS as_of, stage, count(*) AS customers
FROM {{stages}}
WHERE stage IS NOT NULL
GROUP BY stage
UNION ALL
SELECT {{date}}, 'visitor', CAST(sum(visitors) AS BIGINT)
FROM derived.visitors
WHERE day <= {{date}} AND (joined_day IS NULL OR joined_day > {{date}})
HAVING sum(visitors) > 0
