-- Give one spelling of a site the usual one.
-- params: $other, $usual
-- returns: Count BIGINT
UPDATE ballot_map SET site = $usual WHERE site = $other
