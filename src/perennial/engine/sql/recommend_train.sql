-- One row per customer and item that the customer kept, by the journey as it is derived now.
SELECT customer_id, item_id, purchases, last_day FROM derived.interactions
