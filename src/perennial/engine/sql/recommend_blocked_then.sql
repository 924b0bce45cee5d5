-- One row per item that could not be recommended on the day before {{end}}: out of stock by what was stated up to it, or
-- hidden. A catalogue often carries the day of its export only: what it first says of `hidden` then holds for before.
SELECT item_id
FROM items
GROUP BY item_id
HAVING coalesce(
    max_by(hidden, (time, hidden)) FILTER (WHERE hidden IS NOT NULL AND time < {{end}}),
    min_by(hidden, (time, hidden)) FILTER (WHERE hidden IS NOT NULL AND time >= {{end}}), false)
  OR coalesce(max_by(stock, (time, stock)) FILTER (WHERE stock IS NOT NULL AND time < {{end}}) <= 0, false)
