-- GA4 (BigQuery export), after segment.sql has turned its events into facts: GA4's vocabulary is close enough that both
-- share the raw tables and the SQL. What is GA4's own: there is no identify message, so the first event that names both
-- a user_id and a browser says that they are the same person.

INSERT INTO staged_identities BY NAME
SELECT md5(concat_ws(chr(31), 'ga4 identity', anonymous_id, user_id)) AS event_id, anonymous_id, user_id AS customer_id,
  min(timestamp) AS time, 'identify' AS kind, 'ga4' AS source
FROM raw_messages
WHERE anonymous_id IS NOT NULL AND user_id IS NOT NULL AND timestamp IS NOT NULL
GROUP BY anonymous_id, user_id
ORDER BY min(row);
