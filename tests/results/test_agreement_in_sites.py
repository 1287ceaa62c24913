"""Ballots filled in together: what is measured, what is only assumed, and what it would do to the verdicts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.moments import SCALE, Moments, Pairs
from analytics.scores import score_units
from analytics.verdicts import bottom_claims_of
from data.model.rule_sets import Bottom, parse_rules
from data.store.cache import Cache
from results.ranking.agreement_in_sites import CORRELATIONS, clusters_of, sites_in_words, unmeasured
from results.ranking.family import Family
from tests.support.stores import RULES

UNITS = 12
LAST_TWO = Bottom("last", k=2)


def family_of(people, sites=None, bottom=LAST_TWO, seed=3):
    """Every person of every group grades 12 units, of which the last two are far below the others.

    people: group -> number of people. sites: group -> number of sites, none if missing.
    """
    rng = np.random.default_rng(seed)
    groups = np.repeat(list(people), list(people.values()))
    site = np.concatenate([np.arange(n) % (sites or {}).get(group, n) for group, n in people.items()])
    true = np.where(np.arange(UNITS) < UNITS - 2, 0.9, 0.35)
    points = np.where(rng.random((len(groups), UNITS)) < true, 100.0, 40.0)
    person = np.repeat(np.arange(len(groups)), UNITS)
    unit, group = np.tile(np.arange(UNITS), len(groups)), np.repeat(groups, UNITS)
    place = np.repeat([f"{one}{number}" for one, number in zip(groups, site, strict=True)], UNITS)
    weights = dict.fromkeys(people, 1 / len(people))
    scores = score_units(person, unit, group, points.ravel(), weights, site=place if sites else None)
    cell = np.array([[points[groups == one, j] for one in scores.groups] for j in range(UNITS)], dtype=object)
    n, total, squares = (
        np.array([[int(f(part)) for part in own] for own in cell])
        for f in (len, lambda part: SCALE * sum(part), lambda part: SCALE**2 * sum(part**2))
    )
    sums = [tuple(int(value) for value in part.sum(axis=0)) for part in (n, total, squares)]
    units = tuple(f"单位{j}" for j in range(UNITS))
    moments = Moments(units, tuple(map(str, scores.groups)), n, total, squares, Pairs.none(), *sums)
    members = pd.DataFrame({"unit_code": units, "unit_name": units, "lowest_votes": 0})
    ranked, cache = np.ones(UNITS, dtype=bool), Cache(Path("nowhere"))
    reason = (None,) * UNITS
    rules = parse_rules(RULES)
    of_ballots = {"joint": False, "others": None, "ballots": scores, "no_error": None}
    plain = (members, moments, weights, scores, reason, ranked, cache)
    return Family("r", "r", "2025", "甲类", rules, bottom, *plain, **of_ballots)


def verdicts_of(family):
    return bottom_claims_of(family.scores, family.places).verdict.astype(object)


def told(family, language="en"):
    return sites_in_words(family, verdicts_of(family), language)


def test_sites_that_suffice_are_measured_and_their_price_is_told():
    family = family_of({"群众": 200, "代表": 120}, {"群众": 20, "代表": 12})
    clusters = clusters_of(family)
    said = told(family)
    assert clusters.used.all() and len(said) == 3
    assert "群众: ballots from 20 sites" in "".join(said) and f"{clusters.effect.max():.2f}" in "".join(said)
    assert "6.0" in said[-1] and "4.6" in said[-1] and "3.7" in said[-1]
    assert "设计效应" in told(family, "zh")[0]


@pytest.mark.parametrize(("sites", "given", "size"), [({"群众": 4, "代表": 4}, True, 50.0), (None, False, 30.0)])
def test_too_few_sites_or_none_say_what_agreement_would_do(sites, given, size):
    family = family_of({"群众": 200, "代表": 120}, sites)
    (lacking,) = unmeasured(family, verdicts_of(family))
    assert (lacking.given, set(lacking.groups)) == (given, {"群众", "代表"})
    assert lacking.size == pytest.approx(size)
    held = [sum(lacking.held[rho]) for rho in CORRELATIONS]
    assert UNITS >= held[0] >= held[1]
    said = told(family)
    assert len(said) == 3 and "0.02" in said[1] and "0.05" in said[2]
    assert ("fewer than 10 sites" if given else "no sites are named or used") in said[0]


def test_agreement_takes_verdicts_away_where_evidence_is_thin():
    family = family_of({"群众": 40})
    now = verdicts_of(family)
    settled = int((now != "undecided").sum())
    (lacking,) = unmeasured(family, now)
    assert settled == UNITS and sum(lacking.held[0.05]) < settled


@pytest.mark.parametrize("bottom", [Bottom("below", line=70.0), Bottom("last_and_below", k=2, line=70.0)])
def test_line_rules_lose_verdicts_too(bottom):
    family = family_of({"群众": 60}, bottom=bottom)
    everyone = np.array(["cleared"] * (UNITS - 2) + ["confirmed"] * 2, dtype=object)
    (lacking,) = unmeasured(family, everyone)
    assert lacking.held[0.02] >= lacking.held[0.05]


def test_three_people_separate_nothing_and_it_is_told():
    family = family_of({"群众": 3})
    said = told(family)
    assert said[0].startswith("群众: 3 people") and "71" in said[0]
    assert "nothing" in said[-1] and (verdicts_of(family) == "undecided").all()
