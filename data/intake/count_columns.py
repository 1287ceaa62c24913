"""What each column of a counts file is taken for: field, grade, control figure, or not read.

A heading over the grades names the scale (评议等级) unless the rule set lists it as an indicator or several headings
divide the columns. A column of numbers that is none of these would take its votes out of the ranking: it is refused.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from data.intake.claimed_fields import is_one, is_weight
from data.intake.context import Context
from data.intake.contradictions import names_other_round, other_points
from data.intake.control_figures_of_counts import OTHER, kind_of_figure
from data.intake.headers import Header, round_columns
from data.intake.headings import (
    counted_grade,
    counts_votes,
    is_generic,
    is_of_tool,
    is_share,
    measured_in,
    names_in,
    names_part,
    option_scores,
    without_number,
)
from data.intake.meaning import CONTROL, FIELD, GRADE, IGNORED, ColumnMeaning, shortened
from data.intake.profile import ColumnProfile
from data.intake.values import NUMBER, is_totals_row, judge_grade, whole_number
from data.model.names import match_key
from data.model.rule_sets import RuleSet
from problems import Problem

_OF_GROUP = re.compile(r"(?:的?(?:评议|评价|测评|投票))?(?:结果|情况|票数|票)?(?:[(（]票[)）])?$")  # 普通群众评议票数


@dataclass
class CountColumns:
    """Reading of one file. grades: column -> grade; indicators, groups: column -> indicator or group that its heading
    names; figures: column -> kind of control figure; rounds: columns that name the round; ignored: columns that are
    left out, and votes_ignored: what their whole numbers add up to, but for those that survey tools add.
    """

    grades: dict[int, str] = field(default_factory=dict)
    indicators: dict[int, str] = field(default_factory=dict)
    figures: dict[int, str] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)
    rounds: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)
    votes_ignored: int = 0
    meanings: list[ColumnMeaning] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_columns(file: str, header: Header, profile: Mapping[int, ColumnProfile], context: Context) -> CountColumns:
    """Decide on every column that no field claims."""
    assert context.rules is not None, "counts are read under a rule set"
    result = CountColumns()
    long = {"grade_code", "count"} <= set(header.fields)
    result.meanings = [ColumnMeaning(file, header.cells[at], FIELD, name) for name, at in header.fields.items()]
    for column, text in header.other.items():
        _place(result, file, header, column, text, profile[column], context, long=long)
    if context.earlier:  # a heading over grades was an indicator, and what no field claimed was left out
        result.indicators = {c: header.above[c] for c in result.grades if c in header.above}
        result.problems = []
        return result
    result.groups = {} if context.former else _groups(header, result.grades, context.rules)
    named = {column: grade for column, grade in result.grades.items() if column not in result.groups}
    result.indicators = _indicators(header, named, context.rules)
    printed = [(_grade_text(header, c), grade) for c, grade in result.grades.items()]
    result.problems += other_points(file, header.row, printed, context.rules)
    result.problems += _pooled_groups(file, header, result, profile, context)
    result.problems += _lone_heading(file, header, result, profile)
    result.problems += _asked(file, header, result, profile, context.rules)
    result.problems += [
        Problem("wrong_round", "error", file, None, header.row, header.cells[c], text, {"round": context.round_id})
        for c, text in header.above.items()
        if c in result.grades and names_other_round(text, context.round_id)
    ]
    return result


def _place(
    result: CountColumns,
    file: str,
    header: Header,
    column: int,
    text: str,
    profile: ColumnProfile,
    context: Context,
    *,
    long: bool,
) -> None:
    """Give a column the first role that fits."""
    assert context.rules is not None, "counts are read under a rule set"
    cell = header.cells[column]
    over = "" if context.earlier else _grade_above(header, column, context.rules)
    grade = None if long else _grade_of(text, context)
    figure = kind_of_figure(text)
    if over and not long and (counts_votes(text) or is_share(text)):
        grade, figure = (over, "") if counts_votes(text) else (None, OTHER)
    upper = header.above.get(column, "")
    if grade and not context.former and (is_share(upper) or is_totals_row(upper)):
        grade, figure = None, OTHER
    name, measure = ("", "") if context.earlier or grade or figure or long else measured_in(text)
    if measure and grade_of(name, context.rules) is not None:
        figure = OTHER
    mapped = None if context.earlier else context.mapping.get(cell, context.mapping.get(text))
    votes = _total(profile)
    role, means = IGNORED, ""
    if mapped is not None:
        result.ignored.add(column)
    elif column in round_columns("counts", header):
        result.rounds.add(column)
        role, means = FIELD, "round_id"
    elif grade is not None:
        result.grades[column] = grade
        role, means = GRADE, grade
    elif figure:
        result.figures[column] = figure
        role, means = CONTROL, figure
        if measure and not is_share(measure):
            about: dict[str, object] = {"found": measure}
            result.problems.append(Problem("measure_differs", "error", file, None, header.row, cell, cell, about))
    else:
        result.ignored.add(column)
        weighted = is_weight(text) and not context.former
        weights = [value for value in profile.values if weighted and not is_one(value)]
        if weights:
            result.problems.append(Problem("sampling_weight", "error", file, None, header.row, cell, weights[0]))
        elif votes and not weighted and not is_of_tool(text):
            facts = {"votes": votes, "known": [*context.rules.points, *context.rules.unscored]}
            result.problems.append(Problem("votes_not_read", "error", file, None, header.row, cell, cell, facts))
    if role == IGNORED and not is_of_tool(text):
        result.votes_ignored += votes
    result.meanings.append(ColumnMeaning(file, cell, role, means, profile.filled, votes if role == GRADE else 0))


def _grade_above(header: Header, column: int, rules: RuleSet) -> str:
    """Return the grade over a column, where two header rows divide each grade: 满意 over 票数 and 占比."""
    above = header.above.get(column, "")
    return (grade_of(above, rules) or "") if above else ""


def _grade_text(header: Header, column: int) -> str:
    """Return the heading that names the grade of a column: the lower, or the upper over 票数."""
    text = header.other[column]
    return header.above.get(column, text) if counts_votes(text) else text


def _lone_heading(
    file: str, header: Header, result: CountColumns, profile: Mapping[int, ColumnProfile]
) -> list[Problem]:
    """Ask about the only heading over all grades, where it may name a part of the votes and is no indicator."""
    over = {header.above.get(c, "") for c in result.grades if not counts_votes(header.other[c])}
    heading = over.pop() if len(over) == 1 else ""
    if not heading or result.indicators or result.groups or not names_part(heading):
        return []
    votes = sum(_total(profile[c]) for c in result.grades)
    facts = {"columns": [heading], "shown": [heading], "votes": votes}
    return [Problem("confirm_heading", "warning", file, None, header.row, facts=facts)]


def _grade_of(text: str, context: Context) -> str | None:
    assert context.rules is not None, "counts are read under a rule set"
    return judge_grade(text, "", "", context.rules).kept if context.earlier else grade_of(text, context.rules)


def grade_of(text: str, rules: RuleSet) -> str | None:
    """Return the grade that a heading names, also with what is counted behind it (不满意票数), or None."""
    names = [text, counted_grade(text), without_number(text), counted_grade(without_number(text))]
    names += option_scores([names[1]]).values() if rules.numeric else []  # 5分 on a scale of 1 to 5
    return next((kept for name in names if (kept := judge_grade(name, "", "", rules).kept)), None)


def _indicators(header: Header, grades: Mapping[int, str], rules: RuleSet) -> dict[int, str]:
    """Return the indicator over each grade, where the headings over the grades name any."""
    listed = {match_key(name): name for name in rules.indicators or {}}
    over = {c: header.above[c] for c in grades if c in header.above and not counts_votes(header.other[c])}
    named = {
        text: next((listed[match_key(name)] for name in names_in(text) if match_key(name) in listed), "")
        for text in set(over.values())
    }
    others = {text for text, name in named.items() if not name and not is_generic(text)}
    if len(others) > 1 or (others and any(named.values())):
        named |= {text: without_number(text) for text in others}
    return {column: named[text] for column, text in over.items() if named[text]}


def _groups(header: Header, grades: Mapping[int, str], rules: RuleSet) -> dict[int, str]:
    """Return the group over each grade, where every heading over the grades names a group of the rule set."""
    known = {match_key(name): name for name in rules.group_names() or ()}
    over = {column: match_key(_OF_GROUP.sub("", header.above.get(column, ""))) for column in grades}
    is_named = "group_code" not in header.fields and bool(over) and set(over.values()) <= set(known)
    return {column: known[key] for column, key in over.items()} if is_named else {}


def _pooled_groups(
    file: str, header: Header, result: CountColumns, profile: Mapping[int, ColumnProfile], context: Context
) -> list[Problem]:
    """Take headings that repeat all grades for groups, where the rule set lists no groups, and ask about them."""
    assert context.rules is not None, "counts are read under a rule set"
    over = {column: _OF_GROUP.sub("", header.above.get(column, "")) for column in result.grades}
    names = list(dict.fromkeys(over.values()))
    shared = all(Counter(over.values())[name] == len(set(result.grades.values())) for name in names)
    if context.former or context.rules.group_names() is not None or "group_code" in header.fields:
        return []
    if result.indicators or len(names) < 2 or "" in names or not shared:
        return []
    result.groups = over
    votes = sum(_total(profile[column]) for column in over)
    facts = {"columns": names, "shown": shortened(names), "count": len(names), "votes": votes}
    return [Problem("confirm_group_headings", "warning", file, None, header.row, facts=facts)]


def _asked(
    file: str, header: Header, result: CountColumns, profile: Mapping[int, ColumnProfile], rules: RuleSet
) -> list[Problem]:
    """Ask about the headings that are read as indicators and are not those of the rule set."""
    listed = {match_key(name) for name in rules.indicators or {}}
    votes: dict[str, int] = {}
    for column, name in result.indicators.items():
        if match_key(name) not in listed:
            votes[name] = votes.get(name, 0) + _total(profile[column])
    if not votes:
        return []
    facts = {"columns": list(votes), "shown": list(votes), "count": len(votes), "votes": sum(votes.values())}
    return [Problem("confirm_indicators", "warning", file, None, header.row, facts=facts)]


def _total(profile: ColumnProfile) -> int:
    """Return what the numbers of a column add up to."""
    whole = {value: whole_number(value) for value in profile.values}
    numbers = {value: round(float(value)) for value, n in whole.items() if n is None and NUMBER.fullmatch(value)}
    return sum((numbers.get(value, 0) if (n := whole[value]) is None else n) * c for value, c in profile.values.items())


def with_columns(header: Header, columns: CountColumns) -> Header:
    """Return the header with the columns of grades alone, each under the indicator that its heading names."""
    other = {column: text for column, text in header.other.items() if column in columns.grades}
    return replace(header, other=other, above=columns.indicators)
