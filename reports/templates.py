"""Templates of the files that `biaochi import` reads, with the choices of a round and a rule set.

The first sheet holds the header only; the import sets the sheet of notes aside (`data.intake.workbook`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from data.model.contract import KIND_NAMES, REQUIRED, Field, fields
from data.model.field_meanings import meanings
from data.model.notes_sheet import NOTES_TITLES
from data.model.register import Register
from data.model.rule_sets import RuleSet
from data.store import Store
from data.store.rounds import read_register
from data.store.uploads import Upload
from formats.spreadsheet import Cell
from formats.template import DATE, NUMBER, TEXT, Template, TemplateColumn, template_bytes
from i18n import N_, join, translate

# A template asks for what the import reads; the other fields of the contract are for files that have them already.
ASKED = {
    "ballots": (
        *("ballot_id", "group_code", "unit_code", "category", "indicator_code", "grade_code", "score", "validity"),
        *("cast_date", "channel", "site"),
    ),
    "counts": ("unit_code", "group_code", "indicator_code", "grade_code", "count", "category"),
    "units": ("unit_code", "unit_name", "short_name", "roster_no", "category", "participation"),
    "results": ("category", "unit_text", "score_text", "rank_text", "level_text"),
}
CODES = frozenset({("unit_alias", "unit_code"), ("unit_lineage", "to_code")})
YES_NO = ("是", "否")
EXAMPLES = 2
HEADS = (N_("Column"), N_("Required"), N_("Format"), N_("Allowed"), N_("Meaning"), N_("Example 1"), N_("Example 2"))
FORMATS = {
    "text": N_("text"),
    "int": N_("whole number"),
    "decimal": N_("number"),
    "bool": N_("是 (yes) or 否 (no)"),
    "date": N_("date, such as 2025-11-30"),
    "timestamp": N_("time, such as 2025-11-30 09:00"),
    "enum": N_("a word of the list"),
    "list": N_("several words, separated by ;"),
}


@dataclass(frozen=True)
class Choices:
    """What the lists of a template are taken from; a list that nothing gives is left out.

    before : register of the newest earlier round, with which the register of a new round begins.
    """

    register: Register | None = None
    rules: RuleSet | None = None
    round_id: str = ""
    before: Register | None = None
    before_id: str = ""


def choices_of(store: Store, round_id: str = "", rules: str | None = None) -> Choices:
    """Return what the store knows for a round: its register, and the rule set named, in use or alone."""
    stored = store.rule_sets()
    only = stored[0].name if len(stored) == 1 else ""
    name = rules or (store.rules_in_use(round_id) if round_id else "") or only
    uploads = store.uploads_in_force()
    register = read_register(uploads, round_id) if round_id else None
    before_id = earlier_register(uploads, round_id) if register is None else ""
    before = read_register(uploads, before_id) if before_id else None
    return Choices(register, store.rule_set(name) if name else None, round_id, before, before_id)


def earlier_register(uploads: list[Upload], round_id: str) -> str:
    """Return the newest formal round with a register before a round; "" if there is none."""
    return max((u.round_id for u in uploads if u.kind == "units" and not u.trial and u.round_id < round_id), default="")


def template_fields(kind: str, rules: RuleSet | None = None) -> list[Field]:
    """Return the fields that a template asks for: of grades and scores, what the rule set has."""
    asked = ASKED.get(kind)
    unasked = {"round_id"} if kind != "round" else set()
    if rules is not None:
        unasked.add("grade_code" if rules.numeric and kind == "ballots" else "score")
    return [f for f in fields(kind) if f.name not in unasked and (asked is None or f.name in asked)]


def template(kind: str, choices: Choices, language: str) -> bytes:
    """Return the workbook to fill in for one kind of file."""
    asked = template_fields(kind, choices.rules)
    columns = [_column(kind, field, choices, language) for field in asked]
    title = translate(KIND_NAMES[kind], language)
    return template_bytes(
        Template(
            title,
            NOTES_TITLES[language],
            columns,
            _about(kind, choices, language),
            [[translate(head, language) for head in HEADS], *(_note(kind, f, choices, language) for f in asked)],
            translate(N_("Choose from the list; the sheet of notes says what is allowed."), language),
            translate(N_("List: {column}"), language),
            _begun(kind, asked, choices),
        )
    )


def _begun(kind: str, asked: list[Field], choices: Choices) -> list[list[Cell]]:
    """Return the units of the round before for the register of a new round; nothing for other files.

    Merged units are left out. Each round decides again who is exempt or suspended, so all others take part.
    """
    if kind != "units" or choices.before is None:
        return []
    units = [unit for unit in choices.before.units if unit.participation != "merged"]
    return [["参评" if f.name == "participation" else getattr(unit, f.name) for f in asked] for unit in units]


def example_rows(kind: str, choices: Choices, language: str) -> list[list[str]]:
    """Return the examples as rows under the template's header."""
    asked = template_fields(kind, choices.rules)
    rows = [[_example(kind, field, choices, number) for field in asked] for number in range(EXAMPLES)]
    return [row for row in rows if any(row)]


def _about(kind: str, choices: Choices, language: str) -> list[str]:
    title = translate(KIND_NAMES[kind], language)
    lines = [
        translate(N_("Notes on the template: {title}"), language).format(title=title),
        translate(
            N_("Fill in the first sheet, a row for each record, and import the file. This sheet is not read."), language
        ),
        translate(N_("The examples below are invented; do not copy them."), language),
        translate(N_("A file must not identify a person: no names, telephone or identity numbers."), language),
    ]
    if choices.round_id:
        lines.append(translate(N_("Round: {round}"), language).format(round=choices.round_id))
    if kind == "units" and choices.before is not None:
        advice = N_("The first sheet begins with the units of the round {round}. Change what is different now.")
        lines.append(translate(advice, language).format(round=choices.before_id))
    if choices.rules is not None:
        lines.append(translate(N_("Rule set: {name}"), language).format(name=choices.rules.name))
    return lines


def _header(field: Field, language: str) -> str:
    return field.header if language == "zh" else field.name


def _column(kind: str, field: Field, choices: Choices, language: str) -> TemplateColumn:
    listed = _choices(kind, field, choices)
    form = DATE if field.type == "date" else NUMBER if field.type in ("int", "decimal") else TEXT
    return TemplateColumn(_header(field, language), form, listed, _is_closed(field), _span(kind, field, choices))


def _is_closed(field: Field) -> bool:
    """Return whether only the listed words are read; a unit may also be named by its short name or code."""
    return field.type in ("enum", "bool") or field.name in ("grade_code", "indicator_code", "group_code")


def _span(kind: str, field: Field, choices: Choices) -> tuple[float, float] | None:
    numeric = choices.rules.numeric if choices.rules else None
    if kind == "ballots" and field.name == "score" and numeric:
        return numeric.low / 100, numeric.high / 100
    return (float(field.low or 0), float(field.high)) if field.high is not None else None


def _choices(kind: str, field: Field, choices: Choices) -> tuple[str, ...]:
    """Return the words of a list: of the register, the rule set or the contract."""
    if field.type == "bool":
        return YES_NO
    if field.choices:
        return field.choices
    taken = _LISTS.get(field.name)
    return tuple(dict.fromkeys(filter(None, taken(kind, choices)))) if taken else ()


def _units(kind: str, choices: Choices) -> list[str]:
    units = choices.register.units if choices.register else ()
    name = "unit_code" if (kind, "unit_code") in CODES else "unit_name"
    return [str(getattr(unit, name)) for unit in units] if kind != "units" else []


def _codes(kind: str, choices: Choices) -> list[str]:
    return [unit.unit_code for unit in choices.register.units] if choices.register else []


def _categories(kind: str, choices: Choices) -> list[str]:
    return [unit.category for unit in choices.register.units] if choices.register else []


def _groups(kind: str, choices: Choices) -> list[str]:
    names = choices.rules.group_names() if choices.rules else None
    return list(names or ()) if kind != "evaluator_group" else []


def _grades(kind: str, choices: Choices) -> list[str]:
    return [*choices.rules.points, *choices.rules.unscored] if choices.rules else []


def _indicators(kind: str, choices: Choices) -> list[str]:
    return list(choices.rules.indicators or ["总体评价"]) if choices.rules else []


_LISTS: Mapping[str, Callable[[str, Choices], list[str]]] = {
    "unit_code": _units,
    "to_code": _codes,
    "category": _categories,
    "group_code": _groups,
    "grade_code": _grades,
    "indicator_code": _indicators,
}


def _note(kind: str, field: Field, choices: Choices, language: str) -> list[str]:
    meaning = meanings(kind)[field.name]
    required = translate(N_("yes"), language) if field.name in REQUIRED[kind] else ""
    form = translate(FORMATS[field.type], language)
    examples = [_example(kind, field, choices, number) for number in range(EXAMPLES)]
    words = (_header(field, language), required, form, _allowed(kind, field, choices, language))
    return [*words, meaning.text(language), *examples]


def _allowed(kind: str, field: Field, choices: Choices, language: str) -> str:
    listed = _choices(kind, field, choices)
    span = _span(kind, field, choices)
    if span:
        return translate(N_("{low} to {high}"), language).format(low=f"{span[0]:g}", high=f"{span[1]:g}")
    if field.low is not None:
        return translate(N_("at least {low}"), language).format(low=field.low)
    return join(listed, language)


def _example(kind: str, field: Field, choices: Choices, number: int) -> str:
    """Return an example that the import takes: a word of the list where only those are read, else an invented word.

    A ballot has a grade or a score; without a rule set the examples are of grades.
    """
    if kind == "ballots" and field.name == "score" and choices.rules is None:
        return ""
    invented = meanings(kind)[field.name].examples[number]
    listed = _choices(kind, field, choices)
    if not listed or invented in listed or not invented:
        return invented
    return listed[min(number, len(listed) - 1)]
