-- Units of one round in roster order.
-- params: $round_id
-- returns: unit_code VARCHAR, unit_name VARCHAR, roster_no BIGINT, category VARCHAR, participation VARCHAR, provisional BOOLEAN
SELECT unit_code, unit_name, roster_no, category, participation, provisional
FROM unit
WHERE round_id = $round_id
ORDER BY roster_no, unit_code
