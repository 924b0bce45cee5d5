-- One row per item that must not be recommended: hidden, or known to be out of stock, by the latest word.
SELECT item_id FROM derived.catalogue WHERE coalesce(hidden, false) OR coalesce(stock <= 0, false)
