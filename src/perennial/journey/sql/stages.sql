-- One row per customer known at {{date}}: the stage on it.
SELECT customer_id, {{date}} AS as_of, stage
FROM {{stages}}
WHERE stage IS NOT NULL
