-- Distinct values of the profiled columns, the most frequent first, up to a number that no scale of grades has; and
-- whether any value of the column may be personal: `likely` is sought after the signs `wide` became `narrow`.
-- Cells are counted as they stand and then trimmed and searched once a value: a million cells cost a third less.
-- params: $most, $likely, $wide, $narrow, $any_wide
-- returns: place INTEGER, value VARCHAR, cells BIGINT, filled BIGINT, is_likely BOOLEAN
WITH found AS (
    SELECT
        place,
        cell,
        count(*) AS cells
    FROM profiled
    WHERE cell IS NOT NULL
    GROUP BY ALL
),

counted AS (
    SELECT
        place,
        trim(cell) AS value,
        sum(cells)::BIGINT AS cells,
        bool_or(
            regexp_matches(
                CASE WHEN regexp_matches(cell, $any_wide) THEN translate(cell, $wide, $narrow) ELSE cell END, $likely
            )
        ) AS is_likely
    FROM found
    WHERE trim(cell) <> ''
    GROUP BY ALL
)

SELECT
    place,
    value,
    cells,
    (sum(cells) OVER (PARTITION BY place))::BIGINT AS filled,
    bool_or(is_likely) OVER (PARTITION BY place) AS is_likely
FROM counted
QUALIFY row_number() OVER (PARTITION BY place ORDER BY cells DESC, value) <= $most
ORDER BY place, cells DESC, value
