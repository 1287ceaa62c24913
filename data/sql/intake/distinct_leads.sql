-- What stands in lines that name no unit, where the word for a sum may stand: texts that hold part of such a word.
-- params:
-- returns: value VARCHAR
WITH word AS (SELECT DISTINCT unnest([ballot_id, category, lead]) AS value FROM line_text WHERE unit IS NULL)

SELECT value FROM word
WHERE regexp_matches(value, '(?i)[计均总]|total|average|mean|sum')
