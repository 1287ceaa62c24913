"""Votes of an assembly in integers: whether enough were present, and whether a motion has the votes that it needs.

The base of a majority is who is present, not who voted: an abstention is no yes. Without a quorum there is no decision.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemes.frame import whole

PASSED, SHORT, NO_QUORUM, REFUSED, INCOMPLETE = "passed", "short", "no_quorum", "refused", "incomplete"
RESULTS = (PASSED, SHORT, NO_QUORUM, REFUSED, INCOMPLETE)
PRESENT, ALL_ENTITLED, REPRESENTED = "present", "entitled", "representing"
VOTES = ("yes", "no", "abstain")


class Line(NamedTuple):
    """A line: numerator / denominator of a base. over : it must be exceeded (过半); else reaching it is enough."""

    numerator: int
    denominator: int
    over: bool
    of: str

    def needed(self, base: int) -> int:
        """Return the smallest number that meets the line."""
        if self.over:
            return self.numerator * base // self.denominator + 1
        return -(-self.numerator * base // self.denominator)


QUORUMS = {
    "村民过半": Line(1, 2, True, PRESENT),
    "户代表三分之二": Line(2, 3, False, PRESENT),
    "代表会议(代表三分之二户)": Line(2, 3, False, REPRESENTED),
    "代表会议组成人员三分之二": Line(2, 3, False, PRESENT),
    "代表五分之四": Line(4, 5, False, PRESENT),
}
"""Quorum rules: of those entitled. Only in the third the households that are represented are counted."""
OF_HOUSEHOLDS = frozenset({"户代表三分之二", "代表会议(代表三分之二户)"})
"""Quorum rules whose entitled are households."""
MAJORITIES = {
    "到会过半": Line(1, 2, True, PRESENT),
    "到会三分之二": Line(2, 3, False, PRESENT),
    "全体过半": Line(1, 2, True, ALL_ENTITLED),
    "全体三分之二": Line(2, 3, False, ALL_ENTITLED),
}


class Decision(NamedTuple):
    """Result of a motion. needed : votes yes; short : votes that lack; did_not_vote : None if votes exceed people."""

    quorum: bool | None
    base: int
    needed: int | None
    short: int
    did_not_vote: int | None
    result: str


def rule_of(text: str) -> str:
    """Return a rule with the brackets that the list has."""
    return text.replace("（", "(").replace("）", ")")


def quorum_needed(rule: str, entitled: int) -> int:
    """Return how many must be present, or represented, for a quorum. Raises ValueError for an unknown rule."""
    line = QUORUMS.get(rule_of(rule))
    if line is None:
        raise ValueError(f"no quorum rule {rule!r}")
    return line.needed(entitled)


def counted(rule: str, present: int, representing: int | None) -> int:
    """Return the number that a quorum rule counts. Raises ValueError if households are counted and none are given."""
    line = QUORUMS.get(rule_of(rule))
    number = representing if line is not None and line.of == REPRESENTED else present
    if line is None or number is None:
        raise ValueError(f"no quorum rule {rule!r} for present {present} and representing {representing}")
    return number


def quorum(rule: str, entitled: int, present: int, representing: int | None = None) -> bool:
    """Return whether enough are present. Raises ValueError for an unknown rule or a missing number of households."""
    return counted(rule, present, representing) >= quorum_needed(rule, entitled)


def decide(meeting: Mapping[str, Any], motion: Mapping[str, Any]) -> Decision:
    """Return the result of a motion in integers.

    meeting : quorum_rule, entitled, present, representing. motion : majority_rule, yes, no, abstain. More votes than
    people, or more people than are entitled, refuse the record.
    """
    entitled, present = int(meeting["entitled"]), int(meeting["present"])
    yes, no, abstain = (whole(motion.get(name)) or 0 for name in VOTES)
    line = MAJORITIES[str(motion["majority_rule"])]
    base = present if line.of == PRESENT else entitled
    if yes + no + abstain > present or present > entitled:
        return Decision(None, base, None, 0, None, REFUSED)
    met = quorum(str(meeting["quorum_rule"]), entitled, present, whole(meeting.get("representing")))
    needed = line.needed(base)
    short = max(needed - yes, 0)
    word = NO_QUORUM if not met else SHORT if short else PASSED
    return Decision(met, base, needed, short, present - yes - no - abstain, word)


def undecided(meeting: Mapping[str, Any]) -> Decision:
    """Return the result of a motion some of whose parts are not on record: the sums are not those of the assembly."""
    return Decision(None, int(meeting["present"]), None, 0, None, INCOMPLETE)
