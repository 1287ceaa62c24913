-- Every grade or score in the lines, with the mark of validity beside it where the file has one.
-- params:
-- returns: value VARCHAR, score VARCHAR, validity VARCHAR, lines BIGINT
SELECT
    coalesce(grade, '') AS value,
    coalesce(score, '') AS score,
    coalesce(validity, '') AS validity,
    count(*) AS lines
FROM line_text
GROUP BY ALL
ORDER BY ALL
