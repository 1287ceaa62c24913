-- Codes of the units of the combined lines, in text order.
-- params:
-- returns: value VARCHAR, code BIGINT, name VARCHAR
SELECT unit AS value, row_number() OVER (ORDER BY unit) - 1 AS code, unit AS name
FROM (SELECT DISTINCT unit FROM line_text)
