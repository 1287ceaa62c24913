-- Uploads in the release.
-- params:
-- returns: number BIGINT, upload_id VARCHAR, kind VARCHAR, round_id VARCHAR, rules_name VARCHAR, files VARCHAR, lines BIGINT, digest VARCHAR, demo BOOLEAN
SELECT number, upload_id, kind, round_id, rules_name, files, lines, digest, demo
FROM upload
ORDER BY number
