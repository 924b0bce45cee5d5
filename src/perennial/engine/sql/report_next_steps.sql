-- One row per action: how many customers, what it is expected to bring, and the customer for whom it brings most.
SELECT action, count(*) AS customers, CAST(sum(CAST(expected_value AS DECIMAL(38, 6))) AS DOUBLE) AS expected_value,
       arg_max(customer_id, (expected_value, customer_id)) AS example_customer,
       arg_max(reason, (expected_value, customer_id)) AS example_reason,
       count(*) FILTER (capped) AS capped
FROM derived.next_steps
GROUP BY action
ORDER BY action
