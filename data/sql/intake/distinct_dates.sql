-- Every spelling of a date in the lines, with the first line that has it.
-- params:
-- returns: value VARCHAR, place BIGINT
SELECT
    cast_date AS value,
    min(place) AS place
FROM line_side
WHERE cast_date IS NOT NULL
GROUP BY cast_date
ORDER BY cast_date
