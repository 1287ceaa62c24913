-- Sort keys of single characters in the order of Pinyin, as the ICU data of the engine has it.
-- params: $characters
-- returns: character VARCHAR, sort_key VARCHAR
SELECT character, icu_sort_key(character, 'zh') AS sort_key
FROM (SELECT unnest($characters) AS character)
