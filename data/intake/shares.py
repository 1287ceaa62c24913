"""Numbers that a table gives as a share of a base: 87.3% of 300. They are counts, and so whole numbers, or refused."""

from collections.abc import Iterator
from decimal import Decimal

from data.intake.control_figures_of_counts import is_rounded_from, printed_like
from data.intake.record_rules import Fault
from data.model.checks import Check
from data.model.contract import Field
from data.model.names import match_key


def settle_share(own: Field, check: Check, content: dict[str, object], printed: str, header: str) -> Iterator[Fault]:
    """Give a number that the table lacks by its share; the share itself is not kept. Yields why it cannot.

    printed: text of the share. header: of its column.
    """
    number, share, base = (content[name] for name in (own.name, check.other, check.names[0]))
    content[check.other] = None
    if share is None:
        if number is None and own.required and not printed.strip():
            yield Fault(own.name, "missing_value")
        return
    if base is None:
        if number is None:
            yield Fault(check.other, "share_without_base")
        return
    part, whole = _part_of_one(Decimal(str(share)), printed + header), Decimal(str(base))
    if number is not None:
        yield from _compared(check.other, part, Decimal(str(number)) / whole if whole else part, printed)
    elif part * whole != (part * whole).to_integral_value():
        yield Fault(check.other, "share_not_whole", {"base": f"{whole:,}"})
    else:
        content[own.name] = int(part * whole)


def _part_of_one(share: Decimal, texts: str) -> Decimal:
    """Return a share as a part of 1: 0.873 without a percent sign is what a spreadsheet shows as 87.3%."""
    return share if share <= 1 and "%" not in match_key(texts) else share / 100


def _compared(name: str, part: Decimal, found: Decimal, printed: str) -> Iterator[Fault]:
    if not is_rounded_from(part, found, f"{part.normalize():f}"):
        facts = {"printed": printed, "found": printed_like(found, printed), "figures": True}
        yield Fault(name, "figure_differs", facts, "note")
