"""Measure rows in words, the same on pages, in documents and in files: value, base, period, day and evidence."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from i18n import N_, translate
from results import number_format
from results.contributions import Scheme
from results.missing import is_missing

SHARE, FEN, METRES, COUNTED = "share", "fen", "metres", "counted"
POINTS = N_("{points} points")
YUAN, KILOMETRES = N_("{amount} yuan"), N_("{length} km")
PART_OF = N_("{part} of {n} ({what})")
BASE_OF = N_("of {n} ({what})")
ALL_COUNTED = N_("Counted, not sampled; no interval")
TESTED = N_("{interval}; {verdict}")
WHY = N_("{verdict}. {reason}")
YEAR, QUARTER, MONTH, SPAN = N_("{year}"), N_("{year}Q{quarter}"), N_("{year}-{month}"), N_("{first} to {last}")
OVER = N_("{days} over")
DECIMALS = 2

Words = Mapping[str, object]


def value_words(row: Words, counts: str, language: str) -> str:
    """Return the value: a share in per cent, money in yuan, metres in km, counts as they are; a dash for none."""
    if counts == SHARE:
        return number_format.percent(row["value"], DECIMALS)
    if counts == FEN and not is_missing(row["value"]):
        return translate(YUAN, language).format(amount=yuan(int(str(row["value"]))))
    if counts == METRES and not is_missing(row["value"]):
        return translate(KILOMETRES, language).format(length=kilometres(int(str(row["value"]))))
    return number_format.exact(row["value"])


def yuan(fen: int) -> str:
    """Return fen as yuan; without decimals if there are none, as a sum of millions would not fit its column."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}{f'.{rest:02}' if rest else ''}"


def kilometres(metres: int) -> str:
    """Return metres as kilometres, to the metre and with at least one decimal: 20500 as 20.5."""
    whole, rest = divmod(metres, 1000)
    return f"{whole:,}.{f'{rest:03}'.rstrip('0') or '0'}"


def difference_words(difference: float, counts: str, language: str) -> str:
    """Return how much more a value is now, with its sign: of shares in percentage points, of money in yuan."""
    if counts == SHARE:
        return translate(POINTS, language).format(points=number_format.signed(100 * difference, DECIMALS))
    return number_format.signed(difference / 100 if counts == FEN else difference, 2 if counts == FEN else 0)


def part(row: Words) -> int | None:
    """Return how many of the base a share is; None without a share."""
    return None if is_missing(row["value"]) else round(float(str(row["value"])) * int(str(row["n"])))


def base_words(row: Words, counts: str, of_what: str, language: str) -> str:
    """Return the base with its word; of a share also how many it is. of_what : English message."""
    facts = {"n": number_format.count(row["n"]), "what": translate(of_what, language)}
    if counts == SHARE and not is_missing(row["value"]):
        return translate(PART_OF, language).format(part=number_format.count(part(row)), **facts)
    return translate(BASE_OF, language).format(**facts)


def evidence_words(row: Words, counts: str, word: Callable[[str], str], language: str) -> str:
    """Return the interval and the verdict, or why there are none. word : code -> English message."""
    if row["verdict"] == COUNTED and is_missing(row["low"]):
        return translate(ALL_COUNTED, language)
    verdict = translate(word(str(row["verdict"])), language)
    if not is_missing(row["low"]):
        return translate(TESTED, language).format(interval=interval_words(row, counts), verdict=verdict)
    reason = str(row["reason"] or row["why_no_interval"])
    return translate(WHY, language).format(verdict=verdict, reason=translate(word(reason), language))


def interval_words(row: Words, counts: str) -> str:
    """Return the interval in the unit of the value."""
    if counts == SHARE:
        ends = (number_format.percent(row[name], DECIMALS) for name in ("low", "high"))
        return " – ".join(ends)
    return number_format.interval(row["low"], row["high"], 0)


def period_words(first: object, last: object, language: str) -> str:
    """Return a year, quarter or month by its name, any other span by its days. first, last : ISO days."""
    start, end = (date.fromisoformat(str(day)) for day in (first, last))
    months = 12 * (end.year - start.year) + end.month - start.month + 1
    begins, ends = start.day == 1, (end + timedelta(days=1)).day == 1
    year = start.year
    if begins and ends and months == 12 and start.month == 1:
        return translate(YEAR, language).format(year=year)
    if begins and ends and months == 3 and start.month % 3 == 1:
        return translate(QUARTER, language).format(year=year, quarter=(start.month + 2) // 3)
    if begins and ends and months == 1:
        month = start.month if language == "zh" else f"{start.month:02}"
        return translate(MONTH, language).format(year=year, month=month)
    return translate(SPAN, language).format(first=start.isoformat(), last=end.isoformat())


def number_words(scheme: Scheme, row: Mapping[str, object], language: str) -> str:
    """Return the number of an item to do in words: days, days over if it is negative, or what the scheme counts."""
    if is_missing(row["days"]) or row["days"] is None:
        return ""
    number = int(float(str(row["days"])))
    counted = scheme.words("ATTENTION_COUNT_WORDS").get(str(row["what"]))
    if counted is not None:
        return translate(counted, language).format(count=f"{number:,}")
    return translate(OVER, language).format(days=-number) if number < 0 else str(number)
