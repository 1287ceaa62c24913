-- Put the map with one spelling for each number in the place of the map.
-- params:
-- returns:
DROP TABLE ballot_map;
ALTER TABLE respelled_ballots RENAME TO ballot_map
