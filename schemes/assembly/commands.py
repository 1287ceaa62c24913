"""Command of assemblies: a quorum and a majority in integers, without a store."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from errors import UsageError
from i18n import N_
from schemes.assembly.words import RESULT_WORDS
from schemes.command import Answer, Command, Given

if TYPE_CHECKING:
    from schemes.assembly.votes import Decision

MAJORITY = "到会过半"
HEADERS = {
    "quorum_needed": N_("Needed for the quorum"),
    "counted": N_("Counted for the quorum"),
    "quorum": N_("Quorum met"),
    "base": N_("Base of the majority"),
    "needed": N_("Votes needed"),
    "yes": N_("In favour"),
    "short": N_("Votes that lack"),
    "did_not_vote": N_("Did not vote"),
    "result": N_("Result"),
}


def test(
    given: Given,
    rule: Annotated[str, typer.Option(metavar="RULE", help=N_("Rule for the number that must be present."))],
    entitled: Annotated[int, typer.Option(metavar="N", min=1, help=N_("Persons or households entitled."))],
    present: Annotated[int, typer.Option(metavar="N", min=0, help=N_("Persons or households present."))],
    yes: Annotated[int, typer.Option(metavar="N", min=0, help=N_("Votes in favour."))],
    no: Annotated[int, typer.Option(metavar="N", min=0, help=N_("Votes against."))] = 0,
    abstain: Annotated[int, typer.Option(metavar="N", min=0, help=N_("Abstentions."))] = 0,
    representing: Annotated[
        int | None, typer.Option(metavar="N", min=0, help=N_("Households whose representatives are present."))
    ] = None,
    majority: Annotated[str, typer.Option(metavar="RULE", help=N_("Rule for the votes that are needed."))] = MAJORITY,
) -> Answer:
    """Return how many are needed for the quorum and the majority, how many lack, and the result."""
    from schemes.assembly.votes import MAJORITIES, QUORUMS, REFUSED, decide, rule_of

    for name, known in ((rule, QUORUMS), (majority, MAJORITIES)):
        if rule_of(name) not in known:
            raise UsageError("There is no rule {given}; there are: {known}.", given=name, known="、".join(known))
    meeting = {"quorum_rule": rule, "entitled": entitled, "present": present, "representing": representing}
    _people(meeting)
    votes = {"majority_rule": rule_of(majority), "yes": yes, "no": no, "abstain": abstain}
    found = decide(meeting, votes)
    if found.result == REFUSED:
        votes_cast, there = yes + no + abstain, present
        raise UsageError(
            "There cannot be more votes than people present: {votes} of {present}.", votes=votes_cast, present=there
        )
    facts = {N_("Quorum rule"): rule_of(rule), N_("Majority rule"): rule_of(majority), N_("Entitled"): str(entitled)}
    return Answer(N_("Test of a vote"), HEADERS, [_row(meeting, yes, found)], facts, {"result": RESULT_WORDS})


def _people(meeting: dict[str, Any]) -> None:
    """Refuse numbers of people that cannot be."""
    from schemes.assembly.votes import QUORUMS, REPRESENTED, rule_of

    if max(meeting["present"], meeting["representing"] or 0) > meeting["entitled"]:
        raise UsageError("No more can be present or represented than are entitled.")
    if QUORUMS[rule_of(meeting["quorum_rule"])].of == REPRESENTED and meeting["representing"] is None:
        rule = meeting["quorum_rule"]
        raise UsageError("The rule {rule} counts households that are represented; give --representing.", rule=rule)


def _row(meeting: dict[str, Any], yes: int, found: "Decision") -> dict[str, Any]:
    from schemes.assembly.votes import counted, quorum_needed

    rule = meeting["quorum_rule"]
    row = {**found._asdict(), "yes": yes, "result": found.result}
    row |= {"counted": counted(rule, meeting["present"], meeting["representing"])}
    row |= {"quorum_needed": quorum_needed(rule, meeting["entitled"])}
    return {name: row[name] for name in HEADERS}


COMMANDS = {
    "test": Command(
        test,
        N_("Test a quorum and a majority in integers; no store is needed."),
        ("test --rule 户代表三分之二 --entitled 300 --present 200 --yes 101",),
    )
}
