"""Format of numbers for readers, the same everywhere: rounded half up, a dash where a number is missing."""

from decimal import ROUND_HALF_UP, Decimal

from i18n import N_, translate
from results.missing import is_missing

NONE = "–"
SHARED = N_("{place}=")


def number(value: object, decimals: int = 2) -> str:
    """Format a number with fixed decimals."""
    if is_missing(value):
        return NONE
    return str(Decimal(repr(float(str(value)))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def exact(value: object) -> str:
    """Format a number with every given digit: 1,234,567.5."""
    if is_missing(value):
        return NONE
    return f"{Decimal(repr(float(str(value)))).normalize():,f}"


def signed(value: object, decimals: int = 2) -> str:
    """Format a number with its sign: +0.51 or −1.91; 0.00 without a sign."""
    if is_missing(value):
        return NONE
    rounded = Decimal(number(value, decimals))
    return f"{rounded:+}".replace("-", "−") if rounded else str(abs(rounded))


def count(value: object) -> str:
    """Format a count: 1,204."""
    return NONE if is_missing(value) else f"{int(str(value)):,}"


def interval(low: object, high: object, decimals: int = 2, scale: tuple[float, float] | None = None) -> str:
    """Format an interval: 86.46 – 91.20. scale: fewest and most points that there are, where the interval stops."""
    if is_missing(low):
        return NONE
    ends = [float(str(end)) for end in (low, high)]
    if scale is not None:
        ends = [min(max(end, scale[0]), scale[1]) for end in ends]
    return " – ".join(number(end, decimals) for end in ends)


def signed_interval(low: object, high: object, decimals: int = 2) -> str:
    """Format an interval with signs: −1.91 – +0.51."""
    return NONE if is_missing(low) else f"{signed(low, decimals)} – {signed(high, decimals)}"


def percent(share: object, decimals: int = 1) -> str:
    """Format a share as a percentage."""
    return NONE if is_missing(share) else f"{number(100 * float(str(share)), decimals)}%"


def places(best: object, worst: object) -> str:
    """Format a range of places: 13 – 16; a single place where both ends agree."""
    if is_missing(best):
        return NONE
    return str(int(str(best))) if best == worst else f"{int(str(best))} – {int(str(worst))}"


def place(rank: object, tied_to: object, language: str) -> str:
    """Format a place: 15, or 15= (并列15) when the place is shared."""
    if is_missing(rank):
        return NONE
    return translate(SHARED, language).format(place=int(str(rank))) if tied_to != rank else str(int(str(rank)))
