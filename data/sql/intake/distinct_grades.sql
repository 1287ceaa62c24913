-- Every grade or score in the lines, with its validity mark where the file has that column.
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
