"""Notes on a year and on its rules: every sentence below its numbers in one file, and none contradicts them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.rule_sets import parse_rules
from i18n import LANGUAGES
from results.comparison.method_breaks import BREAKS, Break
from results.notes import SENTENCES, SHOWN_NAMES, Note
from results.quality.rule_lint import NARROW, lint_rules
from tests.results.test_rule_lint import with_bottom
from tests.support.examples import examples

UNITS = tuple(f"甲{number}局" for number in range(1, 8))
SCALE = {"low": "50", "high": "100", "number": "50"}
CLASS = {"line": "90", "ranked": 12, "name": "优秀"}
FACTS = {
    "too_few_votes": {"minimum": 30},
    "dont_know": {"share": 50},
    "rule_group_silent": {"family": "党群"},
    "rule_share_empty": {"share": "3", "ranked": 12},
    "rule_bottom_large": {"k": 2, "ranked": 6},
    "rule_line_nobody": {"line": "60", "ranked": 12},
    "rule_line_everybody": {"line": "60", "ranked": 12},
    "rule_scores_close": {**SCALE, "number": "4.2"},
    "rule_class_nobody": CLASS,
    "rule_class_everybody": CLASS,
    "rule_one_ballot": {"family": "党群", "number": "3.3", "gap": "0.4"},
    "returned_more": {"number": 4},
    "same_grade": {"number": 52},
    "same_grade_sites": {"number": 52},
    "insider_gap": {"number": "6.10"},
    "break_not_declared": {"previous": "2024"},
    "grade_jump": {"previous": "2024", "limit": 15, "number": "22"},
    "units_unlinked": {"previous": "2024"},
    "indicators_differ": {"uploads": "态度.csv：服务态度；效率.csv：办事效率"},
    "indicators_alike": {"uploads": "态度.csv：服务态度；效率.csv：办事效率"},
    "printed_total": {"number": "3"},
    "printed_mean": {"number": "0.05"},
    "printed_score": {"number": "0.13"},
}
"""Numbers of a note, but for those of its units."""
OF_RULES = {
    "50 points for the lowest grade, a line of 50": (
        'rule = "below"\nline = 50',
        '[points]\n"满意" = 100\n"基本满意" = 80\n"不满意" = 50',
    ),
    "a limit of 1": ('rule = "dissatisfied_over"\nlimit = 1', None),
    "a limit of 0": ('rule = "dissatisfied_over"\nlimit = 0', None),
    "a line of 0 in a category": ('rule = "last"\nk = 1\n[bottom.by_category."党群"]\nrule = "below"\nline = 0', None),
}
COUNTED = {code for code, sentence in SENTENCES.items() if "({count})" in sentence}


def of_rules(bottom, points=None):
    text = with_bottom("[bottom]\n" + bottom) if points is None else with_bottom("[bottom]\n" + bottom, points)
    return lint_rules(parse_rules(text))


def sentences(language):
    """Every sentence of a language, below the numbers that choose it."""
    yield f"## {language} · rules by themselves"
    for case, given_rules in OF_RULES.items():
        yield from (f"[{case}] {note.sentence(language)}" for note in of_rules(*given_rules))
    yield f"## {language} · notes: units"
    shown = {note.code for given_rules in OF_RULES.values() for note in of_rules(*given_rules)}
    for code in SENTENCES:
        if code not in shown:
            for units in (UNITS[:1], UNITS) if code in COUNTED else (UNITS[:1],):
                breaks = (Break("points"), Break("groups", ("两代表一委员",))) if code == "break_not_declared" else ()
                note = Note(code, FACTS.get(code, {}), units, breaks=breaks)
                yield f"[{code}, {len(units)}] {note.sentence(language)}"
    yield f"## {language} · units with their verdicts"
    yield Note("border_tie", {}, UNITS[:2], (("undecided", "61.20 – 70.04"),) * 2).sentence(language)
    yield f"## {language} · breaks of the method"
    yield from (Break(code, ("甲", "乙")).sentence(language) for code in BREAKS)


def test_every_note_is_as_it_was(golden):
    lines = [line for language in LANGUAGES for line in sentences(language)]
    assert not [line for line in lines if re.search(r"\{\w+\}|None(?! of)", line)]
    golden("note_sentences.txt", ("\n".join(lines) + "\n").encode())


@pytest.mark.parametrize("language", LANGUAGES)
@given(code=st.sampled_from(sorted(COUNTED)), count=st.integers(1, 40))
def test_a_note_counts_its_units_and_names_the_first_of_them(language, code, count):
    units = tuple(f"〔{number}〕局" for number in range(count))
    words = Note(code, FACTS.get(code, {}), units).sentence(language)
    assert re.search(rf"(?<!\d){count}(?!\d)", words)
    assert [unit for unit in units if unit in words] == list(units[:SHOWN_NAMES])
    assert (("等" if language == "zh" else "and others") in words) == (count > SHOWN_NAMES)


@examples(200, every_run=15)
@given(best=st.integers(1, 100), lowest=st.integers(0, 99), line=st.integers(0, 100))
def test_a_line_is_called_one_that_lists_nobody_exactly_where_no_score_can_be_below_it(best, lowest, line):
    if not lowest <= line <= best or lowest == best:
        return  # refused where the rules are read
    middle = (best + lowest) / 2
    points = f'[points]\n"满意" = {best}\n"基本满意" = {middle}\n"不满意" = {lowest}'
    codes = [note.code for note in of_rules(f'rule = "below"\nline = {line}', points)]
    assert ("rule_line_never" in codes) == (lowest >= line)
    assert ("rule_scale_narrow" in codes) == (lowest > 0 and (best - lowest) / best < NARROW)
