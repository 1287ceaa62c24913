-- Short names of the registers, of all rounds.
-- params:
-- returns: unit_code VARCHAR, short_name VARCHAR
SELECT DISTINCT unit_code, short_name
FROM unit
WHERE short_name IS NOT NULL AND short_name <> ''
ORDER BY unit_code, short_name
