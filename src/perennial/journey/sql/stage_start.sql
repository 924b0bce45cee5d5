-- One row per customer ever known: number, day of becoming known, and that nothing has happened yet.
SELECT row_number() OVER (ORDER BY customer_id) AS number, customer_id, CAST(known_since AS DATE) AS known_day,
  CAST(0 AS BIGINT) AS purchase_days, CAST(NULL AS DATE) AS last_browse, CAST(NULL AS VARCHAR) AS stage,
  CAST(NULL AS VARCHAR) AS previous_stage
FROM derived.customers
