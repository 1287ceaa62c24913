-- Every spelling of a round in the lines, with the first line that has it.
-- params:
-- returns: value VARCHAR, place BIGINT
SELECT
    round AS value,
    min(place) AS place
FROM line_side
WHERE round IS NOT NULL
GROUP BY round
ORDER BY round
