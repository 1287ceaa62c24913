"""Conditions of a row that registers and results decide: the post of a person, an entry of some tables, a round.

They were judged when a file was imported. When it is read again, for a replay, other uploads and the release of then
may be lacking, so nothing is judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from data.intake.coded_values import unknown_value
from data.intake.context import Context
from data.intake.record_rules import Fault
from data.model.checks import CONFIRMS, ROUND, UNIT_OF, Check
from data.model.contract import TABLE_OF, Field
from data.model.names import match_key
from problems import Term

Row = Mapping[str, object]
ROUNDS = "round"


class OtherRows:
    """Judge of such conditions for the rows of a kind."""

    def __init__(self, kind: str, context: Context) -> None:
        self.context = context
        conditions = [(own, check) for own in TABLE_OF[kind].fields for check in own.checks if _is_judged(check)]
        self.conditions = [] if context.replaying else conditions
        self.posts = cache(self._posts)

    def faults(self, row: Row) -> Iterator[Fault]:
        """Yield every condition that the row breaks."""
        for own, check in self.conditions:
            if row.get(own.name) is not None and check.applies(row):
                yield from (replace(fault, level=check.level) for fault in self._judged(own, check, row))

    def _judged(self, own: Field, check: Check, row: Row) -> Iterator[Fault]:
        if check.sort == UNIT_OF:
            return self._unit(own, check, row)
        if check.reference is not None:
            return self._reference(own, check.reference, row)
        return self._round(own, check, row)

    def _reference(self, own: Field, reference: tuple[str, str], row: Row) -> Iterator[Fault]:
        text, known = str(row[own.name]), self.context.references(*reference)
        if match_key(text) not in known:
            reading = unknown_value(reference, text, known)
            yield Fault(own.name, reading.code, reading.facts)

    def _unit(self, own: Field, check: Check, row: Row) -> Iterator[Fault]:
        """Yield a person who is in post in another unit on the day; one without a post on that day is in none."""
        day = str(row.get(check.names[0]) or "")
        posts = [post for post in self.posts().get(str(row.get(check.other)), ()) if _holds(post, day)]
        units = sorted({str(post["unit_code"]) for post in posts if post.get("unit_code")})
        if units and row[own.name] not in units:
            facts = {"person": row[check.other], "day": day, "units": units}
            yield Fault(own.name, check.code or "other_unit", facts)

    def _posts(self) -> dict[str, list[Row]]:
        posts: dict[str, list[Row]] = {}
        for post in self.context.rows("person").values():
            posts.setdefault(str(post.content["person_code"]), []).append(post.content)
        return posts

    def _round(self, own: Field, check: Check, row: Row) -> Iterator[Fault]:
        claims = self.context.claims
        if claims is None:
            return
        rounds = {match_key(name): name for name in claims.rounds()}
        round_id = rounds.get(match_key(str(row[own.name])))
        if check.sort == ROUND and round_id is None:
            yield Fault(own.name, "unknown_reference", _of_rounds(claims.rounds()))
        unit = row.get(check.other)
        if check.sort == CONFIRMS and round_id is not None and unit is not None:
            why = claims.bottom(round_id, str(unit))
            if why is not None:
                yield Fault(own.name, check.code or "not_confirmed", {"why": why})


def _is_judged(check: Check) -> bool:
    return check.sort in (UNIT_OF, ROUND, CONFIRMS) or bool(check.when and check.reference)


def _of_rounds(rounds: Sequence[str]) -> dict[str, object]:
    close = {"close": list(rounds)} if rounds else {}
    return {**close, "table": Term(TABLE_OF[ROUNDS].title)}


def _holds(post: Row, day: str) -> bool:
    return str(post.get("valid_from") or "") <= day < str(post.get("valid_to") or "9999")
