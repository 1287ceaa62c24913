-- Lines to set aside whose cell of the grade or score holds anything.
-- params:
-- returns: filled BIGINT
SELECT count(*) FILTER (WHERE coalesce(trim(grade), '') <> '' OR coalesce(trim(score), '') <> '') AS filled
FROM line_text
WHERE place IN (SELECT place FROM aside)
