"""Rows of measures, periods, and settings whose faults come all at once."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pandas as pd
import pytest

from i18n import ROOT
from schemes.frame import BEGUN, NOT_BEGUN, Measure, Period, counts, days, measure_rows, numbers, setting, shares
from schemes.rules import InvalidSettingsError, default_rules, read_rules
from tests.support.schemes import asked, complete, frame


@dataclass(frozen=True)
class Toy:
    days: int = setting(7, low=1, high=60)
    line: Fraction = setting(Fraction(2, 3), low=Fraction(0), high=Fraction(1))
    level: float = setting(0.95, low=0.5, high=0.99)
    roll: bool = True
    kind: str = setting("a", choices=("a", "b"))
    roles: tuple[str, ...] = ("x",)


VISITS = frame("unit_code,day,met", "A,2026-01-05,", "B,2026-01-06,1", "A,2026-03-07,1", "A,2025-12-31,1")


def _within(frames, question):
    return frames["visit"][question.period.holds(days(frames["visit"], "day"))]


def _count(frames, question, settings):
    return counts(_within(frames, question), question)


def _share(frames, question, settings):
    rows = _within(frames, question)
    return shares(rows, question, numbers(rows, "met") > 0)


TOYS = (
    Measure("visits", "visits", "visits", ("unit", "month", "quarter"), _count, ("visit",)),
    Measure("met", "share", "visits", ("unit", "month"), _share, ("visit",), good="high"),
)


def test_every_row_says_of_what_of_when_and_under_which_settings():
    for by in ("all", "unit", "month", "quarter"):
        complete(measure_rows("toy", TOYS, {"visit": VISITS}, asked(by=by), Toy()))
    by_unit = measure_rows("toy", TOYS, {"visit": VISITS}, asked(by="unit"), Toy())
    assert by_unit[["measure", "key", "value", "n"]].values.tolist() == [
        ["visits", "A", 2, 2],
        ["visits", "B", 1, 1],
        ["met", "A", 0.5, 2],
        ["met", "B", 1.0, 1],
    ]


def test_months_that_have_not_begun_are_blank_and_an_empty_base_has_no_share():
    rows = measure_rows("toy", TOYS, {"visit": VISITS}, asked(as_of="2026-03-31", by="month"), Toy())
    visits = rows[rows["measure"] == "visits"]
    assert visits["key"].tolist() == ["2026-01", "2026-02", "2026-03"] and visits["value"].tolist() == [2, 0, 1]
    february = rows[(rows["measure"] == "met") & (rows["key"] == "2026-02")].iloc[0]
    assert (february["value"], february["verdict"], february["reason"]) == (None, "not_tested", "empty_base")
    assert (february["period_from"], february["period_to"], february["by"]) == ("2026-02-01", "2026-02-28", "month")


def test_a_table_that_never_came_is_not_zero():
    rows = complete(measure_rows("toy", TOYS, {}, asked(), Toy()))
    assert rows["value"].tolist() == [None, None] and set(rows["reason"]) == {"no_records"}
    assert len(measure_rows("toy", TOYS, {"visit": VISITS}, asked(by="place"), Toy())) == 0


def test_a_period_before_the_first_row_of_all_tables_is_not_zero():
    """Narrowing to a unit keeps the first day of the table: unit B has no visit in January 2025, the table has."""
    visits = VISITS.copy()
    visits.attrs[BEGUN] = pd.Timestamp("2025-12-31")
    early = measure_rows("toy", TOYS, {"visit": visits}, asked("2025-11"), Toy())
    assert early["value"].tolist() == [None, None] and set(early["reason"]) == {NOT_BEGUN}
    narrowed = measure_rows("toy", TOYS, {"visit": visits[visits["unit_code"] == "B"]}, asked("2025-12"), Toy())
    assert narrowed["value"].tolist() == [0, None] and narrowed["reason"].tolist() == [None, "empty_base"]


def test_periods():
    assert Period.of("2024-02").last == date(2024, 2, 29) and Period.of("2026Q4").first == date(2026, 10, 1)
    assert [name for name, _ in Period(date(2025, 12, 5), date(2026, 1, 2)).parts("month")] == ["2025-12", "2026-01"]
    assert [name for name, _ in Period.of("2026").parts("quarter")] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    for wrong in ("2026-13", "2026Q5", "26", "2026-3"):
        with pytest.raises(ValueError, match="period"):
            Period.of(wrong)
    text = pd.DataFrame({"day": ["2026-02-11 20:15", date(2026, 2, 11), None]})
    assert days(text, "day").dt.strftime("%F").tolist()[:2] == ["2026-02-11"] * 2


def refusal(text, defaults=None):
    with pytest.raises(InvalidSettingsError) as refused:
        read_rules(text, defaults or Toy())
    return {(problem.code, problem.facts.get("key")) for problem in refused.value.problems}


REASON = 'why = "w"\nsource = "s"\n'


def test_settings_are_read_with_their_reasons():
    text = f'name = "t"\n[days]\nvalue = 5\n{REASON}[line]\nvalue = "3/4"\n{REASON}[roles]\nvalue = ["y"]\n{REASON}'
    rules = read_rules(text, Toy())
    assert (rules.name, rules.settings) == ("t", Toy(days=5, line=Fraction(3, 4), roles=("y",)))
    assert rules.why == {"days": "w", "line": "w", "roles": "w"} and rules.source["line"] == "s"


def test_faults_of_settings_come_all_at_once():
    assert refusal('days = 0\nline = "2/0"\nyears = 3\n') == {
        ("rules_setting_missing", "name"),
        ("rules_unknown_key", "years"),
        *(("rules_setting_missing", f"{key}.{part}") for key in ("days", "line") for part in ("why", "source")),
        ("rules_out_of_range", "days"),
        ("rules_setting_type", "line"),
    }
    sections = {"days": "0", "kind": '"c"', "roll": "1", "level": '"x"', "roles": '"x"', "line": '"5/4"'}
    text = 'name = "t"\n' + "".join(f"[{key}]\nvalue = {value}\n{REASON}" for key, value in sections.items())
    assert refusal(text) == {
        *(("rules_out_of_range", key) for key in ("days", "line")),
        *(("rules_setting_type", key) for key in ("roll", "level", "roles")),
        ("rules_not_one_of", "kind"),
    }
    assert refusal(f'name = "t"\n[days]\nvalu = 3\n{REASON}') == {
        ("rules_unknown_key", "days.valu"),
        ("rules_setting_missing", "days.value"),
    }
    assert refusal("days = ") == {("rules_settings_not_toml", None)}


def test_the_settings_of_every_scheme_can_be_read_and_are_the_defaults():
    """A default in the code that the file does not name would have no reason."""
    for folder in sorted(path.parent.name for path in (ROOT / "schemes").glob("*/rules.toml")):
        module = __import__(f"schemes.{folder}.measures", fromlist=["Settings"])
        rules = default_rules(folder, module.Settings())
        assert rules.settings == module.Settings(), folder
        assert set(rules.why) == set(rules.source) == set(module.Settings.__dataclass_fields__), folder


def test_every_word_of_a_measure_has_its_sentence():
    for folder in sorted(path.parent.name for path in (ROOT / "schemes").glob("*/measures.py")):
        module = __import__(f"schemes.{folder}.measures", fromlist=["MEASURES"])
        words = __import__(f"schemes.{folder}.words", fromlist=["MEASURE_WORDS"])
        measures = module.MEASURES
        assert {measure.name for measure in measures} == set(words.MEASURE_WORDS), folder
        assert {text for measure in measures for text in (measure.counts, measure.of_what)} == set(words.COUNT_WORDS), (
            folder
        )
