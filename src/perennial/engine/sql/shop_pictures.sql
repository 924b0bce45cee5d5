-- One row per item whose picture is named: the path stated last before {{end}}, or first after it where there is none before,
-- and the files of the import that stated it, as a JSON array of paths.
WITH named AS (
  SELECT item_id, image_path, import_id,
    row_number() OVER (
      PARTITION BY item_id
      ORDER BY time < {{end}} DESC, CASE WHEN time < {{end}} THEN time END DESC, time, image_path DESC) AS place
  FROM items
  WHERE image_path <> ''
)
SELECT n.item_id, n.image_path, i.files
FROM named n
JOIN imports i ON i.import_id = n.import_id
WHERE n.place = 1
ORDER BY n.item_id
