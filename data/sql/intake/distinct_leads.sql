-- What stands in lines that name no unit, where the word for a sum may stand.
-- params:
-- returns: value VARCHAR
WITH word AS (SELECT DISTINCT unnest([ballot_id, category, lead]) AS value FROM line_text WHERE unit IS NULL)

SELECT value FROM word WHERE value IS NOT NULL
