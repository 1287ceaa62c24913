-- Ballots of a channel that is kept apart become a group.
-- params: $channel, $group_name
-- returns:
UPDATE ballot SET group_name = $group_name WHERE channel = $channel
