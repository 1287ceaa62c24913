-- Lines of several uploads of one round as text again, units already resolved; the input of `intake/encode`.
-- params:
-- returns: place BIGINT, ballot_id VARCHAR, group_name VARCHAR, unit VARCHAR, category VARCHAR, indicator VARCHAR, grade VARCHAR, score VARCHAR, validity VARCHAR, channel VARCHAR, site VARCHAR
SELECT
    row_number() OVER () AS place,
    b.ballot_id,
    b.group_name,
    u.name AS unit,
    u.category,
    i.name AS indicator,
    g.name AS grade,
    NULL::VARCHAR AS score,
    g.kind AS validity,
    b.channel,
    b.site
FROM part_line AS l
INNER JOIN part_ballot AS b ON l.part = b.part AND l.ballot = b.ballot
INNER JOIN part_unit AS u ON l.part = u.part AND l.unit = u.code
INNER JOIN part_indicator AS i ON l.part = i.part AND l.indicator = i.code
INNER JOIN part_grade AS g ON l.part = g.part AND l.grade = g.code
