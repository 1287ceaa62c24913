-- Replace a spelling of a site by the usual spelling.
-- params: $other, $usual
-- returns: Count BIGINT
UPDATE ballot_map SET site = $usual WHERE site = $other
