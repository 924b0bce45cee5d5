-- One row per item that could not be recommended on the day before {{end}}: hidden or out of stock by what was stated
-- up to it.
SELECT item_id
FROM items
WHERE time < {{end}}
GROUP BY item_id
HAVING coalesce(max_by(hidden, (time, hidden)) FILTER (WHERE hidden IS NOT NULL), false)
  OR coalesce(max_by(stock, (time, stock)) FILTER (WHERE stock IS NOT NULL) <= 0, false)
