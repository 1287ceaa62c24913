"""Harmless disguises of a ballots file: the same votes as offices and survey tools would hand them in.

A sheet is a list of rows. Every disguise is a function of a sheet and a random generator; the last step writes bytes.
"""

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import xlsxwriter

from tests.support.cases import ods

Sheet: TypeAlias = list[list[str]]
HEAD = ["票号", "评议主体", "参评单位", "测评指标", "评价"]
UNITS = {"市财政局": "财政局", "市教育局": "教育局", "市水务局": "水务局", "市公安局": "公安局"}
GROUPS = ["普通群众", "服务对象"]
GRADES = ["满意", "基本满意", "不满意", "不了解", "弃权"]
SYNONYMS = {
    "票号": ["选票编号", "问卷编号", "ballot_id"],
    "参评单位": ["单位", "部门", "被评单位"],
    "评价": ["等级", "评价等级"],
}
NUMBERS = ("票号", *SYNONYMS["票号"])


@dataclass(frozen=True)
class Votes:
    """What a file says: grade of each ballot (with its group), unit and indicator."""

    groups: dict[str, str]
    grades: dict[tuple[str, str, str], str]
    indicators: list[str]

    @classmethod
    def drawn(cls, random: Random) -> "Votes":
        ballots = {f"B{n:03d}": random.choice(GROUPS) for n in range(1, random.randint(3, 9))}
        indicators = random.choice([["总体评价"], ["服务态度"], ["服务态度", "办事效率"]])
        units = random.sample(sorted(UNITS), random.randint(3, 4))
        return cls(
            ballots,
            {(b, u, i): random.choice(GRADES) for b in ballots for u in units for i in indicators},
            indicators,
        )

    def units(self) -> list[str]:
        return list(dict.fromkeys(unit for _, unit, _ in self.grades))


def long(votes: Votes) -> Sheet:
    return [HEAD, *([b, votes.groups[b], u, i, grade] for (b, u, i), grade in votes.grades.items())]


def wide(votes: Votes) -> Sheet:
    rows = dict.fromkeys((b, u) for b, u, _ in votes.grades)
    head = [*HEAD[:3], *votes.indicators]
    return [head, *([b, votes.groups[b], u, *(votes.grades[b, u, i] for i in votes.indicators)] for b, u in rows)]


def ticked(votes: Votes) -> Sheet:
    """One indicator, a column a grade, and a tick in one of them."""
    if votes.indicators != ["总体评价"]:
        return wide(votes)
    rows = [
        [b, votes.groups[b], u, *("√" if g == grade else "" for g in GRADES)]
        for (b, u, _), grade in votes.grades.items()
    ]
    return [[*HEAD[:3], "评价等级", *[""] * (len(GRADES) - 1)], ["", "", "", *GRADES], *rows]


def respondents(votes: Votes) -> Sheet:
    """A row a ballot, a column a unit; only where one indicator was asked."""
    if votes.indicators != ["总体评价"]:
        return wide(votes)
    units = votes.units()
    rows = [[b, group, *(votes.grades[b, u, "总体评价"] for u in units)] for b, group in votes.groups.items()]
    return [[*HEAD[:2], *units], *rows]


SHAPES: list[Callable[[Votes], Sheet]] = [long, wide, ticked, respondents]


def column_order(sheet: Sheet, random: Random) -> Sheet:
    if len(sheet) > 1 and not sheet[1][0]:
        return sheet  # a header of two rows is kept together
    order = random.sample(range(len(sheet[0])), len(sheet[0]))
    return [[row[place] for place in order] for row in sheet]


def row_order(sheet: Sheet, random: Random) -> Sheet:
    first = 2 if len(sheet) > 1 and not sheet[1][0] else 1
    return [*sheet[:first], *random.sample(sheet[first:], len(sheet) - first)]


def question_numbers(sheet: Sheet, random: Random) -> Sheet:
    mark = random.choice(["{n}、{text}", "Q{n}. {text}", "({n}) {text}", "{n}.{text}", "第{n}题：{text}"])
    head = [mark.format(n=n, text=text) if text and text not in HEAD else text for n, text in enumerate(sheet[0], 1)]
    return [head, *sheet[1:]] if sheet[1][0] else sheet


def stems(sheet: Sheet, random: Random) -> Sheet:
    mark = random.choice(["2、请对以下单位评价—{}", "请评价 [{}]", "请评价下列单位 - {}"])
    return [[mark.format(text) if text in UNITS else text for text in sheet[0]], *sheet[1:]]


def code_column(sheet: Sheet, random: Random) -> Sheet:
    name = random.choice(["性别", "年龄段", "学历", "所在区县代码"])
    return beside(sheet, name, lambda: random.choice("12345"))


def remark_column(sheet: Sheet, random: Random) -> Sheet:
    return beside(sheet, "意见建议", lambda: random.choice(["", "办事快", "无"]))


def title(sheet: Sheet, random: Random) -> Sheet:
    return [["某市2025年度群众评议票", *[""] * (len(sheet[0]) - 1)], *sheet]


def note_below(sheet: Sheet, random: Random) -> Sheet:
    return [*sheet, ["注：不了解不计分。", *[""] * (len(sheet[0]) - 1)]]


def total_below(sheet: Sheet, random: Random) -> Sheet:
    return [*sheet, ["合计", *[""] * (len(sheet[0]) - 2), str(len(sheet) - 1)]]


def blank_rows(sheet: Sheet, random: Random) -> Sheet:
    return [*sheet, *[[""] * len(sheet[0])] * random.randint(1, 3)]


def synonyms(sheet: Sheet, random: Random) -> Sheet:
    return [[random.choice(SYNONYMS.get(text, [text])) for text in sheet[0]], *sheet[1:]]


def short_names(sheet: Sheet, random: Random) -> Sheet:
    return [[UNITS.get(cell, cell) for cell in row] for row in sheet]


def spaces(sheet: Sheet, random: Random) -> Sheet:
    mark = random.choice(["\u3000", " ", "\u200b"])
    return [sheet[0], *([f"{cell}{mark}" if cell in UNITS else cell for cell in row] for row in sheet[1:])]


def option_letters(sheet: Sheet, random: Random) -> Sheet:
    letters = dict(zip(GRADES, "ABCDE", strict=True))
    return [
        *sheet[:1],
        *([f"{letters[cell]}.{cell}" if cell in letters and row[0] else cell for cell in row] for row in sheet[1:]),
    ]


def option_points(sheet: Sheet, random: Random) -> Sheet:
    points = {"满意": "(100分)", "基本满意": "(60分)", "不满意": "(0分)"}
    return [*sheet[:1], *([cell + points.get(cell, "") if row[0] else cell for cell in row] for row in sheet[1:])]


def empty_column(sheet: Sheet, random: Random) -> Sheet:
    return [[*row, ""] for row in sheet]


def serial_numbers(sheet: Sheet, random: Random) -> Sheet:
    first = head_rows(sheet)
    numbers = ["序号", *[""] * (first - 1), *(str(n) for n in range(1, len(sheet) - first + 1))]
    return [[number, *row] for number, row in zip(numbers, sheet, strict=True)]


def figures(sheet: Sheet, random: Random) -> Sheet:
    """A column of figures about something else, as a sheet prints them: per cent, thousands, days."""
    name, values = random.choice(FIGURES)
    return beside(sheet, name, lambda: random.choice(values))


def full_width(sheet: Sheet, random: Random) -> Sheet:
    """Signs typed with a Chinese keyboard, but in the numbers of ballots, which stay what the office printed."""
    kept = next((at for at, text in enumerate(sheet[0]) if text.endswith(NUMBERS)), -1)
    return [[cell if at == kept else cell.translate(WIDE) for at, cell in enumerate(row)] for row in sheet]


def page_break(sheet: Sheet, random: Random) -> Sheet:
    """The header once more where the next printed page began."""
    first = head_rows(sheet)
    place = random.randint(first, len(sheet))
    return [*sheet[:place], *sheet[:first], *sheet[place:]]


def year_column(sheet: Sheet, random: Random) -> Sheet:
    return beside(sheet, random.choice(["年度", "年份", "批次编号"]), lambda: "2025")


def validity_column(sheet: Sheet, random: Random) -> Sheet:
    return beside(sheet, "是否有效", lambda: random.choice(["有效", "是", ""]))


def two_titles(sheet: Sheet, random: Random) -> Sheet:
    rest = [""] * (len(sheet[0]) - 1)
    return [["某市2025年度群众评议票", *rest], ["填报单位：某市机关工委", *rest], *sheet]


def subtotals(sheet: Sheet, random: Random) -> Sheet:
    """A line of a sum between the rows."""
    place = random.randint(head_rows(sheet), len(sheet))
    return [*sheet[:place], ["小计", *[""] * (len(sheet[0]) - 2), str(place)], *sheet[place:]]


def head_rows(sheet: Sheet) -> int:
    """Return the number of header rows of a sheet without a title."""
    return 2 if len(sheet) > 1 and not sheet[1][0] and any(sheet[1]) else 1


def beside(sheet: Sheet, name: str, value: Callable[[], str]) -> Sheet:
    first = head_rows(sheet)
    head = [name, *[""] * (first - 1)]
    return [[*row, head[at] if at < first else value()] for at, row in enumerate(sheet)]


FIGURES = [
    ("办结率", ["95.0%", "100%", "87.25％"]),
    ("预算金额", ["1,024", "12,345.60", "980"]),
    ("办件平均用时", ["3.5", "4", "2"]),
    ("满意度得分", ["95", "60", "100"]),
    ("回收率", ["0.95", "1", "0.875"]),
]
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
DISGUISES: list[Callable[[Sheet, Random], Sheet]] = [
    *(column_order, row_order, synonyms, short_names, spaces, option_letters, option_points),
    *(question_numbers, stems, code_column, remark_column, year_column, validity_column, figures, serial_numbers),
    *(empty_column, full_width, subtotals, page_break, title, two_titles, note_below, total_below, blank_rows),
]
"""Put on in this order, whichever were chosen: a title comes last, since the others look at the header."""


def as_csv(sheet: Sheet, encoding: str = "utf-8", mark: str = ",", end: str = "\n", *, quoted: bool = False) -> bytes:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=mark, lineterminator=end, quoting=quoting).writerows(sheet)
    return out.getvalue().encode(encoding)


def as_workbook(sheet: Sheet, *, merged_title: bool = False, notes: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet()
        if notes:
            workbook.add_worksheet("填写说明").write_column(
                0, 0, ["填写说明", "一、每张选票一行。", "二、不了解请选不了解。"]
            )
        for number, row in enumerate(sheet):
            page.write_row(number, 0, row)
        if merged_title and len(sheet[0]) > 1 and not any(sheet[0][1:]):
            page.merge_range(0, 0, 0, len(sheet[0]) - 1, sheet[0][0])
    return out.getvalue()


WRITERS: list[tuple[str, Callable[[Sheet], bytes]]] = [
    ("a.csv", as_csv),
    ("a.csv", lambda sheet: as_csv(sheet, "gb18030")),
    ("a.csv", lambda sheet: as_csv(sheet, "utf-8-sig", end="\r\n")),
    ("a.csv", lambda sheet: as_csv(sheet, "utf-16", mark="\t")),
    ("a.txt", lambda sheet: as_csv(sheet, mark="\t")),
    ("a.csv", lambda sheet: as_csv(sheet, mark=";")),
    ("a.csv", lambda sheet: as_csv(sheet, "utf-16-le")),
    ("a.csv", lambda sheet: as_csv(sheet, end="\r")),
    ("a.csv", lambda sheet: as_csv(sheet, quoted=True)),
    ("a.csv.gz", lambda sheet: gzip.compress(as_csv(sheet))),
    ("a.xlsx", as_workbook),
    ("a.xlsx", lambda sheet: as_workbook(sheet, notes=True)),
    ("a.ods", ods),
    ("a.xlsx", lambda sheet: as_workbook(sheet, merged_title=True)),
]
