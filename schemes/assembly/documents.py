"""Documents of assemblies: minutes with the tests in integers, the accounts that are posted, figures of a year.

The accounts have receipts by source, payments by use and the balance of each project, and no payer.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from formats.document import Document, Form, Section
from formats.table_kinds import NAME, Column, declared
from i18n import N_, PUNCTUATION, translate
from reports.documents import scheme as parts
from reports.documents.common import BARE, table
from reports.measure_words import kilometres
from results import number_format
from results.contributions import names_of
from schemes.assembly.accounts import accounts_of, projects_shown, yuan
from schemes.assembly.measures import decisions, meetings
from schemes.assembly.money import HOUSEHOLDS, entries_by, levies, shares_of, without_receipt
from schemes.assembly.votes import counted, quorum_needed
from schemes.assembly.words import (
    DOCUMENT_TITLES,
    PICTURE_WORDS,
    RESULT_WORDS,
    SECTION_WORDS,
    SOURCE_WORDS,
    STATE_WORDS,
)
from schemes.chosen import Chosen, attention, rows
from schemes.documents import divided_sections
from schemes.frame import days, records, whole, with_frames

VOTES = declared(
    "assembly_votes",
    (
        Column("item", 11, header=N_("No. of the item")),
        Column("topic", 31, True, header=N_("Topic")),
        Column("rule", 25, True, header=N_("Majority rule")),
        Column("yes", 12, header=N_("In favour")),
        Column("no", 12, header=N_("Against")),
        Column("abstain", 12, header=N_("Abstained")),
        Column("silent", 13, header=N_("Did not vote")),
        Column("needed", 15, header=N_("Votes needed")),
        Column("result", 25, True, header=N_("Result")),
    ),
)
ACCOUNTS = declared(
    "assembly_accounts",
    (
        Column("side", 50, True, header=N_("Received or spent")),
        Column("source", 60, True, header=N_("Source or use")),
        Column("amount", 46, header=N_("Yuan")),
    ),
)
PROJECTS = declared(
    "assembly_projects",
    (
        Column("project", 34, True, (NAME,), N_("Project")),
        Column("length", 31, True, header=N_("Kind and length")),
        Column("votes", 18, header=N_("In favour")),
        Column("raised", 27, header=N_("Received, yuan")),
        Column("spent", 27, header=N_("Spent, yuan")),
        Column("state", 19, True, header=N_("State")),
    ),
    listed=True,
)
DIVIDED = (("passed", "place"), ("raised", "place"), ("posted", "place"))


def minutes(chosen: Chosen, language: str, form: Form = BARE, item: str = "") -> Document:
    """Return the minutes of an assembly, or of all of the period: who was present, quorum and votes in integers."""
    frames = chosen.frames
    held = _held(chosen)
    held = held[held["meeting_no"] == item] if item else held
    decided = decisions(frames) if len(held) and "motion" in frames else pd.DataFrame(columns=["meeting_no"])
    names = names_of(chosen)
    sections = [_assembly(meeting, decided, names, language) for meeting in records(held)]
    none = Section(_say("no_assembly", language), 1)
    title = parts.titled(chosen, DOCUMENT_TITLES["minutes"], language)
    return parts.scheme_document(chosen, "assembly-minutes", title, sections or [none], language, form)


def accounts(chosen: Chosen, language: str, form: Form = BARE, item: str = "") -> Document:
    """Return the accounts of a project, or of all, up to the as-of day, as they are posted: sums by source and use."""
    moved = _moved(chosen)
    moved = moved[moved["project_no"] == item] if item else moved
    sections = [_account(chosen, project, language) for project in records(moved)]
    none = Section(_say("no_project", language), 1)
    title = parts.titled(chosen, DOCUMENT_TITLES["accounts"], language)
    return parts.scheme_document(chosen, "assembly-accounts", title, sections or [none], language, form, internal=False)


def figures(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the figures of the period: measures, villages in roster order, projects so far, what has to be done."""
    shown = projects_shown(chosen.frames, chosen.asked.as_of)
    shown = shown[~(shown["first"] > pd.Timestamp(chosen.asked.period.last))] if len(shown) else shown
    base = parts.ListBase(len(shown), "all_projects")
    lines = [_project_cells(project, language) for project in records(shown)]
    sections = [
        parts.measures_section(chosen, _say("glance", language), rows(chosen), language),
        *_divided(chosen, language),
        parts.register_section(chosen, _say("projects", language), PROJECTS, lines, base, language),
        parts.items_section(chosen, _say("to_do", language), attention(chosen), base, language),
    ]
    title = parts.titled(chosen, DOCUMENT_TITLES["figures"], language)
    return parts.scheme_document(chosen, "assembly-year", title, sections, language, form)


DOCUMENTS = {"minutes": minutes, "accounts": accounts, "year": figures}


def assemblies(chosen: Chosen) -> dict[str, str]:
    """Return the number of every assembly of the period with its place and day."""
    names = names_of(chosen)
    return {
        str(row["meeting_no"]): f"{names.get(str(row['place_code']), row['place_code'])} {_day(row['date'])}"
        for row in records(_held(chosen))
    }


def projects(chosen: Chosen) -> dict[str, str]:
    """Return the number of every project with receipts or payments, with its name."""
    return {str(row["project_no"]): str(row["name"]) for row in records(_moved(chosen))}


ITEMS = {"minutes": assemblies, "accounts": projects}


def _moved(chosen: Chosen) -> pd.DataFrame:
    """Return the projects that have receipts or payments."""
    shown = projects_shown(chosen.frames, chosen.asked.as_of)
    return shown[(shown["raised"] > 0) | (shown["spent"] > 0)] if len(shown) else shown


def _word(words: Mapping[str, str], name: str, language: str) -> str:
    return translate(words[name], language)


def _say(name: str, language: str, /, **facts: object) -> str:
    return translate(SECTION_WORDS[name], language).format(**facts)


def _held(chosen: Chosen) -> pd.DataFrame:
    """Return the assemblies of the period, by their days."""
    if "meeting" not in chosen.frames:
        return pd.DataFrame()
    held = meetings(chosen.frames)
    inside = held[chosen.asked.period.holds(days(held, "date"))]
    return inside.assign(day=days(inside, "date")).sort_values(["day", "meeting_no"])


def _assembly(meeting: Mapping[str, Any], decided: pd.DataFrame, names: Mapping[str, str], language: str) -> Section:
    """Return the minutes of an assembly."""
    own = records(decided[decided["meeting_no"] == meeting["meeting_no"]])
    heading = _say(
        "assembly",
        language,
        number=meeting["meeting_no"],
        place=parts.key_words(meeting["place_code"], names),
        day=_day(meeting["date"]),
    )
    lines = [_vote_cells(motion, language) for motion in sorted(own, key=lambda motion: int(motion["item"]))]
    listed = table(VOTES, [parts.Row(cells) for cells in lines], language) if lines else None
    return Section(heading, 1, tuple(_about(meeting, language)), listed)


def _about(meeting: Mapping[str, Any], language: str) -> list[str]:
    """Return the sentences on an assembly: notice, parts, quorum."""
    found = []
    if meeting["notice_on"] is not None:
        ahead = (_date(meeting["date"]) - _date(meeting["notice_on"])).days
        found.append(_say("notice", language, notice=_day(meeting["notice_on"]), days=ahead))
    if (whole(meeting["parts"]) or 1) > 1 and not meeting["missing_parts"]:
        found.append(_say("held_in_parts", language, parts=meeting["parts"]))
    if meeting["missing_parts"]:
        return [*found, _say("parts_missing", language, missing=meeting["missing_parts"])]
    rule, entitled = str(meeting["quorum_rule"]), int(meeting["entitled"])
    needed = quorum_needed(rule, entitled)
    number = counted(rule, int(meeting["present"]), whole(meeting["representing"]))
    met = _say("quorum_met", language) if number >= needed else _say("quorum_missed", language, short=needed - number)
    return [*found, _say("quorum_test", language, rule=rule, needed=needed, entitled=entitled, counted=number, met=met)]


def _vote_cells(motion: Mapping[str, Any], language: str) -> dict[str, str]:
    needed = number_format.NONE if motion["needed"] is None else f"{motion['needed']}/{motion['base']}"
    return {
        "item": str(motion["item"]),
        "topic": str(motion["topic"]),
        "rule": str(motion["majority_rule"]),
        **{name: _count(motion[name]) for name in ("yes", "no", "abstain")},
        "silent": _count(motion["did_not_vote"]),
        "needed": needed,
        "result": _word(RESULT_WORDS, motion["result"], language),
    }


def _account(chosen: Chosen, project: Mapping[str, Any], language: str) -> Section:
    """Return the account of a project: receipts by source, payments by use, balance, entries without a receipt."""
    number, as_of = str(project["project_no"]), chosen.asked.as_of
    found = accounts_of(chosen.frames, number, as_of)
    entries = entries_by(chosen.frames, as_of)
    own = entries[entries["project_no"] == number]
    sums = {name: yuan(int(project[name])) for name in ("raised", "spent", "balance")}
    paragraphs = [_say("balance", language, day=as_of.isoformat(), **sums), *_shares(chosen, number, language)]
    if found["loans"]:
        borrowed, repaid = (yuan(found["loans"].get(way, 0)) for way in ("收入", "支出"))
        paragraphs.append(_say("loans", language, borrowed=borrowed, repaid=repaid))
    lacking = int(without_receipt(own).sum())
    paragraphs.append(_say("counted_all", language, entries=f"{len(own):,}", lacking=f"{lacking:,}"))
    paragraphs.append(_say("no_payers", language))
    lines = [
        {
            "side": _word(PICTURE_WORDS, side, language),
            "source": _word(SOURCE_WORDS, source, language),
            "amount": yuan(fen),
        }
        for side, part in (("raised", found["received"]), ("spent", found["spent"]))
        for source, fen in part.items()
    ]
    heading = _say("project_accounts", language, name=parts.plain(project["name"]), number=number)
    return Section(heading, 1, tuple(paragraphs), table(ACCOUNTS, [parts.Row(cells) for cells in lines], language))


def _shares(chosen: Chosen, number: str, language: str) -> list[str]:
    """Return the sentence on the shares that were agreed for a project and what of them came in within the term."""
    projects, as_of = chosen.frames["project"], chosen.asked.as_of.isoformat()
    own = projects[projects["project_no"] == number]
    found = records(levies(with_frames(chosen.frames, {"project": own}), chosen.asked.as_of, chosen.settings.cap))
    if not found:
        return []
    levy, project = found[0], records(own)[0]
    each = "households" if project.get("share_per") == HOUSEHOLDS else "persons"
    shares = [
        _say(f"share_of_{each}", language, number=f"{count:,}", share=yuan(share))
        for count, share in shares_of(project)
    ]
    until = levy["levy_until"]
    return [
        _say(
            "shares_due" if until else "shares",
            language,
            shares=PUNCTUATION[language].listed.join(shares),
            agreed=yuan(int(levy["agreed"])),
            paid=yuan(int(levy["paid"])),
            until=until,
            day=min(until or as_of, as_of),
        )
    ]


def _project_cells(project: Mapping[str, Any], language: str) -> dict[str, str]:
    length = _word(PICTURE_WORDS, "kind_length", language)
    kind = str(project["kind"] or "")
    return {
        "project": str(project["name"]),
        "length": length.format(kind=kind, length=kilometres(project["metres"])) if project["metres"] else kind,
        "votes": number_format.NONE if project["result"] is None else f"{project['yes']}/{project['present']}",
        "raised": yuan(project["raised"]),
        "spent": yuan(project["spent"]),
        "state": _word(STATE_WORDS, project["state"], language),
    }


def _divided(chosen: Chosen, language: str) -> list[Section]:
    """Return a section for each measure that has a base anywhere, by place."""
    return divided_sections(chosen, DIVIDED, lambda measure: _by_place(chosen, measure, language), language)


def _by_place(chosen: Chosen, measure: str, language: str) -> str:
    return _say("by_place", language, measure=translate(chosen.scheme.word(measure), language))


def _count(number: object) -> str:
    return number_format.NONE if number is None else str(whole(number))


def _date(value: object) -> pd.Timestamp:
    return pd.Timestamp(str(value)).normalize()


def _day(value: object) -> str:
    return _date(value).date().isoformat()
