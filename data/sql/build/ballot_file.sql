-- Lines of a round in the columns of a ballot file, in the order of ballot, unit and indicator.
-- A word of the validity column, which is no grade of the rules, is written to that column again.
-- params:
-- returns: ballot_id VARCHAR, group_code VARCHAR, unit_code VARCHAR, category VARCHAR, indicator_code VARCHAR, grade_code VARCHAR, validity VARCHAR, channel VARCHAR, site VARCHAR
SELECT
    ballot_id,
    group_name AS group_code,
    unit AS unit_code,
    category,
    indicator AS indicator_code,
    CASE WHEN validity = '' THEN grade ELSE '' END AS grade_code,
    CASE WHEN validity = '' THEN '' ELSE grade END AS validity,
    channel,
    site
FROM line_text
ORDER BY ballot_id, unit, indicator
