"""Tables of one unit each: its name is the name of the sheet, or in the title above the header, or in the file's
name, and no column names it; and tables of one evaluator group each, named likewise.

Such a table gets a last column with the unit or group, so that every later step reads an ordinary table. A person
confirms them by name before anything is stored.
"""

import csv
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from data.intake.byte_scan import scan
from data.intake.headers import Header, first_records
from data.intake.headings import unit_named, without_number
from data.intake.meaning import shortened
from data.intake.refusal import FileRefusedError
from data.intake.source import TextTable, open_source
from data.intake.table import is_note
from data.intake.values import is_totals_row, is_totals_unit
from data.model.contract import header_of
from data.model.name_proposals import proposals
from data.model.names import match_key, tidy
from data.model.notes_sheet import NOTES_TITLES
from data.model.register import Register
from problems import Problem

KINDS = ("ballots", "counts")
OF_SHEET = " · "  # between the name of a workbook and that of its sheet
BY_SHEETS = ("confirm_sheets", "confirm_groups")  # questions about tables that are read so
FEWEST_SHEETS = 2  # without a register, a lone sheet may have any name
_NO_UNIT = re.compile(
    r"(?:sheet|工作表|表格?|table|页|第?[一二三四五六七八九十\d]+(?:月|季度|批|轮|页)?)\d*(?:[(]\d+[)])?"
)
_NOTES = re.compile(
    r".*(?:说明|须知|备注|注释|目录|封面|代码表|字典|口径|模板|样表|示例)|notes?|readme|instructions?|cover|index"
)
# The unit that filled in the table is not the unit assessed.
_MAKER = re.compile(r"(?:填报|填表|制表|报送|上报|统计|主办|组织|承办|监制|汇总)(?:单位|部门|机关|人)[:].*")
_BEFORE = r"(?:^|[年度次轮批:、,)】\]—\-_对为]|单位|对象|部门)"
_AFTER = (
    r"(?=$|20\d\d|[\d(【\[第、,:—\-_]|年|民主|群众|公众|社会|测评|评议|评价|考评|满意|得票|投票|票|统计|汇总|工作|作风|服务"
    r"|政风|行风|效能|领导班子|班子)"
)
# Names of evaluator groups where the rule set lists none.
_GROUP = re.compile(
    r".*(?:群众|代表|对象|主体|委员|干部|职工|企业|居民|村民|市民|党员|监督员|互评|自评|民调|窗口|领导|班子成员|上级|下级|同级|机关|基层|社会各界).*"
)
_OCCASION = re.compile(r"群众(?:民主|公开|满意度?|网上|网络)*(?:评议|测评|评价|评)")
HeaderOf = Callable[[TextTable], Header]


@dataclass(frozen=True)
class Named:
    """Unit that a place names. place: the words there; unit: its spelling; code: in the register."""

    place: str
    unit: str
    code: str


@dataclass
class UnitSheets:
    """Reader of tables without a column of units. header_of: the header that a table has as it is.

    groups: the evaluator groups of the rules, None where they list none. former: the files were stored before the rest
    of a workbook was searched for personal data.
    """

    kind: str
    register: Register | None
    header_of: HeaderOf
    asked: list[Named] = field(default_factory=list)
    groups: Sequence[str] | None = None
    former: bool = False
    by_group: list[tuple[str, str]] = field(default_factory=list)

    def open(
        self, source: Path | tuple[str, bytes], name: str, workdir: Path, words: frozenset[str], sheet: str
    ) -> list[TextTable]:
        """Return the file's table, or the tables of all its sheets where each is one unit. Raises FileRefusedError."""
        try:
            text = open_source(source, workdir, words, sheet, again=self.former)
            first, refusal = [replace(text, name=name)], None
            problems = first[0].warnings
        except FileRefusedError as error:
            first, refusal = [], error
            problems = error.problems
        names = _several(problems)
        if names:
            sheets = [_Sheet(each, *self._sheet(source, name, workdir / str(n), words, each)) for n, each in names]
            found = self._of_workbook(name, sheets) or self._of_groups(name, sheets)
            if found is not None:
                hidden = [problem for problem in problems if problem.code == "hidden_sheet"]
                return [replace(found[0], warnings=[*hidden, *found[0].warnings]), *found[1:]]
        if refusal is not None:
            raise refusal
        return [self._alone(first[0])]

    def _sheet(
        self, source: Path | tuple[str, bytes], name: str, workdir: Path, words: frozenset[str], sheet: str
    ) -> tuple[TextTable | None, Header | None, list[Problem]]:
        """Return a sheet as a table with its header, or why it is none."""
        workdir.mkdir()
        try:
            text = open_source(source, workdir, words, sheet, again=True)
            text = replace(text, name=f"{name}{OF_SHEET}{sheet}")
        except FileRefusedError as refusal:
            return None, None, [replace(p, sheet=sheet) for p in refusal.problems if p.code != "hidden_sheet"]
        header = self.header_of(text)
        faults = [replace(p, sheet=sheet) for p in header.problems if p.code in ("no_header", "glued_units")]
        return text, None if faults else header, faults

    # --- several sheets ----------------------------------------------------------------------------------------------

    def _of_workbook(self, name: str, sheets: Sequence["_Sheet"]) -> list[TextTable] | None:
        """Return the tables of the sheets, None where the sheets are not units; refuse sheets that do not fit."""
        aside = [sheet for sheet in sheets if not self._is_unit(sheet.name) and _is_aside(sheet)]
        rest = [sheet for sheet in sheets if sheet not in aside]
        tables = [sheet for sheet in rest if sheet.text and sheet.header]
        if not tables or not self._are_units(rest, tables):
            return None
        empty = [sheet for sheet in rest if sheet.is_empty]
        problems = [p for sheet in rest if not sheet.is_empty for p in sheet.faults]
        problems += _unlike(tables)
        named: list[tuple[TextTable, Named]] = []
        for sheet in tables:
            assert sheet.text and sheet.header, "sheets without a header are no tables"
            unit, faults = self._named(sheet.text, sheet.header, alone=False)
            named += [(sheet.text, unit)] if unit else []
            problems += faults or ([] if unit else [self._unknown(sheet)])
        left_out = [sheet.name for sheet in sheets if sheet in aside or sheet in empty]
        if left_out:
            problems.append(Problem("sheets_aside", "warning", name, facts={"sheets": left_out}))
        if any(problem.level == "error" for problem in problems):
            raise FileRefusedError(problems)
        found = [self._with_unit(text, unit) for text, unit in named]
        return [replace(found[0], warnings=[*problems, *found[0].warnings]), *found[1:]]

    def _of_groups(self, name: str, sheets: Sequence["_Sheet"]) -> list[TextTable] | None:
        """Return the tables of the sheets where each is named by an evaluator group, which no column names."""
        rest = [sheet for sheet in sheets if self._group(sheet.name) or not _is_aside(sheet)]
        tables = [sheet for sheet in rest if sheet.text and sheet.header]
        named = [group for sheet in tables if (group := self._group(sheet.name))]
        if len(named) < FEWEST_SHEETS or len(named) < len(rest) or any(map(_names_group, tables)):
            return None
        problems = _unlike(tables)
        aside = [sheet.name for sheet in sheets if sheet not in rest]
        if aside:
            problems.append(Problem("sheets_aside", "warning", name, facts={"sheets": aside}))
        if any(problem.level == "error" for problem in problems):
            raise FileRefusedError(problems)
        texts = [sheet.text for sheet in tables if sheet.text]
        found = [self._with_column(text, "group_code", group) for text, group in zip(texts, named, strict=True)]
        self.by_group += [(sheet.name, group) for sheet, group in zip(tables, named, strict=True)]
        return [replace(found[0], warnings=[*problems, *found[0].warnings]), *found[1:]]

    def _group(self, sheet: str) -> str:
        """Return the evaluator group that the name of a sheet is, or ''."""
        key = match_key(without_number(tidy(sheet)))
        if self.groups is None:
            return without_number(tidy(sheet)) if _GROUP.fullmatch(key) else ""
        return next((group for group in self.groups if match_key(group) == key), "")

    def _are_units(self, rest: Sequence["_Sheet"], tables: Sequence["_Sheet"]) -> bool:
        """Return whether sheets are units: the first names none in a column, and the register knows a sheet's name;
        without a register, several sheets with the same header and distinctive names.
        """
        first = tables[0].header
        assert first is not None, "sheets without a header are no tables"
        if self._names_units(first):
            return False
        if self.register is not None:
            return any(self._is_unit(sheet.name) for sheet in rest) or any(
                sheet.text and sheet.header and self._in_title(sheet.text, sheet.header) for sheet in tables
            )
        own = [sheet for sheet in tables if not _NO_UNIT.fullmatch(match_key(sheet.name))]
        return len(own) == len(tables) >= FEWEST_SHEETS and not _unlike(tables)

    def _is_unit(self, text: str) -> bool:
        return self.register is not None and self._by_name(text) is not None

    def _unknown(self, sheet: "_Sheet") -> Problem:
        close = proposals(sheet.name, self.register) if self.register else []
        return Problem("unknown_unit", sheet=sheet.name, value=sheet.name, facts={"close": close})

    # --- a table -----------------------------------------------------------------------------------------------------

    def _alone(self, text: TextTable) -> TextTable:
        """Return the only table of a file, with the unit and the group that its sheet, title or file names."""
        return self._of_one_group(self._of_one_unit(text))

    def _of_one_unit(self, text: TextTable) -> TextTable:
        header = self.header_of(text)
        if self.register is None or not header.named or self._names_units(header):
            return text
        unit, faults = self._named(text, header, alone=True)
        if faults:
            return replace(text, warnings=[*text.warnings, *faults])
        return self._with_unit(text, unit) if unit else text

    def _of_one_group(self, text: TextTable) -> TextTable:
        header = self.header_of(text)
        if not self.groups or not header.named or "group_code" in header.fields:
            return text
        records = first_records(text.path, text.delimiter)
        keys = {match_key(group) for group in self.groups}
        if any(key in match_key(cell) for cell in (*header.cells, *header.above.values()) for key in keys):
            return text  # headings over the grades name groups
        if any(match_key(cell) in keys for record in records[header.row :] for cell in record):
            return text  # a column does, under another heading
        titles = [cell.strip() for record in records[: header.named[0] - 1] for cell in record if cell.strip()]
        found = {group: place for place in (text.name, *titles, text.sheet or "") for group in self._groups_in(place)}
        if len(found) != 1:
            return text
        ((group, place),) = found.items()
        whole = self._with_column(text, "group_code", group)
        if whole is not text:
            self.by_group.append((place, group))
        return whole

    def _groups_in(self, place: str) -> list[str]:
        """Return the evaluator groups that a title or a name names; 群众 in 群众评议 is none."""
        key = match_key(place)
        keys = {match_key(group): group for group in self.groups or ()}
        longest = re.compile("|".join(map(re.escape, sorted(keys, key=len, reverse=True))))
        occasions = [occasion.span() for occasion in _OCCASION.finditer(key)]
        named = [name for name in longest.finditer(key) if not any(s <= name.start() < e for s, e in occasions)]
        return [keys[name[0]] for name in named]

    def _names_units(self, header: Header) -> bool:
        """Return whether a table says itself which unit a line is about: in a column, or in headings over columns."""
        if "unit_code" in header.fields:
            return True
        codes = self.register.codes() if self.register else {}
        heads = [*header.other.values(), *header.above.values()]
        return self.kind == "ballots" and any(unit_named(text, codes) for text in heads)

    def _named(self, text: TextTable, header: Header, *, alone: bool) -> tuple[Named | None, list[Problem]]:
        """Return the unit that a table is about; a sheet and a title that name two units are refused."""
        by_sheet = self._by_name(text.sheet) if text.sheet else None
        by_title = self._in_title(text, header)
        if by_sheet and by_title and by_sheet.code != by_title.code:
            facts = {"first": by_sheet.place, "second": by_title.place}
            return None, [Problem("unit_named_twice", "error", text.name, text.sheet, facts=facts)]
        return by_sheet or by_title or (self._by_file(text) if alone else None), []

    def _by_name(self, sheet: str) -> Named | None:
        """Return the unit that the name of a sheet is; without a register it is taken as it is."""
        if self.register is None:
            return Named(sheet, without_number(tidy(sheet)), "")
        plain = re.sub(r"^\d{1,3}(?=[^\d])", "", sheet.strip())
        found = unit_named(sheet, self.register.codes()) or unit_named(plain, self.register.codes())
        return Named(sheet, *found) if found else self._inside(sheet)

    def _by_file(self, text: TextTable) -> Named | None:
        if self.register is None:
            return None
        stem = re.sub(r"(?:\.(?:csv|txt|tsv|gz|xlsx|xls|ods))+$", "", text.name, flags=re.IGNORECASE)
        found = unit_named(stem, self._names())
        return Named(text.name, *found) if found else self._inside(stem, text.name)

    def _in_title(self, text: TextTable, header: Header) -> Named | None:
        """Return the only unit that the rows above the header name."""
        records = first_records(text.path, text.delimiter)[: header.named[0] - 1] if header.named else []
        cells = dict.fromkeys(cell.strip() for record in records for cell in record if cell.strip())
        found = [named for cell in cells if (named := self._inside(cell))]
        return found[0] if len({named.code for named in found}) == 1 else None

    def _names(self) -> dict[str, str]:
        """Return the match keys of names: a code such as 1 or 2025 is no name inside a text."""
        units = self.register.units if self.register else ()
        return {match_key(t): unit.unit_code for unit in units for t in (unit.unit_name, unit.short_name) if t}

    def _inside(self, text: str, place: str = "") -> Named | None:
        """Return the only unit that a title names: 2025年市财政局民主测评表; 市公安局交警支队测评表 is not 市公安局."""
        key = _MAKER.sub("", match_key(text))
        names = self._names()
        spans = [
            (match.end(1), -match.start(1), name)
            for name in names
            for match in re.finditer(f"{_BEFORE}({re.escape(name)}){_AFTER}", key)
        ]
        whole = [s for s in spans if not any(o != s and -o[1] <= -s[1] and s[0] <= o[0] for o in spans)]
        found = {names[name]: name for _, _, name in whole}
        return (
            next(Named(place or text.strip(), name, code) for code, name in found.items()) if len(found) == 1 else None
        )

    def _with_unit(self, text: TextTable, named: Named) -> TextTable:
        """Return the table with a last column that names the unit."""
        whole = self._with_column(text, "unit_code", named.unit)
        if whole is not text:
            self.asked.append(named)
        return whole

    def _with_column(self, text: TextTable, name: str, value: str) -> TextTable:
        """Return the table with a last column of one value in each row, apart from sums and remarks."""
        header = self.header_of(text)
        title = header_of(self.kind, name)
        title = name if title in header.cells else title
        target = text.path.with_name(f"{text.path.name}.{name}")
        try:
            _append(text, header, target, title, value)
        except csv.Error:  # a quotation mark that is never closed: the reader of the table reports it
            return text
        seen = scan(target)
        return replace(
            text,
            path=target,
            newline_count=seen.line_feeds,
            has_quotes=seen.has_quotes,
            has_cr_only=False,
            skip_bytes=0,
            has_our_line_ends=True,
        )

    def question(self) -> list[Problem]:
        """Return what a person must confirm: the units or groups and where their names stand."""
        groups = [f"{sheet}={group}" for sheet, group in self.by_group]
        if groups:
            names = [
                group if match_key(group) == match_key(place) else f"{place} → {group}"
                for place, group in self.by_group
            ]
            about: dict[str, object] = {"columns": groups, "shown": shortened(names), "count": len(names)}
            return [*self._of_units(), Problem("confirm_groups", "warning", facts=about)]
        return self._of_units()

    def _of_units(self) -> list[Problem]:
        if not self.asked:
            return []
        pairs = {named.place: self._shown(named) for named in self.asked}
        names = [unit if match_key(unit) == match_key(place) else f"{place} → {unit}" for place, unit in pairs.items()]
        columns = [f"{place}={unit}" for place, unit in pairs.items()]
        facts = {"columns": columns, "shown": shortened(names), "count": len(set(pairs.values()))}
        return [Problem("confirm_sheets", "warning", facts=facts)]

    def _shown(self, named: Named) -> str:
        return self.register.name_of(named.code) if self.register else named.unit


@dataclass(frozen=True)
class _Sheet:
    """Sheet of a workbook: its table and header, or why it has none."""

    name: str
    text: TextTable | None
    header: Header | None
    faults: list[Problem]

    @property
    def is_empty(self) -> bool:
        """Return whether the sheet has no rows below its first."""
        return any(problem.code in ("empty_file", "header_only") for problem in self.faults)


def _several(problems: Iterable[Problem]) -> list[tuple[int, str]]:
    """Return the sheets of a workbook that has several."""
    sheets = next((p.facts["sheets"] for p in problems if p.code == "several_sheets"), [])
    return list(enumerate(map(str, sheets))) if isinstance(sheets, list) else []


def _is_aside(sheet: _Sheet) -> bool:
    """Return whether a sheet is no table of a unit: without a header, empty, notes, or all units together."""
    key = match_key(sheet.name)
    return sheet.header is None or bool(_NOTES.fullmatch(key)) or _is_sum(key) or sheet.name in NOTES_TITLES.values()


def _names_group(sheet: _Sheet) -> bool:
    """Return whether a column names the evaluator group, or no column names a unit."""
    fields = sheet.header.fields if sheet.header else {}
    return "group_code" in fields or "unit_code" not in fields


def _is_sum(key: str) -> bool:
    bare = re.sub(r"(?:统计|汇总)?表$", "", key)
    return is_totals_unit(bare or key) or bare in ("总", "") or key.endswith("汇总表")


def _unlike(tables: Sequence[_Sheet]) -> list[Problem]:
    """Refuse sheets whose columns are not those of the first."""
    first = tables[0]
    expected = _columns(first)
    return [
        Problem(
            "sheet_header_differs",
            "error",
            sheet.text.name if sheet.text else None,
            sheet.name,
            facts={"other": first.name, "found": _columns(sheet), "expected": expected},
        )
        for sheet in tables[1:]
        if _keys(_columns(sheet)) != _keys(expected)
    ]


def _columns(sheet: _Sheet) -> list[str]:
    return [cell for cell in sheet.header.cells if cell] if sheet.header else []


def _keys(cells: Collection[str]) -> list[str]:
    return sorted(map(match_key, cells))


def _append(text: TextTable, header: Header, target: Path, title: str, unit: str) -> None:
    """Write the table with one more cell in each row; a row of another width is left unchanged for a later message."""
    width = len(header.cells)
    with (
        text.path.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        writer = csv.writer(out, lineterminator="\n", delimiter=text.delimiter)
        for row, record in enumerate(csv.reader(source, delimiter=text.delimiter, strict=True), start=1):
            if row in header.named:
                record += [""] * (width - len(record)) + [title]
            elif row <= header.row:
                record += [""] * (len(record) == width)
            elif len(record) == width:
                record.append(unit if _is_about_unit(record) else "")
            writer.writerow(record)


def _is_about_unit(record: list[str]) -> bool:
    first = next((cell for cell in record if cell.strip()), "")
    return bool(first) and not is_totals_row(first) and not is_note(record)
