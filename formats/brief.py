"""Model of a brief for leaders: a headline, names with their evidence, what cannot be stated, changes, next steps.

Every text is already in the reader's language. formats/brief_pdf.py sets it on one page, formats/slides.py as slides.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from formats.document import Form

CONFIRMED, UNDECIDED = "confirmed", "undecided"
CELLS = ("verdict", "unit", "n", "score", "interval", "rank", "places")
"""What a line says of a unit, in this order on page and slide."""
MOVED_CELLS = ("verdict", "unit", "n", "scores", "change", "interval")


@dataclass(frozen=True)
class Named:
    """A unit with everything that has to accompany its name: CELLS as texts, and the numbers to draw.

    tier: code of the verdict. score, low, high: points. note: such as how many years in a row; else ''.
    """

    tier: str
    category: str
    cells: Mapping[str, str]
    score: float
    low: float
    high: float
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a name without its votes, interval, places or verdict."""
        _refuse_bare(self.cells, CELLS)


@dataclass(frozen=True)
class Moved:
    """A unit whose score changed by more than chance: MOVED_CELLS as texts. tier: rose or fell."""

    tier: str
    category: str
    cells: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse a name without its votes, interval or finding."""
        _refuse_bare(self.cells, MOVED_CELLS)


@dataclass(frozen=True)
class Finding:
    """A category: its name, how many units have each verdict, names by verdict, why nobody or nobody else is named.

    cure: reason and cure, '' where there is none. more: how many undecided units are not listed here.
    """

    name: str
    sentence: str
    confirmed: tuple[Named, ...]
    undecided: tuple[Named, ...]
    cure: str = ""
    more: str = ""

    def __post_init__(self) -> None:
        """Refuse a unit among the confirmed that is not confirmed."""
        for tier, units in ((CONFIRMED, self.confirmed), (UNDECIDED, self.undecided)):
            if any(unit.tier != tier for unit in units):
                raise ValueError(f"a unit among the {tier} has another verdict")


@dataclass(frozen=True)
class Sheet:
    """The body of the page at a level of detail. points: size of its text. more_…: what is left out, else ''."""

    points: float
    confirmed: tuple[Named, ...]
    more_confirmed: str
    findings: tuple[Finding, ...]
    moved: tuple[Moved, ...]
    more_moved: str


@dataclass(frozen=True)
class Brief:
    """A brief of a round. kind: brief or slides. secrecy, stamp, footer, release, about, form: as of a Document.

    headline: the finding in a sentence. promise: what it rests on. cannot: what may not be concluded at all. change:
    sentences on changes. steps: title and what to do. words: headings and column heads by code. axis: points at the
    ends of the drawn intervals. sheets: bodies of the page, the fullest first; the first that fits is printed.
    """

    kind: str
    language: str
    title: str
    headline: str
    promise: str
    secrecy: str
    stamp: str
    findings: tuple[Finding, ...]
    cannot: tuple[str, ...]
    change: tuple[str, ...]
    moved: tuple[Moved, ...]
    steps: tuple[tuple[str, str], ...]
    words: Mapping[str, str]
    axis: tuple[float, float]
    sheets: tuple[Sheet, ...]
    about: tuple[str, ...]
    footer: str
    release: str
    form: Form = field(default_factory=Form)
    subject: str = ""

    def as_data(self) -> dict[str, object]:
        """Return the brief as dictionaries and lists."""
        return asdict(self)


def _refuse_bare(cells: Mapping[str, str], needed: tuple[str, ...]) -> None:
    lacking = [name for name in needed if not cells.get(name)]
    if lacking:
        raise ValueError(f"a unit is named without {', '.join(lacking)}")
