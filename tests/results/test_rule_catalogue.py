"""The 32 rule sets of real offices: each loads, has a sentence for each of its settings, and scores as written.

The scores are computed a second time in plain Python (tests/reference/plain_rules.py) from the same lines.
"""

import csv
from itertools import pairwise

import pytest

from analytics.result_classes import class_sizes
from data.model.rule_document import tables_of, text_of
from data.model.rule_sets import parse_rules
from data.store import Store
from i18n import LANGUAGES, ROOT
from results.ranking.family import families
from results.ranking.feature_words import feature_sentences
from results.ranking.rule_words import bottom_words, differences
from tests.reference import plain_rules
from tests.results.test_rule_examples import EXAMPLES
from tests.support.ruled_rounds import import_round, lines_of, others_of

FOLDER = ROOT / "rules" / "catalogue"
PATHS = sorted(FOLDER.glob("*.toml"))
ABOUT = list(csv.DictReader((FOLDER / "catalogue.csv").read_text(encoding="utf-8-sig").splitlines()))
SETTINGS = ("trimming", "components", "deductions", "bonus", "veto", "classes", "volume", "apart", "publication")


def test_the_catalogue_has_all_32_and_says_of_each_what_is_left_out_and_why():
    assert [row["id"] for row in ABOUT] == [path.stem for path in PATHS] == [f"R{n:02}" for n in range(1, 33)]
    for row in ABOUT:
        assert row["settings"] and (not row["left_out"]) == (not row["reason_zh"]) == (not row["reason_en"]), row["id"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_rule_set_loads_and_each_of_its_settings_has_a_sentence(path):
    text = path.read_text(encoding="utf-8")
    rules = parse_rules(text)
    plain = plain_rules.read(text)
    assert rules.name == path.stem
    assert parse_rules(text_of(tables_of(text))).canonical == rules.canonical, "the form must keep every setting"
    for language in ("zh", "en"):
        said = feature_sentences(rules, language)
        keys = {key[0] for key in said}
        given = {name for name in SETTINGS if name in plain}
        named = {
            "components": "component",
            "apart": "apart_groups" if rules.features.apart.groups else "apart_channels",
        }
        assert {named.get(name, name) for name in given} <= keys
        assert (plain.get("averaging", {}).get("order") == "indicator") == ("indicator" in keys)
        assert not [sentence for sentence in said.values() if "{" in sentence]


def sentences(language):
    """What the page of rules says of each rule set and of each worked example, and how some of them differ."""
    texts = [path.read_text(encoding="utf-8") for path in PATHS]
    rules = [parse_rules(text) for text in (*texts, *(example["rules"] for example in EXAMPLES.values()))]
    for one in rules:
        yield f"## {language} · {one.name}"
        yield bottom_words(one.bottom, language)
        yield from feature_sentences(one, language).values()
    yield f"## {language} · differences"
    for first, second in pairwise(rules[::4]):
        yield from (
            f"[{first.name}, {second.name}] {d.sentence(language)}" for d in differences(first, second, language)
        )


def test_every_sentence_on_a_rule_set_is_as_it_was(golden):
    lines = [line.rstrip() for language in LANGUAGES for line in sentences(language)]
    golden("rule_sentences.txt", ("\n".join(lines) + "\n").encode())


def score(paths, folder):
    """Import a round for each rule set and compare its scores with what plain Python makes of the same lines."""
    store, expected = Store(folder), {}
    with store.batch():
        for at, path in enumerate(paths):
            text, round_id = path.read_text(encoding="utf-8"), str(2001 + at)
            plain = plain_rules.read(text)
            lines, others = lines_of(plain, path.stem), others_of(plain, path.stem)
            import_round(store, text, lines, others, round_id)
            expected[round_id] = path.stem, plain_rules.official(plain, lines, others)
    store.publish()
    release = store.release()
    for round_id, (name, scores) in expected.items():
        (family,) = families(release.round(round_id))
        found = dict(zip(family.members["unit_code"], family.scores.score, strict=True))
        assert found == pytest.approx({unit: float(score) for unit, score in scores.items()}, abs=1e-9), name
    release.close()


def test_rule_sets_that_use_every_setting_between_them_score_as_written(tmp_path):
    chosen = [path for path in PATHS if path.stem in ("R05", "R12", "R14", "R20", "R21", "R27")]
    score(chosen, tmp_path / "var")


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 32, 4), ids=lambda first: f"{PATHS[first].stem}-{PATHS[first + 3].stem}")
def test_all_32_rule_sets_score_as_written(first, tmp_path):
    score(PATHS[first : first + 4], tmp_path / "var")


def test_the_city_of_128_units_has_38_76_and_14():
    """Its published numbers: the upper two classes rounded down, and the rest in the last."""
    rules = parse_rules((FOLDER / "R19.toml").read_text(encoding="utf-8"))
    shares = [own.share for own in rules.features.classes]
    assert class_sizes(128, shares, rules.features.class_rounding) == [38, 76, None]
    assert class_sizes(128, shares, "nearest") == [38, 77, 13]
    assert class_sizes(128, shares, "largest") == [38, 77, 13]
