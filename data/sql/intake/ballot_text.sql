-- Ballots of a round as text, in chunks, in order of their code: the input of the digest.
-- params: $chunk
-- returns: text VARCHAR
SELECT
    string_agg(
        concat_ws(chr(31), ballot_id, group_name, coalesce(channel, ''), coalesce(site, '')), chr(30)
        ORDER BY ballot
    ) || chr(30) AS text
FROM ballot
GROUP BY ballot // $chunk
ORDER BY ballot // $chunk
