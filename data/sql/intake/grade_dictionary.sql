-- Grades in order of their code, with the kind that the validity column forced.
-- params:
-- returns: name VARCHAR, kind VARCHAR
SELECT DISTINCT ON (code) name, kind FROM grade_map ORDER BY code
