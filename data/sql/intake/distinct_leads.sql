-- Texts of lines without a unit that contain part of a word for totals, in the cells where it may occur.
-- params:
-- returns: value VARCHAR
WITH word AS (SELECT DISTINCT unnest([ballot_id, category, lead]) AS value FROM line_text WHERE named IS NULL)

SELECT value FROM word
WHERE regexp_matches(value, '(?i)[计均总]|total|average|mean|sum')
