-- Indicators in order of their code.
-- params:
-- returns: name VARCHAR
SELECT DISTINCT ON (code) name FROM indicator_map ORDER BY code
