-- Rounds in which a unit appears, with its name and category there.
-- params: $unit_code
-- returns: round_id VARCHAR, unit_name VARCHAR, category VARCHAR, participation VARCHAR
SELECT round_id, unit_name, category, participation
FROM unit
WHERE unit_code = $unit_code
ORDER BY round_id DESC
