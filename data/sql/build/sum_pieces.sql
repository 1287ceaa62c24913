-- Rows of pieces, added: see `data/moments/pieces.py`.
-- params:
-- returns: what TINYINT, group_at INTEGER, size INTEGER, unit_a INTEGER, unit_b INTEGER, score BIGINT, n BIGINT, x DECIMAL(38,0), y DECIMAL(38,0), z DECIMAL(38,0)
SELECT
    what,
    group_at,
    size,
    unit_a,
    unit_b,
    score,
    CAST(sum(n) AS BIGINT) AS n,
    sum(x) AS x,
    sum(y) AS y,
    sum(z) AS z
FROM piece
GROUP BY ALL
