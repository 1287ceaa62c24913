-- Codes of the grades of the combined lines, in order of text and forced kind.
-- params:
-- returns: value VARCHAR, score VARCHAR, validity VARCHAR, code BIGINT, name VARCHAR, kind VARCHAR
SELECT
    grade AS value,
    '' AS score,
    validity,
    row_number() OVER (ORDER BY grade, validity) - 1 AS code,
    grade AS name,
    validity AS kind
FROM (SELECT DISTINCT grade, validity FROM line_text)
