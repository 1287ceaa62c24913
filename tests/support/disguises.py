"""Harmless disguises of a ballots file: the same votes as offices and survey tools would hand them in.

A sheet is a list of rows. Every disguise is a function of a sheet and a random generator; the last step writes bytes.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import xlsxwriter

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
    first = 2 if not sheet[1][0] else 1
    return [
        *([*row, name if place == 0 else ""] for place, row in enumerate(sheet[:first])),
        *([*row, random.choice("12345")] for row in sheet[first:]),
    ]


def remark_column(sheet: Sheet, random: Random) -> Sheet:
    first = 2 if not sheet[1][0] else 1
    return [
        *([*row, "意见建议" if place == 0 else ""] for place, row in enumerate(sheet[:first])),
        *([*row, random.choice(["", "办事快", "无"])] for row in sheet[first:]),
    ]


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


DISGUISES: list[Callable[[Sheet, Random], Sheet]] = [
    *(column_order, row_order, question_numbers, stems, code_column, remark_column, title, note_below),
    *(total_below, blank_rows, synonyms, short_names, spaces, option_letters, option_points, empty_column),
]


def as_csv(sheet: Sheet, encoding: str = "utf-8", mark: str = ",", end: str = "\n") -> bytes:
    return "".join(mark.join(row) + end for row in sheet).encode(encoding)


def as_workbook(sheet: Sheet, *, merged_title: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet()
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
    ("a.xlsx", as_workbook),
    ("a.xlsx", lambda sheet: as_workbook(sheet, merged_title=True)),
]
