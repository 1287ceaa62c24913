-- Codes of the indicators of the combined lines, in text order.
-- params:
-- returns: value VARCHAR, code BIGINT, name VARCHAR
SELECT indicator AS value, row_number() OVER (ORDER BY indicator) - 1 AS code, indicator AS name
FROM (SELECT DISTINCT indicator FROM line_text)
