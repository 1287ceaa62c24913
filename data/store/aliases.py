"""Names that a person confirmed for a registered unit: refusals, the round they go to, the file they become."""

import csv
import io
from collections.abc import Collection, Mapping, Sequence

from data.intake.values import is_totals_row
from data.model.contract import fields, header_of
from data.store.history import is_day, now
from data.store.round_status import LOCKED, TRIAL
from data.store.uploads import Upload
from errors import UsageError

FIELDS = ("alias", "unit_code", "kind", "valid_from", "confirmed_by", "confirmed_at")


def rounds_with(uploads: Sequence[Upload], unit_code: str) -> list[str]:
    """Return the rounds whose register has the unit."""
    registers = [upload for upload in uploads if upload.kind == "units"]
    return [upload.round_id for upload in registers if unit_code in set(upload.frame()["unit_code"])]


def refuse_alias(
    name: str, unit_code: str, valid_from: str, round_id: str | None, rounds: Collection[str]
) -> UsageError | None:
    """What is wrong with a name for a unit. rounds: those whose register has the unit."""
    if not rounds:
        return UsageError("No register has a unit with the code {unit}.", unit=unit_code)
    if round_id is not None and round_id not in rounds:
        return UsageError(
            "The register of round {round} has no unit with the code {unit}.", round=round_id, unit=unit_code
        )
    if not name.strip():
        return UsageError("Enter the name to be confirmed.")
    if valid_from and not is_day(valid_from):
        return UsageError("The first day should be a date such as 2026-01-31, not {value}.", value=valid_from)
    if is_totals_row(name):
        return UsageError("{name} is a word for totals and cannot be the name of a unit.", name=name)
    return None


def refuse_kind(kind: str) -> UsageError | None:
    """The kind of a name is a word of the contract, such as 简称."""
    known = next(field.choices for field in fields("unit_alias") if field.name == "kind")
    if kind in known:
        return None
    return UsageError("The kind of a name is one of: {known}.", known="、".join(known))


def round_for(round_id: str | None, statuses: Mapping[str, str]) -> str:
    """Return the round that an alias goes to: the round named, else the newest formal round that takes uploads, if any.

    statuses: of the rounds whose register has the unit.
    """
    open_rounds = [name for name, status in statuses.items() if status != TRIAL and status not in LOCKED]
    return round_id if round_id is not None and round_id in statuses else max(open_rounds or statuses)


def alias_file(name: str, unit_code: str, kind: str, valid_from: str, by: str) -> tuple[str, bytes]:
    """Return name and bytes of a table with this alias alone, as an office would send it."""
    row = [name, unit_code, kind, valid_from, by, now()]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([[header_of("unit_alias", field) for field in FIELDS], row])
    return f"{name[:20]}.csv", text.getvalue().encode()
