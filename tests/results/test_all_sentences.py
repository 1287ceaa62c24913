"""Every sentence of the results with a number or a name in it is in a golden file: a new one has to be put into one."""

import re

from babel.messages.extract import extract_from_dir

from i18n import KEYWORDS, ROOT
from tests.conftest import GOLDEN

FILES = ("sentences", "chosen_sentences", "evidence_sentences", "note_sentences", "year_sentences", "rule_sentences")
ELSEWHERE = {
    "evaluators/words.py": "a caution, chosen by no number: tests/results/test_agreement_pages.py",
    "evidence/classes.py": "a first class that another unit is better than: only ties give it, by `meanings`",
    "evidence/early_look.py": "refused: no early look at a closed or empty round",
    "evidence/next_year.py": "refused: a plan for numbers that are none",
    "evidence/recount.py": "refused: a recount of a list that no sample confirms, a file of another form",
    "pledges/register.py": "refused: a number below zero of an earlier version",
    "pledges/vote_scores.py": "refused: a number below zero of an earlier version",
    "province/levels.py": "refused: a province that is not there",
    "ranking/allowed_accountability.py": "refused: a unit without a result",
    "ranking/component_sources.py": "refused: a measure that may not enter a score",
    "ranking/family.py": "refused: a category that is not there, more voters than people",
    "ranking/feature_words.py": "settings that neither the 32 rule sets nor the worked examples use",
    "ranking/other_parts.py": "refused: one fact twice in a score",
    "ranking/rule_words.py": "names of settings in a difference of two rule sets",
    "ranking/unit.py": "a caption over a table, and a unit that is not there",
    "ranking/unit_search.py": "a word behind a name",
    "unit_finder.py": "words behind a name",
}
"""File below results/ -> why some of its messages are in no golden file."""
MOST_ELSEWHERE = 40


def messages():
    """Every message of results/ with a placeholder: its file, and its forms for one and for many."""
    for file, _, message, _, _ in extract_from_dir(ROOT / "results", [("**.py", "python")], keywords=KEYWORDS):
        forms = message if isinstance(message, tuple) else (message,)
        if any("{" in form for form in forms):
            yield file, forms


def is_among(lines, form):
    """Whether one of the lines is the message, filled in. Only lines with its longest part are looked at closely."""
    parts = re.split(r"\{[^}]*\}", form)
    pattern = re.compile(".+?".join(map(re.escape, parts)))
    return any(pattern.search(line) for line in lines if max(parts, key=len) in line)


def test_every_sentence_is_in_a_golden_file():
    lines = [line for name in FILES for line in (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").splitlines()]
    lacking = [(file, forms) for file, forms in messages() if not any(is_among(lines, form) for form in forms)]
    assert [(file, forms) for file, forms in lacking if file not in ELSEWHERE] == []
    assert {file for file, _ in lacking} == set(ELSEWHERE), "a file whose messages are all kept needs no reason"
    assert len(lacking) <= MOST_ELSEWHERE
