-- One row per reason of rejects: the first one on record, in words.
SELECT reason, arg_min(regexp_extract(file, '[^/]*$') || ' line ' || line || ': ' || message, (import_id, file, line)) AS example
FROM rejects
GROUP BY reason
ORDER BY reason
