-- One row, to show that the release can be read.
-- params:
-- returns: rounds BIGINT
SELECT count(*) AS rounds FROM round
