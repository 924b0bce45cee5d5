-- One row per day and number of days since the customer's browsing day before: how many customers came back so.
SELECT day, gap, count(*) AS customers
FROM (
  SELECT day, date_diff('day', lag(day) OVER (PARTITION BY number ORDER BY day), day) AS gap
  FROM journey_browse_days
) steps
WHERE gap IS NOT NULL
GROUP BY day, gap
