"""(d) Time to write a document from a ranking: PDF and Word file, each in a warm process.

Bars: 100 units PDF in 2 s and Word file in 0.5 s, 3,000 units in 10 s each.
"""

from collections.abc import Callable
from dataclasses import replace

from bench.import_ballots import seconds
from formats.document import Bar, Document, Row, Section, Table
from formats.docx import word_bytes
from formats.pdf import typeset
from formats.table_kinds import KINDS, UNITS

SIZES = ((100, 2.0, 0.5), (3_000, 10.0, 10.0))
RUNS = 3


def ranking_of(units: int) -> Document:
    """Return a ranking of this many units as a document, ranges drawn."""
    rows = [_row(place, units) for place in range(1, units + 1)]
    headers = dict(zip(KINDS[UNITS].names, ("名次", "单位", "评价数", "得分", "区间", "名次区间", "认定"), strict=True))
    section = Section("一、各类别排名", 1, ("参与排名的全部单位。",), Table(UNITS, headers, tuple(rows)))
    about = ("发布版 0123456789abcdef。",)
    return Document("ranking", "zh", "年度群众评议排名", "内部", "", "", "", (section,), about, "标尺")


def _row(place: int, units: int) -> Row:
    best, worst = max(1, place - place % 60), min(units, place + place % 50)
    score = 95 - 40 * place / units
    cells = {
        "rank": str(place),
        "unit": f"第{place:04d}号单位",
        "n": str(200 + place % 300),
        "score": f"{score:.2f}",
        "interval": f"{score - 3:.2f} – {score + 3:.2f}",
        "places": f"{best} – {worst}",
        "verdict": "确认不在末位" if worst < units - 20 else "证据不足",
    }
    verdict = "cleared" if worst < units - 20 else "undecided"
    return Row(cells, Bar(best, worst, place, units, units - 19.5, verdict))


def _time(write: Callable[[Document], object], made: Document, run: int) -> float:
    """Return the seconds of a new document: the engine caches what it has set."""
    other = replace(made, title=f"{made.title} {run}")
    return seconds(lambda: write(other))


def main() -> None:
    """Print the best of some runs against the bars; the first run of a process, with its fonts, separately."""
    first = seconds(lambda: typeset(ranking_of(1)))
    print(f"(d) fonts and engine, once a process: {first:.2f} s")
    for units, pdf_bar, word_bar in SIZES:
        document = ranking_of(units)
        pdf, word = (min(_time(write, document, run) for run in range(RUNS)) for write in (typeset, word_bytes))
        size = len(typeset(document).content) / 1024
        print(
            f"(d) {units:5} units: PDF {pdf:.2f} s (bar {pdf_bar}), {size:.0f} KiB; "
            f"Word file {word:.2f} s (bar {word_bar})"
        )


if __name__ == "__main__":
    main()
