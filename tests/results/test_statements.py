"""Every sentence on a unit, for all bottom rules and verdicts in both languages: one file, and no contradiction."""

import re
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from analytics.bounds import UnknownBounds
from analytics.pairs import FEWEST_VOTES
from data.model.rule_sets import Bottom
from data.store import Store
from i18n import LANGUAGES, translate
from reports.documents.brief import (
    ALL_DONE,
    CANNOT,
    MORE_CONFIRMED,
    MORE_MOVED,
    MORE_UNDECIDED,
    MOVED,
    NO_ROUND_BEFORE,
    NOT_COMPARED,
    NOTHING_LEFT,
    WORDS,
)
from results.home import cards as home
from results.labels import REASON_SENTENCES, REASONS, VERDICTS
from results.ranking import agreement_in_sites, bottom_list, population, unknown, year_card
from results.ranking.statements import (
    CROSSES,
    NO_SECOND_VERDICT,
    ONE_SIDE,
    RELIABILITY,
    Rule,
    first_layer,
    second_layer,
    strength,
)
from results.ranking.unit import Alone, alone_sentence

RULES = {
    "last": Rule("last", 3, 32, "政府部门", None, None, 0.95),
    "last, one place": Rule("last", 1, 32, "政府部门", None, None, 0.95),
    "share": Rule("share", 3, 32, "ALL", None, None, 0.95),
    "below": Rule("below", 0, 32, "政府部门", 60.0, None, 0.95),
    "last_and_below": Rule("last_and_below", 3, 32, "政府部门", 60.0, None, 0.95),
    "dissatisfied_over": Rule("dissatisfied_over", 0, 32, "全部", None, 0.15, 0.95),
}
PRECLUDING = ("small_group", "missing_group", "all_trimmed", "border_tie", "no_spread")
LEFT_OUT = (
    "too_few_votes",
    "missing_group",
    "all_trimmed",
    "exempt",
    "consulted",
    "suspended",
    "merged",
    "missing_part",
    "vetoed",
)
NO_ERROR = ("trimmed", "by_indicator")  # nothing is known of the error of the score


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
    "undecided, few_for_line": row("undecided", 1.0, 1.0, (25, 32), "few_for_line"),
    "cleared, few_for_line": row("cleared", 1.0, 0.02, (3, 11), "few_for_line"),
    **{f"undecided, {why}": row("undecided", 1.0, 1.0, (1, 32), why) for why in (*NO_ERROR, "part_left_out")},
    "confirmed, parts_decided": row("confirmed", 0.012, 1.0, (30, 32), "parts_decided"),
    **{f"not ranked, {why}": row("not_ranked", reason=why) for why in LEFT_OUT},
}


def cases(rule):
    """The cases that a rule can bring: without places there is no probability of the last and no border."""
    for case, unit in CASES.items():
        if unit["reason"] == "few_for_line" and (rule.line is None or (unit["verdict"] == "cleared" and not rule.k)):
            continue  # a line decides nothing then; only the place can clear
        if rule.k:
            yield case, unit
        elif "across the line" not in case and "border" not in case and "side" not in case:
            yield case, {**unit, "p_bottom": None}


NO_LISTS = (bottom_list.NONE_RANKED, bottom_list.NO_PLACES, bottom_list.ALL_PLACES, bottom_list.NOTHING_FOUND)
COUNTS = {
    year_card.SETTLED: (3, 0, 29),
    year_card.SOME: (1, 4, 27),
    year_card.NOBODY: (0, 6, 26),
    year_card.NOTHING: (0, 32, 0),
}
BORDER = ("乙局", "甲局", 0.42)
NEEDED = (
    year_card.MoreBallots("enough", *BORDER),
    year_card.MoreBallots("plan", *BORDER, {"普通群众": (4000, 1200), "服务对象": (310, 90)}),
    year_card.MoreBallots("out_of_reach", *BORDER),
    year_card.MoreBallots("never", *BORDER),
)
SITES = {
    "groups": "普通群众、服务对象",
    "group": "普通群众",
    "count": 20,
    "within": "0.048",
    "effect": "2.39",
    "ballots": 100,
    "worth": 42,
    "fewest": 10,
    "correlation": "0.05",
    "size": "30",
    **{"confirmed": 1, "all_confirmed": 2, "cleared": 11, "all_cleared": 20},
}
ON_SITES = (
    agreement_in_sites.MEASURED,
    agreement_in_sites.PRICE,
    *agreement_in_sites.UNMEASURED.values(),
    agreement_in_sites.WOULD_REMAIN,
    agreement_in_sites.NOTHING_TO_LOSE,
    agreement_in_sites.ALL_GROUPS,
)
UNKNOWN = UnknownBounds(np.array([48.2]), np.array([66.9]), np.array([0.187]), np.array([True]))


@pytest.fixture(scope="module")
def lists(town_path):
    """A bottom list of 32 ranked units under each rule: that of the town, with other rules and units."""
    release = Store(town_path, threads=1).release()
    found = bottom_list.bottom_lists(release.round("2025"))[0]
    nobody = pd.DataFrame({"unit_name": pd.Series(dtype=str)})
    yield {
        name: replace(
            found,
            family=replace(
                found.family,
                name=rule.family,
                bottom=Bottom(rule.name, k=rule.k or None, share=rule.k / rule.count, line=rule.line, limit=rule.limit),
                ranked=np.ones(rule.count, dtype=bool),
            ),
            rows=pd.DataFrame({"unit_code": np.arange(rule.count)}),
            not_ranked=nobody,
        )
        for name, rule in RULES.items()
    }
    release.close()


def home_card(bottom, unit, outcome, more=None):
    """The card of a category in which `unit` is the only one that is not cleared, or that is cleared."""
    counts = [int(unit["verdict"] == verdict) for verdict in ("confirmed", "undecided", "cleared")]
    figures = (0.82, 1.84, 3.62, 0.2)
    card = year_card.YearCard(bottom, outcome, bottom.count, 0, *counts, *figures, more)
    named = home.NamedUnit("A", unit["unit_name"], unit["verdict"], unit, bottom.rule, (0, 100))
    verdicts = ("confirmed", "undecided")
    return home.HomeCard(card, *(((named,) if unit["verdict"] == verdict else ()) for verdict in verdicts))


HEADLINES = (
    home.Headline("2025", 32, 1, 4, 27, 0),
    home.Headline("2025", 40, 0, 6, 26, 8),
    home.Headline("2025", 8, 0, 0, 0, 8),
    home.Headline("2025", 1, 0, 0, 0, 1),
    home.Headline("2025", 0, 0, 0, 0, 0),
)
OF_THE_BRIEF = (
    *(WORDS["nobody"], *CANNOT, NO_ROUND_BEFORE, NOT_COMPARED, MOVED),
    *(MORE_UNDECIDED, MORE_CONFIRMED, MORE_MOVED, ALL_DONE, NOTHING_LEFT),
)


def at_home(lists, language):
    """Every sentence of the home page and of the brief on the bottom."""
    yield f"## {language} · home"
    yield from (found.sentence(language) for found in HEADLINES)
    for promise in (home.PROMISE, home.PROMISE_OF_COUNTS):
        yield translate(promise, language).format(ballots="1,204", votes="9,310", level="95")
    for places in ((30, 32), (32, 32)):
        unit = {**row("confirmed", 0.012, 1.0, places), "score": 54.1, "score_low": 49.96, "score_high": 58.3}
        unit |= {"rank": 31, "rank_tied_to": 32 if places[0] < 32 else 31}
        card = home_card(lists["last"], unit, year_card.SETTLED)
        yield card.confirmed[0].evidence(language)
    yield replace(card.confirmed[0], in_a_row=3).again(language)
    undecided = row("undecided", 0.081, 1.0, (22, 32))
    for more in (*NEEDED, None):
        yield home_card(lists["last"], undecided, year_card.NOBODY, more).what_settles(language)
    for name, rule in RULES.items():
        yield f"## {language} · home · {name}"
        for case, unit in cases(rule):
            if unit["verdict"] == "undecided":
                yield f"[{case}]"
                yield home_card(lists[name], unit, year_card.NOBODY).why_nobody(language)
        if rule.k:
            yield "[scores that differ by chance]"
            yield home_card(lists[name], undecided, year_card.NOTHING).why_nobody(language)
        if rule.line or rule.limit:
            yield "[all cleared]"
            yield home_card(lists[name], CASES["cleared"], year_card.SETTLED).why_nobody(language)
    yield f"## {language} · brief"
    facts = {"before": "2024", "rose": 3, "fell": 1, "count": 5}
    yield from (translate(message, language).format(**facts) for message in OF_THE_BRIEF)


def told(lists, language):
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
    yield translate(NO_SECOND_VERDICT, language)
    yield f"## {language} · don't know"
    yield unknown.sentence(UNKNOWN, 0, float(UNKNOWN.share[0]), 2, language)
    yield unknown.many_in_words(("甲局", "乙局"), language)
    yield f"## {language} · lists without a finding"
    for message in NO_LISTS:
        yield translate(message, language).format(**RULES["last"].facts(language))
    yield from cards(language)
    yield from at_home(lists, language)


def cards(language):
    """Every sentence of a year card."""
    for name, rule in RULES.items():
        yield f"## {language} · year card · {name}"
        for outcome, numbers in COUNTS.items():
            if rule.k or outcome != year_card.NOTHING:
                counts = dict(zip(("confirmed", "undecided", "cleared"), numbers, strict=True))
                yield year_card.card_in_words(year_card.SENTENCES[outcome], rule, counts, language)
    yield f"## {language} · year card · what can be seen, and what it would take"
    yield year_card.seen_in_words(1.84, 3.62, language)
    yield year_card.seen_in_words(1.84, float("inf"), language)
    yield from (more.sentence(language) for more in NEEDED)
    yield f"## {language} · year card · sites"
    yield from (translate(message, language).format(**SITES) for message in ON_SITES)
    yield translate(agreement_in_sites.FEW_PEOPLE, language).format(group="领导", count=3, fewest=FEWEST_VOTES)
    yield f"## {language} · population"
    for words, facts in (
        (population.ABOUT, {"groups": translate(population.GROUP, language)}),
        (population.COMPLETE, {}),
    ):
        yield translate(words, language).format(**facts).format(group="人大代表", voted="90", people="100")


def test_every_sentence_is_as_it_was(golden, lists):
    lines = [line for language in ("zh", "en") for line in told(lists, language)]
    assert not [line for line in lines if re.search(r"\{\w+\}", line)]
    golden("sentences.txt", ("\n".join(lines) + "\n").encode())
    assert set(COUNTS) == set(year_card.SENTENCES) and {more.kind for more in NEEDED} == set(year_card.MORE)
    assert {unit["reason"] for unit in CASES.values()} - {None} == set(REASONS)


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


def strength_said(sentence, language):
    """The number of a gauge as it is printed."""
    found = re.search(r"证据强度为 (\d+)" if language == "zh" else r": (?:more than )?(\d+); at least", sentence)
    return int(found[1])


def grid(rule):
    """Rows of every verdict, with p-values, ranges and reasons as the tests could bring them."""
    ranges = [(1, 1), (1, 32), (12, 29), (27, 32), (30, 32), (32, 32)]
    reasons = (None, "small_group", "border_tie", "few_for_line")
    for (best, worst), why, p in product(ranges, reasons, (0.001, 0.049, 0.051, 0.6)):
        if why == "few_for_line" and (rule.line is None or p < 0.5):
            continue
        if why is None and p <= 0.05:
            yield row("confirmed", p, 1.0, (best, worst))
        if p <= 0.05:
            yield row("cleared", 1.0, p, (best, worst), why)
        if p > 0.05 or why is not None:
            yield row("undecided", p, 1.0, (best, worst), why)
        if p > 0.05:
            yield row("undecided", 1.0, p, (best, worst), why)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_sentences_of_one_unit_contradict_each_other(language, lists):
    """Verdict, gauge, range of places, remark, bounds, year card and home page, over all that the tests could bring."""
    wrong = []
    bounds = unknown.sentence(UNKNOWN, 0, float(UNKNOWN.share[0]), 2, language)
    assert not CERTAIN.search(bounds) and ("只就作出评价的人" in bounds or "gave a grade" in bounds)
    for name, rule in RULES.items():
        for unit in grid(rule):
            said = first_layer(rule, unit, language)
            verdict, reason = unit["verdict"], unit["reason"]
            settled = verdict in ("confirmed", "cleared")
            forbidden = verdict == "undecided" and reason and unit["confirm_p"] <= 0.05
            enough = strength_said(said[1], language) >= 100
            if enough != bool(settled or forbidden):
                wrong.append(("gauge", rule.name, said))
            best, worst = unit["rank_best"], unit["rank_worst"]
            explained = {translate(words, language) for words in (CROSSES, ONE_SIDE)} & set(said)
            border = rule.border
            if border is not None and rule.name != "last_and_below":
                inside, outside = best > border, worst < border
                odd = {"confirmed": not inside, "cleared": not outside}.get(
                    verdict, (inside or outside) and not forbidden
                )
                if bool(odd) != bool(explained):
                    wrong.append(("range", rule.name, said))
            if reason and not any(remarked(reason, verdict, language) in one for one in said):
                wrong.append(("remark", rule.name, said))
            counts = {name: int(name == verdict) for name in ("confirmed", "undecided", "cleared")}
            outcome = year_card.outcome_of(counts, by_place=rule.k > 0, indistinct=not forbidden)
            card = year_card.card_in_words(year_card.SENTENCES[outcome], rule, counts, language)
            nobody = outcome in (year_card.NOBODY, year_card.NOTHING)
            if nobody != (verdict == "undecided") or CERTAIN.search(card):
                wrong.append(("card", rule.name, card))
            found = home_card(lists[name], unit, outcome)
            wrong += [(rule.name, said, *fault) for fault in at_home_against(found, unit, forbidden, said[1], language)]
    assert not wrong


def at_home_against(found, unit, forbidden, gauge, language):
    """What the home page says of a unit that its first layer does not say, or says otherwise.

    found : the card of a category in which it is the only unit that was asked about. gauge : sentence of the strength.
    """
    verdict, why, settles = unit["verdict"], found.why_nobody(language), found.what_settles(language)
    headline = home.headline("2025", [found])
    if (headline.confirmed, headline.undecided, headline.cleared) != tuple(
        int(verdict == one) for one in ("confirmed", "undecided", "cleared")
    ):
        yield "headline", headline
    if bool(why) != (verdict != "confirmed") or bool(settles) != (verdict == "undecided"):
        yield "nobody is named, and yet", why, settles
    if verdict != "undecided":
        if why != (translate(home.NOBODY_ASKED, language) if verdict == "cleared" else ""):
            yield "settled", why
    elif CERTAIN.search(why + settles):
        yield "certain", why
    elif forbidden:
        if remarked(unit["reason"], verdict, language) not in why:
            yield "forbidden", why
    elif found.card.outcome != year_card.NOTHING:
        strong, against = strength_said(gauge, language), home.leaning(unit) == "against"
        begin = home.RATHER_NOT if against else home.CLOSEST
        if why != translate(begin, language).format(unit=unit["unit_name"], strength=strong, enough=100):
            yield "direction", why
        if strong >= 100 or (AGAINST[language] in gauge) != against:
            yield "strength", gauge


AGAINST = {"zh": "不属于", "en": "it is not"}


def remarked(reason, verdict, language):
    """What a remark on the reason must contain."""
    words = REASONS[reason] if verdict == "cleared" else REASON_SENTENCES[reason]
    return translate(words, language)


def test_the_card_names_nobody_exactly_when_nobody_is_confirmed_and_somebody_is_open():
    for confirmed, undecided, cleared, by_place, indistinct in product(*[range(3)] * 3, *[(False, True)] * 2):
        counts = {"confirmed": confirmed, "undecided": undecided, "cleared": cleared}
        found = year_card.outcome_of(counts, by_place=by_place, indistinct=indistinct)
        assert (found in (year_card.NOBODY, year_card.NOTHING)) == (not confirmed and undecided > 0)
        assert (found == year_card.SETTLED) == (not undecided)
        assert found != year_card.NOTHING or not cleared
