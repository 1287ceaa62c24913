"""The only line of totals of a table, compared with the sums of its rows. It is set aside; a difference is a note."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from data.intake.cells import number_in, plain_number
from data.model.names import match_key
from problems import Problem

# A subtotal (党群部门小计) or a mean sums up other rows than all above.
_ALL = re.compile(r"(?:全[省市州盟县区旗镇乡村校院局]|各?单位|总)?(?:合计|总计|共计|总数)(?:[(（].*[)）])?")


@dataclass
class LineOfTotals:
    """Sums of the columns of one file, and its lines of totals."""

    file: str
    sums: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    lines: list[tuple[int, str, Mapping[str, str]]] = field(default_factory=list)

    def add(self, numbers: Mapping[str, int]) -> None:
        """Add the numbers of a row by their columns."""
        self.rows += 1
        for column, number in numbers.items():
            self.sums[column] = self.sums.get(column, 0) + number

    def set_aside(self, row: int, word: str, cells: Mapping[str, str]) -> None:
        """Keep a line of totals with its cells by column."""
        self.lines.append((row, word, cells))

    def notes(self) -> list[Problem]:
        """Return a note for each column whose printed total is not the sum of the rows."""
        if len(self.lines) != 1 or not _ALL.fullmatch(match_key(self.lines[0][1]).strip(":")):
            return []
        row, _, cells = self.lines[0]
        found = []
        for column, total in self.sums.items():
            printed = number_in(cells.get(column, ""))
            if printed is not None and printed != total:
                facts = {"printed": plain_number(printed), "found": str(total), "rows": self.rows}
                text = cells[column].strip()
                found.append(Problem("figure_differs", "note", self.file, None, row, column, text, facts))
        return found
