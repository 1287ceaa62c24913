-- Rows of a book in their last state by month of the first event, unit, place and state; '' for a field it lacks.
-- params: $kind
-- returns: month VARCHAR, unit_code VARCHAR, place_code VARCHAR, state VARCHAR, listed BOOLEAN, lines BIGINT
SELECT month, unit_code, place_code, state, listed, lines
FROM book_count
WHERE kind = $kind
ORDER BY month, unit_code, place_code, state, listed
