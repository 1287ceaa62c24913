"""The store: rules, uploads, releases, and which release is in force.

Everything under the store's folder appears by one rename and is never changed after: an upload, a rule set, a release,
a history entry. The newest history entry says which release is in force, so publishing and its record are one step.
One lock file serialises writers; readers never wait.
"""

import csv
import getpass
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from data.contract import KINDS, RECORD_KINDS, SCORED_KINDS, fields, header_words
from data.history import FOLDER, Event, cleared, local_time, read_history
from data.intake.ballots import read_ballots
from data.intake.context import Context, Register
from data.intake.corrections import FaultyCell, apply_to_file, faulty_cells
from data.intake.counts import CountIntake, read_counts
from data.intake.headers import Header, first_records, merged_cells, read_header
from data.intake.records import RecordIntake, read_records, twice_imported
from data.intake.refusal import Refused
from data.intake.source import TextTable, open_source
from data.intake.units import UnitIntake, read_units
from data.mappings import Decision, remembered, words, write_decision
from data.problems import Problem, has_errors
from data.progress import Progress, Watch, never, silent
from data.query import sql_names, working_memory
from data.release import METHOD_VERSION, RELEASE, RESULTS, Release, build_release, read_contents
from data.round_status import (
    ANNOUNCED,
    CHINESE,
    DRAFT,
    FINAL,
    FOLLOWING_SENTENCES,
    LOCKED,
    STATUSES,
    TRIAL,
    WITHDRAWN,
    may_follow,
    status_given,
)
from data.rounds import RoundConflict, alias_conflicts, read_register, read_round
from data.rule_sets import RuleSet, RulesRefused, parse_rules
from data.uploads import (
    Choices,
    EditLog,
    Evidence,
    Upload,
    damaged_files,
    effective,
    file_sha256,
    read_upload,
    write_ballot_facts,
    write_frame,
    write_manifest,
)
from words import N_

Source = Path | tuple[str, bytes]
PREVIEW_ROWS = 5
LARGEST_IN_MEMORY = 100 << 20  # bytes of a corrected table that a page hands back as a download
MOST_FAULTY = 10_000  # cells that are looked up for correction; a file with more is mended where it came from
READ_WITH = ("units", "unit_alias", "unit_lineage", "unit_round", "round")
"""Kinds that say what a written name means."""
SPARE_SPACE = 3  # times the size of the files: evidence, text copy, facts


class StoreBusy(Exception):
    """Another process is writing; `holder` says who and since when, None when it is not known."""

    def __init__(self, path: str, holder: tuple[str, str] | None = None) -> None:
        super().__init__(path)
        self.holder = holder


class UsageError(Exception):
    """The call does not fit the store; the text is an English sentence that the catalogues translate."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message.format(**facts))
        self.message, self.facts = message, facts


@dataclass(frozen=True)
class FoundHeader:
    """What the header of a file is taken for. fields: column text -> field, of those recognised."""

    row: int
    cells: tuple[str, ...]
    fields: dict[str, str]

    @classmethod
    def of(cls, records: list[list[str]], header: Header | list[Problem]) -> "FoundHeader":
        """From the header read; where none was, the row of the first problem, or the first with two cells."""
        if isinstance(header, Header):
            return cls(header.row, header.cells, {header.cells[at]: name for name, at in header.fields.items()})
        named = [problem.row for problem in header if problem.row and problem.code != "no_header"]
        filled = [n for n, record in enumerate(records, start=1) if sum(bool(c.strip()) for c in record) > 1]
        row = next(iter(named + filled), 1)
        return cls(row, tuple(cell.strip() for cell in records[row - 1]) if records else (), {})


@dataclass(frozen=True)
class ImportReport:
    """What came of an import.

    rows: records read. stored: whether an upload was added. same_as: the upload (or the round's content) that holds
    the same already. preview: the first records as read. needs_acceptance: only warnings stand in the way.
    faulty: the cells that may be corrected in place. headers: file name -> what its header is taken for.
    remembered: column -> field, as somebody decided for an earlier file of that shape. corrected: the table after
    the edits of this import, as CSV. blank_rows: rows without content, which are no records.
    """

    problems: list[Problem]
    rows: int
    stored: bool
    upload: str | None = None
    same_as: str | None = None
    needs_acceptance: bool = False
    encodings: dict[str, str] = field(default_factory=dict)
    preview: pd.DataFrame = field(default_factory=pd.DataFrame)
    faulty: list[FaultyCell] = field(default_factory=list)
    headers: dict[str, FoundHeader] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    corrected: bytes | None = None
    blank_rows: int = 0

    @property
    def refused(self) -> bool:
        """Whether errors kept the files out."""
        return has_errors(self.problems)


@dataclass(frozen=True)
class PublishReport:
    """The release in force after publishing; `new` when it was not before."""

    release: str
    new: bool


@dataclass(frozen=True)
class RoundStatus:
    """What a round is. code: one of STATUSES. given: the entry that said so; None when nobody did."""

    round: str
    code: str
    given: Event | None


class Store:
    """One store folder. Reading creates nothing."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        self.path = Path(path)
        self.threads = threads

    # --- reading -------------------------------------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Whether the store holds nothing: no rules, no uploads, no history."""
        return not (self.rule_sets() or self.uploads() or self.history())

    def rule_sets(self) -> list[RuleSet]:
        """All rule sets, by name."""
        paths = sorted((self.path / "rules").glob("*.toml"))
        return [parse_rules(path.read_text(encoding="utf-8")) for path in paths]

    def rule_set(self, name: str) -> RuleSet:
        """One rule set by name."""
        path = self.path / "rules" / f"{name}.toml"
        if "/" in name or not path.is_file():
            raise UsageError("There is no rule set named {name}.", name=name)
        return parse_rules(path.read_text(encoding="utf-8"))

    def uploads(self) -> list[Upload]:
        """All accepted uploads, oldest first."""
        folders = sorted((self.path / "uploads").glob("[0-9]*"))
        return [read_upload(folder) for folder in folders]

    def history(self) -> list[Event]:
        """What was published, rolled back, cleared or given a status, newest first."""
        return read_history(self.path)

    def uploads_in_force(self) -> list[Upload]:
        """The uploads that publishing takes: neither replaced nor cleared."""
        gone = cleared(self.history())
        return effective([upload for upload in self.uploads() if upload.upload_id not in gone])

    def rounds(self) -> list[str]:
        """Every round with uploads in force, newest first."""
        return sorted({upload.round_id for upload in self.uploads_in_force()}, reverse=True)

    def status(self, round_id: str) -> RoundStatus:
        """What a round is: a trial when its uploads are, else what somebody said last, else a draft."""
        given = status_given(self.history(), round_id)
        if any(upload.trial for upload in self._of_round(round_id)):
            return RoundStatus(round_id, TRIAL, given)
        return RoundStatus(round_id, given.status if given else DRAFT, given)

    def _of_round(self, round_id: str) -> list[Upload]:
        return [upload for upload in self.uploads_in_force() if upload.round_id == round_id]

    def in_force(self) -> str | None:
        """Id of the release in force."""
        history = self.history()
        return (history[0].release or None) if history else None

    def release(self, prefix: str | None = None) -> Release | None:
        """A release by any unique prefix of its id, or the one in force; None when nothing is published."""
        release_id = self.in_force() if prefix is None else self._find(prefix)
        return None if release_id is None else Release(self.path / "releases" / release_id)

    def releases(self) -> list[str]:
        """Ids of all releases ever in force, newest first."""
        return list(dict.fromkeys(event.release for event in self.history() if event.release))

    def uploads_of(self, release_id: str) -> list[str]:
        """Ids of the uploads that a release is made of; none of no release."""
        if not release_id:
            return []
        ids: list[str] = read_contents(self.path / "releases" / release_id)["uploads"]
        return ids

    def has_changes(self) -> bool:
        """Whether publishing now would make another release than the one in force, as far as can be seen at once."""
        uploads = {upload.upload_id for upload in self.uploads_in_force()}
        in_force = self.in_force()
        if in_force is None:
            return bool(uploads)
        made_of = read_contents(self.path / "releases" / in_force)
        return bool(uploads) and (uploads, METHOD_VERSION) != (set(made_of["uploads"]), made_of["method_version"])

    def rules_in_use(self, round_id: str) -> str:
        """Name of the rule set that a round's uploads were read under; '' when there is none yet."""
        names = [upload.rules_name for upload in self._of_round(round_id)]
        return next((name for name in names if name), "")

    def _find(self, prefix: str) -> str:
        found = [release for release in self.releases() if release.startswith(prefix)]
        if len(found) != 1 or not prefix:
            if found:
                raise UsageError("Several releases begin with {prefix}.", prefix=prefix)
            raise UsageError("No release begins with {prefix}.", prefix=prefix)
        return found[0]

    # --- writing -------------------------------------------------------------------------------------------------

    def add_rules(self, text: str) -> RuleSet:
        """Keep a rule set. Raises RulesRefused, or NameTaken when the name has other content already."""
        rules = parse_rules(text)
        with self._writing() as staging:
            path = self.path / "rules" / f"{rules.name}.toml"
            if path.is_file():
                if parse_rules(path.read_text(encoding="utf-8")).digest != rules.digest:
                    raise NameTaken(rules.name)
                return rules
            draft = staging / "rules.toml"
            draft.write_text(text, encoding="utf-8")
            _put_in_place(draft, path)
        return rules

    def import_files(
        self,
        kind: str,
        sources: Sequence[Source],
        round_id: str,
        *,
        rules: str | None = None,
        replace: bool = False,
        dry_run: bool = False,
        accept_warnings: str | None = None,
        mapping: dict[str, str] | None = None,
        sheet: str = "",
        fill_down: bool = False,
        edits: Sequence[EditLog] = (),
        demo: bool = False,
        trial: bool = False,
        progress: Progress = silent,
        cancelled: Callable[[], bool] = never,
    ) -> ImportReport:
        """Read files as one upload of one kind and round; store it when nothing is wrong.

        mapping: column -> field; None takes what was remembered for files of that shape. sheet: the sheet of a
        workbook that a person chose. fill_down: a person knows that merged cells are read as filled. edits:
        corrections of the one file. trial: the round is tried out; it takes trial uploads only, until it is cleared.
        progress is told the share done and an English message; when `cancelled` says so, data.progress.Cancelled is
        raised and nothing is left behind.
        """
        if kind not in KINDS:
            raise UsageError("There is no kind of upload named {kind}.", kind=kind)
        if edits and len(sources) != 1:
            raise UsageError("Corrections belong to one file; {count} were given.", count=len(sources))
        rule_set = self._rules_for(round_id, rules) if kind in SCORED_KINDS else None
        watch = Watch(progress, cancelled)
        with self._writing() as staging:
            self._permit_upload(round_id, trial)
            choices = Choices(sheet, fill_down)
            job = _Import(
                self, staging, kind, round_id, rule_set, replace, mapping, choices, tuple(edits), demo, trial, watch
            )
            return job.run(sources, dry_run, accept_warnings)

    def remember_mapping(self, kind: str, cells: tuple[str, ...], mapping: dict[str, str]) -> None:
        """Read later files with this header in the same way: column -> field, '' for no field."""
        with self._writing() as staging:
            draft = staging / "mapping.json"
            place = write_decision(self.path, draft, Decision(kind, cells, mapping, now(), user()))
            _put_in_place(draft, place)

    def confirm_alias(
        self,
        name: str,
        unit_code: str,
        kind: str,
        by: str = "",
        valid_from: str = "",
        *,
        round_id: str | None = None,
        dry_run: bool = False,
    ) -> ImportReport:
        """Keep that a spelling means a registered unit: an upload of kind unit_alias, like a file with one row.

        It belongs to `round_id`, else to the newest round whose register has the unit, a formal one that takes uploads
        if there is any; and it holds for every round from `valid_from` on.
        kind: a word of the contract such as 简称. by: who confirmed it; else the user. Raises UsageError for an unknown
        unit or kind.
        """
        rounds = [u.round_id for u in self.uploads_in_force() if u.kind == "units" and _has_unit(u, unit_code)]
        if not rounds:
            raise UsageError("No register has a unit with the code {unit}.", unit=unit_code)
        status = {name: self.status(name).code for name in rounds}
        free = [name for name in rounds if status[name] != TRIAL and status[name] not in LOCKED]
        own = round_id if round_id in rounds else max(free or rounds)
        known = next(field.choices for field in fields("unit_alias") if field.name == "kind")
        if kind not in known:
            raise UsageError("The kind of a name is one of: {known}.", known="、".join(known))
        row = [name, unit_code, kind, valid_from, by or user(), now()]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(
            [["alias", "unit_code", "kind", "valid_from", "confirmed_by", "confirmed_at"], row]
        )
        source = (f"{name[:20]}.csv", text.getvalue().encode())
        return self.import_files("unit_alias", [source], own, dry_run=dry_run, trial=status[own] == TRIAL)

    def _permit_upload(self, round_id: str, trial: bool) -> None:
        """A round is a trial or formal, never both; one that is finalised takes nothing more."""
        status = self.status(round_id)
        if status.code in LOCKED:
            raise UsageError(LOCKED[status.code], round=round_id)
        uploads = self._of_round(round_id)
        if not trial and status.code == TRIAL:
            if not uploads:
                raise UsageError(
                    "The round {round} has the status trial. Set it back to draft first, or mark this upload as trial.",
                    round=round_id,
                )
            raise UsageError(
                "The round {round} holds trial uploads, and trial and formal data are never mixed. Clear the trial "
                "round first, or mark this upload as trial too.",
                round=round_id,
            )
        if trial and uploads and not uploads[0].trial:
            raise UsageError(
                "The round {round} holds formal uploads, and trial and formal data are never mixed. Give the trial "
                "a round name of its own.",
                round=round_id,
            )

    @contextmanager
    def candidate(self) -> Iterator[Release]:
        """The release that publishing now would make, in a scratch folder that is gone afterwards.

        Nothing is locked or stored. Raises UsageError when there is nothing to publish, RoundConflict as publishing.
        """
        with tempfile.TemporaryDirectory() as scratch:
            draft = Path(scratch) / "releases" / "draft"
            release_id = self._build(draft, self.uploads_in_force())
            release = Release(draft.rename(draft.with_name(release_id)), self.path)
            try:
                yield release
            finally:
                release.close()

    def publish(self, note: str = "", *, expect: str | None = None) -> PublishReport:
        """Make the uploads in force a release and the release the one in force.

        expect: the id of the release that was compared; another one is refused.
        """
        with self._writing() as staging:
            release_id = self._build(staging / "release", self.uploads_in_force())
            if expect not in (None, release_id):
                raise self._changed_since()
            previous = self.in_force()
            if release_id == previous:
                return PublishReport(release_id, new=False)
            self._keep(staging / "release", release_id)
            self._record(staging, Event(0, "publish", release_id, previous or "", note, now(), user()))
        return PublishReport(release_id, new=True)

    def _build(self, draft: Path, uploads: list[Upload]) -> str:
        if not uploads:
            raise UsageError("There is nothing to publish: no file has been imported.")
        draft.mkdir(parents=True)
        return build_release(draft, uploads, {rules.name: rules for rules in self.rule_sets()}, self.threads)

    def _keep(self, draft: Path, release_id: str) -> None:
        folder = self.path / "releases" / release_id
        if not folder.is_dir():
            _put_in_place(draft, folder)

    def _changed_since(self) -> UsageError:
        """Who wrote last, for the one who compared before that."""
        changes = [(upload.imported_at, upload.imported_by) for upload in self.uploads()]
        changes += [(event.time, event.user) for event in self.history()]
        time, who = max(changes)
        return UsageError(
            "What would be published is not what was compared; the last change is by {user}, {time}. Compare again.",
            user=who,
            time=local_time(time),
        )

    def rollback(self, prefix: str, reason: str) -> str:
        """Make an older release the one in force again; recorded like a publication."""
        if not reason.strip():
            raise UsageError("Going back needs a reason.")
        with self._writing() as staging:
            release_id = self._find(prefix)
            if cleared(self.history()).intersection(self.uploads_of(release_id)):
                raise UsageError(
                    "The release {release} holds a trial round that was cleared. Choose another release.",
                    release=release_id[:16],
                )
            previous = self.in_force() or ""
            self._permit_change_of_announced(previous, release_id)
            if release_id != previous:
                self._record(staging, Event(0, "rollback", release_id, previous, reason, now(), user()))
        return release_id

    def _permit_change_of_announced(self, previous: str, release_id: str) -> None:
        """What was announced stays what is shown, until it is withdrawn."""
        before, after = (self._digests_of(one) for one in (previous, release_id))
        for round_id, digest in before.items():
            if digest != after.get(round_id) and self.status(round_id).code == ANNOUNCED:
                raise UsageError(
                    "The round {round} is announced, and the release {release} holds other results of it. Withdraw the "
                    "round first.",
                    round=round_id,
                    release=release_id[:16],
                )

    def _digests_of(self, release_id: str) -> dict[str, str]:
        """Of each round of a release: the digest of its facts and rules."""
        if not release_id:
            return {}
        digests: dict[str, str] = read_contents(self.path / "releases" / release_id)["rounds"]
        return digests

    def clear(self, round_id: str, reason: str) -> str | None:
        """Take a trial round out of force in one step; its files are kept. Returns the release in force, or None.

        Other rounds stay as they are published, whatever else is imported and not published yet.
        """
        if not reason.strip():
            raise UsageError("Clearing needs a reason.")
        with self._writing() as staging:
            own = self._of_round(round_id)
            if not own:
                raise UsageError("The round {round} holds no uploads.", round=round_id)
            if not own[0].trial:
                raise UsageError(
                    "The round {round} is formal and cannot be cleared. Correct it with an upload that replaces the "
                    "earlier ones, or withdraw the round.",
                    round=round_id,
                )
            gone = cleared(self.history())
            ids = [u.upload_id for u in self.uploads() if u.round_id == round_id and u.upload_id not in gone]
            previous = self.in_force() or ""
            release_id = self._without(staging, previous, set(ids))
            event = Event(0, "clear", release_id, previous, reason, now(), user(), round_id, uploads=tuple(ids))
            self._record(staging, event)
        return release_id or None

    def _without(self, staging: Path, release_id: str, gone: set[str]) -> str:
        """The release in force without some uploads; '' when nothing is left of it."""
        kept = self.uploads_of(release_id)
        if not gone.intersection(kept):
            return release_id
        rest = [upload for upload in self.uploads() if upload.upload_id in kept and upload.upload_id not in gone]
        if not rest:
            return ""
        without = self._build(staging / "release", rest)
        self._keep(staging / "release", without)
        return without

    def set_status(self, round_id: str, status: str, reason: str) -> None:
        """Give a round a status; recorded with the reason. The same status again changes nothing."""
        if status not in STATUSES:
            raise UsageError("A status is one of: {known}.", known=", ".join([*CHINESE, *STATUSES]))
        if not reason.strip():
            raise UsageError("A change of status needs a reason.")
        with self._writing() as staging:
            now_is = self.status(round_id)
            if now_is.code == status and (now_is.given or status == TRIAL):
                return
            self._permit_status(now_is, status)
            in_force = self.in_force() or ""
            event = Event(0, "status", in_force, in_force, reason, now(), user(), round_id, status)
            self._record(staging, event)

    def _permit_status(self, now_is: RoundStatus, status: str) -> None:
        round_id, uploads = now_is.round, self._of_round(now_is.round)
        if any(upload.trial for upload in uploads):
            raise UsageError("The round {round} holds trial uploads. Clear the trial round first.", round=round_id)
        if now_is.code != status and not may_follow(now_is.code, status):
            raise UsageError(FOLLOWING_SENTENCES[now_is.code], round=round_id)
        if status == TRIAL and uploads:
            raise UsageError(
                "The round {round} holds formal uploads; it cannot become a trial any more.", round=round_id
            )
        if status == FINAL and not uploads:
            raise UsageError("The round {round} holds no uploads.", round=round_id)
        if status in (ANNOUNCED, WITHDRAWN) and not self._as_published(uploads, whole=status == ANNOUNCED):
            raise UsageError(
                "The results of the round {round} are not published as they stand. Publish them first.",
                round=round_id,
            )

    def _as_published(self, uploads: list[Upload], *, whole: bool) -> bool:
        """Whether the uploads of a round, or some of them, make the release in force."""
        published = self.uploads_of(self.in_force() or "")
        known = [upload.upload_id in published for upload in uploads]
        return bool(known) and (all(known) if whole else any(known))

    def _record(self, staging: Path, event: Event) -> None:
        number = len(self.history()) + 1
        draft = staging / "event.json"
        text = json.dumps(asdict(replace(event, number=number)), ensure_ascii=False, indent=1)
        draft.write_text(text, encoding="utf-8")
        _put_in_place(draft, self.path / FOLDER / f"{number:06d}.json")

    def _rules_for(self, round_id: str, name: str | None) -> RuleSet:
        """The rule set of an import: named, else the round's, else the only one."""
        used = self.rules_in_use(round_id)
        if name is not None:
            rules = self.rule_set(name)
            if used and used != name:
                raise TwoRuleSets(used, name)
            return rules
        if used:
            return self.rule_set(used)
        known = self.rule_sets()
        if len(known) == 1:
            return known[0]
        if not known:
            raise UsageError("There is no rule set yet. Add one first: biaochi rules add FILE.toml")
        raise UsageError(
            "Several rule sets are known ({names}). Say which one with --rules NAME.",
            names=", ".join(rules.name for rules in known),
        )

    @contextmanager
    def _writing(self) -> Iterator[Path]:
        """The lock, and a scratch folder inside the store that is gone afterwards."""
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.path / "lock", timeout=0):
                for left in (self.path / "staging").glob("*"):  # of a killed process
                    shutil.rmtree(left, ignore_errors=True)
                (self.path / "staging").mkdir(exist_ok=True)
                staging = Path(tempfile.mkdtemp(dir=self.path / "staging"))
                self._writer.write_text(json.dumps([user(), local_time(now())]), encoding="utf-8")
                try:
                    yield staging
                finally:
                    self._writer.unlink(missing_ok=True)
                    shutil.rmtree(staging, ignore_errors=True)
        except Timeout:
            raise StoreBusy(str(self.path), self._holder()) from None

    @property
    def _writer(self) -> Path:
        """Says who holds the lock; beside the lock, since trying a lock file empties it."""
        return self.path / "staging" / "writer.json"

    def _holder(self) -> tuple[str, str] | None:
        try:
            who, since = json.loads(self._writer.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(who), str(since)

    # --- checking ------------------------------------------------------------------------------------------------

    def check(self) -> list[str]:
        """What is damaged, one English line each; empty when every checksum holds."""
        parts = {
            "uploads": self._check_uploads,
            "rule sets": self._check_rules,
            "history": self._check_history,
            "releases": self._check_releases,
        }
        found = []
        for name, part in parts.items():
            try:
                found += part()
            except (ValueError, KeyError, TypeError, OSError, RulesRefused) as error:
                found.append(f"{name}: a file cannot be read any more ({type(error).__name__})")
        return found

    def _check_uploads(self) -> list[str]:
        found = []
        for folder in sorted((self.path / "uploads").glob("[0-9]*")):
            found += [f"upload {folder.name}: {name} is damaged or missing" for name in damaged_files(folder)]
        return found

    def _check_rules(self) -> list[str]:
        paths = sorted((self.path / "rules").glob("*.toml"))
        named = {path.stem: parse_rules(path.read_text(encoding="utf-8")).name for path in paths}
        return [f"rule set {stem}: its name inside is another" for stem, name in named.items() if stem != name]

    def _check_history(self) -> list[str]:
        entries = enumerate(reversed(self.history()), start=1)
        return [f"history: entry {number} is missing" for number, event in entries if event.number != number]

    def _check_releases(self) -> list[str]:
        return [problem for release_id in self.releases() for problem in self._check_release(release_id)]

    def _check_release(self, release_id: str) -> list[str]:
        folder = self.path / "releases" / release_id
        if not (folder / RELEASE).is_file() or not (folder / RESULTS).is_file():
            return [f"release {release_id[:16]}: files are missing"]
        made_of = json.loads((folder / RELEASE).read_text(encoding="utf-8"))
        problems = [] if made_of["id"] == release_id else [f"release {release_id[:16]}: its id is another"]
        if made_of["results_sha256"] != file_sha256(folder / RESULTS):
            problems.append(f"release {release_id[:16]}: {RESULTS} is damaged; rebuild it")
        known = {upload.upload_id for upload in self.uploads()}
        missing = [upload for upload in made_of["uploads"] if upload not in known]
        return problems + [f"release {release_id[:16]}: upload {upload} is missing" for upload in missing]

    def replay(self, prefix: str) -> list[str]:
        """Recompute a release from the kept evidence in a scratch store; what differs, empty when nothing does."""
        release_id = self._find(prefix)
        release = Release(self.path / "releases" / release_id)
        taken = set(release.upload_ids)
        last = max(upload.number for upload in self.uploads() if upload.upload_id in taken)
        # What said which names mean which units when a file was read is read again too, even if replaced since.
        uploads = [u for u in self.uploads() if u.upload_id in taken or (u.kind in READ_WITH and u.number < last)]
        with tempfile.TemporaryDirectory() as scratch:
            again = Store(Path(scratch) / "store", threads=self.threads)
            stored, problems = _import_again(again, uploads, self.rule_sets())
            if problems:
                return problems
            draft = again.path / "releases" / "draft"
            wanted = {stored[upload_id] for upload_id in release.upload_ids}
            again_id = again._build(draft, [upload for upload in again.uploads() if upload.upload_id in wanted])
            if again_id != release_id:
                return [f"the release id is {again_id[:16]}, not {release_id[:16]}"]
            return _differences(release, Release(draft.rename(draft.with_name(again_id))))


class NameTaken(Exception):
    """A rule set of this name has other content."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.problem = Problem("rules_name_taken", value=name)


class TwoRuleSets(Exception):
    """A round is imported under another rule set than before."""

    def __init__(self, used: str, name: str) -> None:
        super().__init__(name)
        self.problem = Problem("two_rule_sets", value=name, facts={"used": used})


@dataclass(frozen=True)
class _Kept:
    """One file of an import: the name it came under, where it is read from, where its bytes are kept."""

    name: str
    source: Path
    path: Path


class _Import:
    """One import from files to an upload folder."""

    def __init__(
        self,
        store: Store,
        staging: Path,
        kind: str,
        round_id: str,
        rules: RuleSet | None,
        replaces: bool,
        mapping: dict[str, str] | None,
        choices: Choices,
        edits: tuple[EditLog, ...],
        demo: bool,
        trial: bool,
        watch: Watch,
    ) -> None:
        self.store, self.staging, self.kind, self.round_id = store, staging, kind, round_id
        self.rules, self.replaces, self.demo, self.trial = rules, replaces, demo, trial
        self.asks_memory, self.mapping = mapping is None, dict(mapping or {})
        self.header_words = header_words() | words(store.path, kind) | set(self.mapping)
        self.choices, self.edits, self.watch = choices, edits, watch
        self.tables: list[tuple[TextTable, Header]] = []
        self.headers: dict[str, FoundHeader] = {}
        self.remembered: dict[str, str] = {}
        self.corrected: bytes | None = None
        self.blank = 0
        self.folder = staging / "upload"
        self.folder.mkdir()
        self.con = working_memory(staging, threads=store.threads)
        self.problems: list[Problem] = []
        self.preview = pd.DataFrame()
        self.encodings: dict[str, str] = {}
        self.checksums: dict[Path, str] = {}
        self.places: dict[str, tuple[str, int]] = {}

    def run(self, sources: Sequence[Source], dry_run: bool, accept_warnings: str | None) -> ImportReport:
        """Read, judge, and store unless something stands in the way."""
        try:
            with self._keeping_evidence(sources) as evidence:
                tables = self.tables = self._tables(evidence)
                if has_errors(self.problems) or not tables:
                    return self._report(0)
                self.watch.step(0.4, N_("Checking every value"))
                digest, rows = self._read(tables)
            self.watch.step(0.9, N_("Comparing with what is stored"))
            if has_errors(self.problems):
                return self._report(rows)
            same = self._same(digest)
            if same:
                return self._report(rows, same_as=same)
            conflicts = self._conflicts(digest)
            self.problems += conflicts
            if conflicts:
                return self._report(rows)
            if self.problems and accept_warnings is None:
                return self._report(rows, needs_acceptance=True)
            if dry_run:
                return self._report(rows)
            self.watch.step(0.95, N_("Storing"))
            upload = self._upload(evidence, digest, rows, accept_warnings or "")
            write_manifest(self.folder, upload)
            _put_in_place(self.folder, self.store.path / "uploads" / upload.upload_id)
            return self._report(rows, stored=True, upload=upload.upload_id)
        finally:
            self.con.close()

    def _report(
        self,
        rows: int,
        *,
        stored: bool = False,
        upload: str | None = None,
        same_as: str | None = None,
        needs_acceptance: bool = False,
    ) -> ImportReport:
        problems = sorted(self.problems, key=lambda p: (p.file or "", p.row or 0, p.column or "", p.code))
        return ImportReport(
            problems,
            rows,
            stored,
            upload,
            same_as,
            needs_acceptance,
            self.encodings,
            self.preview,
            self._faulty(problems),
            self.headers,
            self.remembered,
            self.corrected,
            self.blank,
        )

    def _faulty(self, problems: list[Problem]) -> list[FaultyCell]:
        """The cells that can be corrected in place: of one file at a time."""
        if len(self.tables) != 1 or not has_errors(problems):
            return []
        text, header = self.tables[0]
        return faulty_cells(text.path, text.delimiter, header, problems[:MOST_FAULTY])

    # --- files ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _keeping_evidence(self, sources: Sequence[Source]) -> Iterator[list[_Kept]]:
        """Copy the files into the upload while they are read (a copy of half a gigabyte takes as long as reading
        it). What was read and what is kept must be the same bytes: a file that changed meanwhile is refused."""
        self._check_space(sources)
        evidence = [
            _Kept(
                source.name if isinstance(source, Path) else source[0],
                source if isinstance(source, Path) else self.folder / f"evidence-{number}",
                self.folder / f"evidence-{number}",
            )
            for number, source in enumerate(sources)
        ]
        before = [_stamp(source) for source in sources]
        for kept, source in zip(evidence, sources, strict=True):
            if not isinstance(source, Path):
                kept.path.write_bytes(source[1])
        with ThreadPoolExecutor(max_workers=1) as pool:
            copies = [pool.submit(_copy_to_disk, kept) for kept in evidence]
            yield evidence
            for copy in copies:
                copy.result()
        for kept, source, stamp in zip(evidence, sources, before, strict=True):
            if _stamp(source) != stamp:
                raise UsageError("The file {name} changed while it was read. Import it again.", name=kept.name)

    def _check_space(self, sources: Sequence[Source]) -> None:
        size = sum(s.stat().st_size if isinstance(s, Path) else len(s[1]) for s in sources)
        free = shutil.disk_usage(self.staging).free
        if free < SPARE_SPACE * size:
            raise UsageError(
                "The disk has {free} MB left; this import needs {needed} MB. Make room and try again.",
                free=free >> 20,
                needed=SPARE_SPACE * size >> 20,
            )

    def _tables(self, evidence: list[_Kept]) -> list[tuple[TextTable, Header]]:
        """Each file as text with its header."""
        tables = []
        for number, kept in enumerate(evidence):
            name = kept.name
            workdir = self.staging / f"text-{number}"
            workdir.mkdir()
            self.watch.step(0.3 * number / len(evidence), N_("Reading the file"))
            try:
                text = replace(open_source(kept.source, workdir, self.header_words, self.choices.sheet), name=name)
                text = self._corrected(text, workdir) if self.edits else text
            except Refused as refusal:
                self.problems += refusal.in_file(name).problems
                continue
            self.encodings[name] = text.encoding
            self.checksums[kept.path] = text.sha256
            self.problems += [replace(warning, file=name) for warning in text.warnings]
            records = first_records(text.path, text.delimiter)
            header = read_header(self.kind, records, self._mapping_for(records), name)
            self.headers[name] = FoundHeader.of(records, header)
            if isinstance(header, list):
                self.problems += header
                continue
            self.problems += header.problems
            self.problems += [] if self.choices.fill_down else merged_cells(text, header)
            if not len(self.preview):
                self.preview = _preview(records, header)
            tables.append((text, header))
        return tables

    def _mapping_for(self, records: list[list[str]]) -> dict[str, str]:
        """What was asked for, else what was decided for an earlier file of this shape."""
        if self.asks_memory:
            found = remembered(self.store.path, self.kind, records)
            self.remembered |= found
            self.mapping |= found
        return self.mapping

    def _corrected(self, text: TextTable, workdir: Path) -> TextTable:
        """The text after the edits, kept beside the evidence; name, checksum and encoding stay the original's."""
        records = first_records(text.path, text.delimiter)
        header = read_header(self.kind, records, self._mapping_for(records), text.name)
        if isinstance(header, list):
            return text
        target = self.folder / "corrected-0.csv"
        apply_to_file(text.path, target, [edit.edit for edit in self.edits], header, text.delimiter)
        if target.stat().st_size <= LARGEST_IN_MEMORY:
            self.corrected = target.read_bytes()
        workdir = workdir / "corrected"
        workdir.mkdir()
        return replace(
            open_source(target, workdir, self.header_words),
            name=text.name,
            sha256=text.sha256,
            size=text.size,
            encoding=text.encoding,
            sheet=text.sheet,
            warnings=text.warnings,
            merged=text.merged,
        )

    # --- content -------------------------------------------------------------------------------------------------

    def _read(self, tables: list[tuple[TextTable, Header]]) -> tuple[str, int]:
        """Facts of the kind into the upload folder; returns their digest and the records read."""
        context = Context(self.con, self.staging, self.round_id, self.rules, self._register(), self.mapping, self.watch)
        if self.kind == "ballots":
            ballots = read_ballots(tables, context)
            self.problems += ballots.problems
            self.blank = ballots.blank
            if ballots.facts is None:
                return "", ballots.rows
            write_ballot_facts(self.con, self.folder, ballots.facts)
            return ballots.facts.digest, ballots.rows
        small = self._read_small(tables, context)
        self.problems += small.problems
        self.blank = small.blank
        if small.frame is not None:
            write_frame(self.con, self.folder, small.frame)
        return small.digest, small.rows

    def _read_small(
        self, tables: list[tuple[TextTable, Header]], context: Context
    ) -> CountIntake | UnitIntake | RecordIntake:
        if self.kind in RECORD_KINDS:
            records = read_records(self.kind, tables, context)
            self.places = records.places
            return records
        return read_counts(tables, context) if self.kind == "counts" else read_units(tables, context)

    def _register(self) -> Register | None:
        return read_register(self.store.uploads_in_force(), self.round_id) if self.kind != "units" else None

    def _others(self, *kinds: str) -> list[Upload]:
        """Uploads in force of this round, of some kinds."""
        return [
            upload
            for upload in self.store.uploads_in_force()
            if upload.round_id == self.round_id and upload.kind in kinds
        ]

    def _same(self, digest: str) -> str | None:
        """The upload in force with this content already."""
        for upload in self._others(self.kind):
            if upload.digest == digest and not (self.replaces and len(self._others(self.kind)) > 1):
                return upload.upload_id
        return None

    def _conflicts(self, digest: str) -> list[Problem]:
        """What keeps this upload from standing beside the others of its round."""
        draft = replace(self._upload([], digest, 0, ""), folder=self.folder)
        together = effective([*self.store.uploads_in_force(), draft])
        if self.kind in RECORD_KINDS:
            return self._record_conflicts(draft, together)
        own = [u for u in together if u.round_id == self.round_id and u.kind in ("ballots", "counts", "units")]
        alone = sum(upload.kind == self.kind for upload in own) == 1
        if alone and (self.kind != "units" or len(own) == 1):
            return []  # names were resolved against the register while reading
        con = working_memory(self.staging, threads=self.store.threads)
        try:
            read_round(con, self.round_id, together)
        except RoundConflict as conflict:
            return conflict.problems
        finally:
            con.close()
        return []

    def _record_conflicts(self, draft: Upload, together: list[Upload]) -> list[Problem]:
        """Records that another upload in force has already, and aliases that would mean two units."""
        same = [u for u in together if (u.kind, u.round_id) == (self.kind, self.round_id) and u.number != draft.number]
        problems = twice_imported(self.kind, self.places, [(u.upload_id, u.frame()) for u in same])
        return problems or (alias_conflicts(together) if self.kind == "unit_alias" else [])

    def _upload(self, evidence: list[_Kept], digest: str, rows: int, accepted: str) -> Upload:
        files = tuple(Evidence(kept.name, kept.path.stat().st_size, self.checksums[kept.path]) for kept in evidence)
        numbers = [upload.number for upload in self.store.uploads()]
        return Upload(
            number=max(numbers, default=0) + 1,
            kind=self.kind,
            round_id=self.round_id,
            rules_name=self.rules.name if self.rules else "",
            digest=digest,
            lines=rows,
            replaces=self.replaces,
            files=files,
            mapping=self.mapping,
            choices=self.choices,
            edits=self.edits,
            accepted_warnings=accepted,
            demo=self.demo,
            trial=self.trial,
            imported_at=now(),
            imported_by=user(),
        )


def _has_unit(upload: Upload, code: str) -> bool:
    return code in set(upload.frame()["unit_code"])


def _copy_to_disk(kept: _Kept) -> None:
    """Copy, and see the bytes safely on disk."""
    if kept.source != kept.path:
        shutil.copyfile(kept.source, kept.path)
    with kept.path.open("rb") as file:
        os.fsync(file.fileno())


def _stamp(source: Source) -> tuple[int, int]:
    """What changes when a file does."""
    if not isinstance(source, Path):
        return 0, len(source[1])
    status = source.stat()
    return status.st_mtime_ns, status.st_size


def _preview(records: list[list[str]], header: Header) -> pd.DataFrame:
    """The first records below the header, as read."""
    width = len(header.cells)
    rows = [record for record in records[header.row :] if len(record) == width][:PREVIEW_ROWS]
    names = [cell or f"({number})" for number, cell in enumerate(header.cells, start=1)]
    return pd.DataFrame(rows, columns=names)


def _import_again(again: Store, uploads: list[Upload], rule_sets: list[RuleSet]) -> tuple[dict[str, str], list[str]]:
    """Import the evidence of uploads into a scratch store in the order in which it came.

    Returns the id there of every upload, and what is not accepted any more.
    """
    for rules in rule_sets:
        again.add_rules(rules.text)
    stored: dict[str, str] = {}
    for upload in sorted(uploads, key=lambda u: u.number):
        sources = [(file.name, path.read_bytes()) for file, path in upload.evidence()]
        report = again.import_files(
            upload.kind,
            sources,
            upload.round_id,
            rules=upload.rules_name or None,
            replace=upload.replaces and upload.kind in READ_WITH,
            mapping=upload.mapping,
            sheet=upload.choices.sheet,
            fill_down=upload.choices.fill_down,
            edits=upload.edits,
            accept_warnings=upload.accepted_warnings or "replay",
            demo=upload.demo,
            trial=upload.trial,
        )
        if report.upload is None:
            why = "; ".join(dict.fromkeys(problem.message("en") for problem in report.problems[:3]))
            return stored, [f"upload {upload.upload_id}: its evidence is not accepted any more: {why}"]
        stored[upload.upload_id] = report.upload
    return stored, []


def _differences(one: Release, two: Release) -> list[str]:
    """Tables of two releases that are not the same, byte for byte as CSV."""
    found = []
    for name in sql_names("table"):
        first, second = (release.query_table(name) for release in (one, two))
        if first.to_csv(index=False).encode() != second.to_csv(index=False).encode():
            found.append(f"table {name.removeprefix('table/')} differs")
    return found


def _put_in_place(draft: Path, final: Path) -> None:
    """Put a finished file or folder in its place in one step, on disk before it counts."""
    for path in [draft, *draft.rglob("*")] if draft.is_dir() else [draft]:
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    final.parent.mkdir(parents=True, exist_ok=True)
    os.rename(draft, final)
    _sync_folder(final.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def user() -> str:
    """Who is at the machine; later the person who logged in."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
