-- Every grade or score in the lines, with its validity mark where the file has that column.
-- params:
-- returns: value VARCHAR, score VARCHAR, validity VARCHAR, lines BIGINT
SELECT
    coalesce(grade, '') AS value,
    coalesce(score, '') AS score,
    coalesce(validity, '') AS validity,
    sum(lines)::BIGINT AS lines
FROM line_tail
GROUP BY ALL
ORDER BY ALL
