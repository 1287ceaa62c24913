"""`biaochi scheme assembly test`: an assembly and a vote in integers, without a store."""

import pandas as pd

from errors import UsageError
from i18n import translate
from schemes.assembly.votes import MAJORITIES, QUORUMS, REFUSED, counted, decide, quorum_needed, rule_of
from schemes.assembly.words import RESULT_WORDS

LEAST, MAJORITY = 1, "到会过半"
COLUMNS = (
    *("quorum_rule", "entitled", "counted", "quorum_needed", "quorum", "majority_rule", "base", "needed", "yes"),
    *("short", "did_not_vote", "result"),
)


def test(
    *,
    rule: str,
    entitled: int,
    present: int,
    yes: int,
    no: int = 0,
    abstain: int = 0,
    representing: int | None = None,
    majority: str = MAJORITY,
    language: str = "zh",
) -> pd.DataFrame:
    """Test a quorum and a majority in integers: how many are needed, how many lack, and the result."""
    _known(rule, majority)
    numbers = (entitled - LEAST, present, yes, no, abstain, representing or 0)
    if min(numbers) < 0 or present > entitled or (representing or 0) > entitled:
        raise UsageError("There must be at least 1 entitled, and no more present or represented than that.")
    if QUORUMS[rule_of(rule)].of == "representing" and representing is None:
        raise UsageError("The rule {rule} counts households that are represented; give their number.", rule=rule)
    meeting = {"quorum_rule": rule, "entitled": entitled, "present": present, "representing": representing}
    votes = {"majority_rule": majority, "yes": yes, "no": no, "abstain": abstain}
    found = decide(meeting, votes)
    if found.result == REFUSED:
        raise UsageError(
            "There cannot be more votes than people present: {votes} of {present}.",
            votes=yes + no + abstain,
            present=present,
        )
    row = {**meeting, **votes, **found._asdict(), "counted": counted(rule, present, representing)}
    row |= {"quorum_needed": quorum_needed(rule, entitled), "result": translate(RESULT_WORDS[found.result], language)}
    return pd.DataFrame([row], columns=list(COLUMNS), dtype=object)


def _known(rule: str, majority: str) -> None:
    for given, known in ((rule, QUORUMS), (majority, MAJORITIES)):
        if rule_of(given) not in known:
            raise UsageError("There is no rule {given}; there are: {known}.", given=given, known="、".join(known))


COMMANDS = {"test": test}
