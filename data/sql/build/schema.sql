-- Tables of one release: written once, read by every page and command.
-- params:
-- returns:
CREATE TABLE round (
    round_id VARCHAR, rules_name VARCHAR, registered BOOLEAN, counts_only BOOLEAN, has_counts BOOLEAN,
    evaluators BIGINT, lines BIGINT, votes BIGINT, score_step BIGINT, facts_digest VARCHAR
);
CREATE TABLE rule_set (name VARCHAR, digest VARCHAR, content VARCHAR);
CREATE TABLE unit (
    round_id VARCHAR, unit_code VARCHAR, unit_name VARCHAR, short_name VARCHAR, roster_no BIGINT,
    category VARCHAR, participation VARCHAR, provisional BOOLEAN
);
CREATE TABLE grade_count (
    round_id VARCHAR, unit_code VARCHAR, group_name VARCHAR, indicator VARCHAR, grade VARCHAR,
    kind VARCHAR, points BIGINT, scored BOOLEAN, lines BIGINT
);
CREATE TABLE cell_moment (
    round_id VARCHAR, unit_code VARCHAR, group_name VARCHAR, votes BIGINT, total BIGINT, squares BIGINT,
    own_minus_ballot DOUBLE
);
CREATE TABLE vote_score (round_id VARCHAR, unit_code VARCHAR, group_name VARCHAR, score BIGINT, votes BIGINT);
CREATE TABLE site_moment (
    round_id VARCHAR, group_name VARCHAR, site VARCHAR, part BIGINT, unit_code VARCHAR, votes BIGINT, total BIGINT
);
CREATE TABLE pair_moment (
    round_id VARCHAR, group_name VARCHAR, unit_a VARCHAR, unit_b VARCHAR,
    votes BIGINT, total_a BIGINT, total_b BIGINT, product BIGINT, linked DOUBLE
);
CREATE TABLE ballot_link (round_id VARCHAR, group_name VARCHAR, ballots BIGINT, votes BIGINT, within DOUBLE);
CREATE TABLE evaluator_count (round_id VARCHAR, group_name VARCHAR, evaluators BIGINT);
CREATE TABLE lowest_votes (round_id VARCHAR, unit_code VARCHAR, votes BIGINT);
CREATE TABLE site_grade (round_id VARCHAR, group_name VARCHAR, site VARCHAR, grade VARCHAR, lines BIGINT);
CREATE TABLE record (round_id VARCHAR, kind VARCHAR, number BIGINT, content VARCHAR);
-- Books: what is in force of their last state, counted; the rows themselves are in a table for each book.
CREATE TABLE book_count (
    kind VARCHAR, month VARCHAR, unit_code VARCHAR, place_code VARCHAR, state VARCHAR, listed BOOLEAN, lines BIGINT
);
CREATE TABLE upload (
    number BIGINT, upload_id VARCHAR, kind VARCHAR, round_id VARCHAR, rules_name VARCHAR,
    files VARCHAR, lines BIGINT, digest VARCHAR, demo BOOLEAN
);
