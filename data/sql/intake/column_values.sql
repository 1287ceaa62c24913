-- Distinct values of the profiled columns, the most frequent first, up to a number that no scale of grades has.
-- params: $most
-- returns: place INTEGER, value VARCHAR, cells BIGINT, filled BIGINT
WITH counted AS (
    SELECT
        place,
        trim(cell) AS value,
        count(*) AS cells
    FROM profiled
    WHERE trim(cell) <> ''
    GROUP BY ALL
)

SELECT
    place,
    value,
    cells,
    (sum(cells) OVER (PARTITION BY place))::BIGINT AS filled
FROM counted
QUALIFY row_number() OVER (PARTITION BY place ORDER BY cells DESC, value) <= $most
ORDER BY place, cells DESC, value
