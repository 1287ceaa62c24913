"""Every sentence on a unit, for all bottom rules and verdicts in both languages: one file, and no contradiction."""

import re

import pytest

from i18n import LANGUAGES, translate
from results.labels import VERDICTS
from results.ranking import bottom_list
from results.ranking.statements import RELIABILITY, Rule, first_layer, second_layer, strength
from results.ranking.unit import Alone, alone_sentence

RULES = {
    "last": Rule("last", 3, 32, "政府部门", None, None, 0.95),
    "last, one place": Rule("last", 1, 32, "政府部门", None, None, 0.95),
    "share": Rule("share", 3, 32, "ALL", None, None, 0.95),
    "below": Rule("below", 0, 32, "政府部门", 60.0, None, 0.95),
    "last_and_below": Rule("last_and_below", 3, 32, "政府部门", 60.0, None, 0.95),
    "dissatisfied_over": Rule("dissatisfied_over", 0, 32, "全部", None, 0.15, 0.95),
}
PRECLUDING = ("small_group", "missing_group", "border_tie", "no_spread")
LEFT_OUT = ("too_few_votes", "missing_group", "exempt", "consulted", "suspended", "merged")


def row(verdict, confirm=1.0, clear=1.0, places=(1, 1), reason=None):
    ranked = verdict != "not_ranked"
    return {
        "unit_name": "甲局",
        "n": 412,
        "verdict": verdict,
        "reason": reason,
        "confirm_p": confirm if ranked else None,
        "clear_p": clear if ranked else None,
        "rank_best": places[0] if ranked else None,
        "rank_worst": places[1] if ranked else None,
        "p_bottom": {"confirmed": 0.998, "undecided": 0.83, "cleared": 0.004}.get(verdict),
        "shrunken": {"confirmed": 54.12, "undecided": 60.35, "cleared": 83.9}.get(verdict),
        "expected_rank": sum(places) / 2 if ranked else None,
    }


CASES = {
    "confirmed": row("confirmed", 0.012, 1.0, (30, 32)),
    "confirmed, one place": row("confirmed", 1e-9, 1.0, (32, 32)),
    "confirmed, range across the line": row("confirmed", 0.049, 1.0, (27, 32)),
    "undecided, nearer to the bottom": row("undecided", 0.081, 1.0, (22, 32)),
    "undecided, nearer to the others": row("undecided", 1.0, 0.34, (12, 30)),
    "undecided, no evidence at all": row("undecided", 1.0, 1.0, (1, 32)),
    "undecided, range on one side": row("undecided", 0.052, 1.0, (32, 32)),
    **{f"undecided, {why} alone forbids": row("undecided", 0.004, 1.0, (31, 32), why) for why in PRECLUDING},
    **{f"undecided, {why}": row("undecided", 0.2, 1.0, (25, 32), why) for why in PRECLUDING},
    "cleared": row("cleared", 1.0, 0.0004, (3, 11)),
    "cleared, range across the line": row("cleared", 1.0, 0.05, (9, 31)),
    **{f"cleared, {why}": row("cleared", 1.0, 0.02, (3, 11), why) for why in PRECLUDING},
    **{f"not ranked, {why}": row("not_ranked", reason=why) for why in LEFT_OUT},
}


def cases(rule):
    """The cases that a rule can bring: without places there is no probability of the last and no border."""
    for case, unit in CASES.items():
        if rule.k:
            yield case, unit
        elif "line" not in case and "border" not in case and "side" not in case:
            yield case, {**unit, "p_bottom": None}


NO_LISTS = (bottom_list.NONE_RANKED, bottom_list.NO_PLACES, bottom_list.ALL_PLACES, bottom_list.NOTHING_FOUND)


def told(language):
    """Every sentence of a language, under the rule and the case in which it is said."""
    for name, rule in RULES.items():
        yield f"## {language} · {name}"
        for case, unit in cases(rule):
            yield f"[{case}]"
            yield from first_layer(rule, unit, language)
            if unit["reason"] is None:  # a reason changes nothing on the second layer
                yield from (f"    {sentence}" for sentence in second_layer(rule, unit, language))
    yield f"## {language} · one unit asked about"
    yield alone_sentence(Alone(27, 32, 0.021, 1.0), language)
    yield translate(RELIABILITY, language).format(share="82%")
    yield f"## {language} · lists without a finding"
    for message in NO_LISTS:
        yield translate(message, language).format(**RULES["last"].facts(language))


def test_every_sentence_is_as_it_was(golden):
    lines = [line for language in ("zh", "en") for line in told(language)]
    golden("sentences.txt", ("\n".join(lines) + "\n").encode())


CERTAIN = re.compile(r"\bcertain|\bsure\b|definite|statistical test|经统计检验|把握|几乎|肯定|必然")
FIGURES = re.compile(r"\bp [=<]|probab|概率|可靠|eliab")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_certainty_belong_to_verdicts_and_figures_to_the_second_layer(language):
    wrong = []
    for name, rule in RULES.items():
        for case, unit in cases(rule):
            first, *others = first_layer(rule, unit, language)
            settled = unit["verdict"] in ("confirmed", "cleared")
            second = second_layer(rule, unit, language)
            wrong += [(name, case, said) for said in (*others, *second) if CERTAIN.search(said)]
            wrong += [(name, case, said) for said in (first, *others) if FIGURES.search(said) or "{" in said]
            if bool(CERTAIN.search(first)) != settled or unit["unit_name"] not in first or "412" not in first:
                wrong.append((name, case, first))
            if len(set(first_layer(rule, unit, language))) != len(others) + 1:
                wrong.append((name, case, "said twice"))
    assert not wrong
    assert set(VERDICTS) == {str(unit["verdict"]) for unit in CASES.values()}


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_the_gauge_passes_100_exactly_where_the_verdict_does(level):
    error = 1 - level
    for p in (0.0, 1e-300, error / 2, error, error * (1 + 1e-12), (1 + error) / 2, 1.0):
        found = strength(row("confirmed", p), level)
        assert (found >= 100) == (p <= error) and 0 <= found <= 301, p
    assert strength(row("undecided", 1.0, error**0.5), level) == pytest.approx(50, abs=1)
