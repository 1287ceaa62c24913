"""The store: rules, uploads, releases, and which release is in force.

Everything under the store's folder appears by one rename and is never changed after: an upload, a rule set, a release,
a history entry. The newest history entry says which release is in force, so publishing and its record are one step.
One lock file serialises writers; readers never wait, and an import reads and judges its files before it takes the lock.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import duckdb
import pandas as pd
from filelock import FileLock, Timeout

from data.duckdb_access import engine_at_work, part_of, refusal_of
from data.intake.context import Claims
from data.model.across_tables import NO_CHECKS, AcrossTables
from data.model.contract import EVIDENCE_KINDS, SCHEME_RULES, SCORED_KINDS
from data.model.progress import Progress, ProgressReporter, no_progress, not_cancelled
from data.model.rule_sets import InvalidRulesError, RuleSet, parse_rules
from data.model.working_days import CALENDAR_COLUMNS, Calendar, Periods, work_calendar
from data.store import aliases, policy
from data.store.atomic_write import OWN_FILE, PLANNED, STAGING, noted_in, pass_notes_on, planned, private_folder
from data.store.audit_log import (
    append_missing_entries,
    has_log,
    log_stored,
    logged_event_count,
    read_log,
)
from data.store.checkpoints import sign_on
from data.store.column_mappings import Decision, write_decision
from data.store.drafts import discard_stored
from data.store.history import (
    FOLDER,
    Event,
    cleared,
    local_time,
    missing_entry,
    now,
    read_history,
    user,
    withdrawn,
    written,
)
from data.store.import_job import DEFAULTS, ImportJob, ImportOptions, ImportReport, Request, Source
from data.store.release import METHOD_VERSION, Release, read_contents
from data.store.release_builder import build_release
from data.store.review import awaiting_correction, fixed_by
from data.store.review import origins as origins_in
from data.store.round_status import (
    ANNOUNCED,
    DRAFT,
    TRIAL,
    RoundStatus,
    status_given,
)
from data.store.rounds import alias_of, contents
from data.store.scratch import IMPORT, clear, clear_noted, scratch, work_folder
from data.store.seals import file_sha256, refuse_broken, sealed_files, store_for_good
from data.store.store_format import bring_up_to_date, is_sealed, refuse_newer
from data.store.uploads import (
    Upload,
    active,
    is_derived,
    originals_verified_meanwhile,
    read_upload,
    refuse_damaged,
    reporting_damage,
)
from errors import (
    InterruptedLateError,
    LaterStepFailedError,
    LogNotWrittenError,
    NameTakenError,
    StoreBusyError,
    StoreDamagedError,
    TwoRuleSetsError,
    UsageError,
    reason_of,
)


@dataclass(frozen=True)
class Batch:
    """A store that this thread holds for several writes. memory: shared by its imports, each with separate tables."""

    store: Path
    staging: Path
    memory: duckdb.DuckDBPyConnection
    numbers: Iterator[int] = field(default_factory=count)


EFFECTS = ("history/", "mappings/", "rules/", "uploads/")
"""Places whose files take effect when they arrive; a release or a content waits for its entry of the history."""
MOST_READINGS = 3
"""How often an import reads its files because what it rests on changed before they were stored."""
LONGEST_WAIT = 60
"""Seconds that an import which took as long to read waits for another writer to end."""
RESTED_ON = ("history/*", "mappings/*/*", "rules/*", "uploads/*")
_BATCH: ContextVar[Batch | None] = ContextVar("batch", default=None)


@dataclass(frozen=True)
class PublishReport:
    """The release in force after publishing. new: whether it was not in force before."""

    release: str
    new: bool


@dataclass(frozen=True)
class Review:
    """Findings shown before publishing, as "code round", and the reason for publishing in spite of warnings."""

    accepted: str = ""
    findings: tuple[str, ...] = ()


class Correction(Protocol):
    """A publication that changes the results of a round because of rulings."""

    @property
    def round(self) -> str:
        """The round that is corrected."""

    def refuse(self, history: Sequence[Event]) -> None:
        """Raise UsageError if nothing of the round waits for a correction. history: newest first."""

    def entry(self, staging: Path, before: Release, after: Release, event: Event) -> Event:
        """Keep what is corrected and return the entry of the history. Raises UsageError if nothing changed."""


Reviewer: TypeAlias = Callable[[Release], Review]


def unreviewed(release: Release) -> Review:
    """Return an empty review: for programs that publish what they created themselves."""
    return Review()


class Store:
    """A store folder. Reading never creates files."""

    def __init__(
        self,
        path: Path,
        *,
        threads: int | None = None,
        claims: Callable[["Store"], Claims] | None = None,
        signing_key: Path | None = None,
    ) -> None:
        self.path = Path(path)
        if refusal := policy.refuse_path(self.path):
            raise refusal
        self.threads = threads
        self.signing_key = signing_key
        self.claims = claims
        refuse_newer(self.path)

    # --- reading -------------------------------------------------------------------------------------------------

    def is_empty(self) -> bool:
        """Return whether the store has no rules, no uploads and no history."""
        return not (self.rule_sets() or self.uploads() or self.history())

    def rule_sets(self) -> list[RuleSet]:
        """Return all rule sets, by name."""
        return [_kept_rules(path) for path in sorted((self.path / "rules").glob("*.toml"))]

    def rule_set(self, name: str) -> RuleSet:
        """Return a rule set by name. Raises UsageError."""
        path = self.path / "rules" / f"{name}.toml"
        if "/" in name or not path.is_file():
            raise UsageError("There is no rule set named {name}. “biaochi rules list” names them all.", name=name)
        return _kept_rules(path)

    def lost_rules(self, uploads: Sequence[Upload]) -> StoreDamagedError | None:
        """Return an error for a rule set that these uploads need but that is missing, or None."""
        used = sorted({upload.rules_name for upload in uploads if upload.rules_name})
        lost = [name for name in used if not (self.path / "rules" / f"{name}.toml").is_file()]
        if not lost:
            return None
        return StoreDamagedError("Rule set {name}: its file is missing. Restore it from a backup.", name=lost[0])

    def uploads(self) -> list[Upload]:
        """Return all accepted uploads, oldest first."""
        folders = sorted((self.path / "uploads").glob("[0-9]*"))
        return [read_upload(folder) for folder in folders]

    def history(self) -> list[Event]:
        """Return the history, newest first.

        Raises StoreDamagedError if entries are missing. Without the newest entries an older release would be taken as
        in force; without any entries the store would be taken as never published.
        """
        # The log is read before the entries, because a writer adds an entry first and logs it afterwards.
        logged = logged_event_count(self.path)
        history = read_history(self.path)
        unlogged = not history and not has_log(self.path) and any((self.path / "releases").glob("*"))
        if len(history) < logged or unlogged:
            raise missing_entry(len(history) + 1)
        return history

    def uploads_in_force(self) -> list[Upload]:
        """Return the uploads to publish: neither replaced nor withdrawn."""
        return self._in_force_of(self.uploads())

    def _in_force_of(self, uploads: Sequence[Upload]) -> list[Upload]:
        gone = withdrawn(self.history())
        return active([upload for upload in uploads if upload.upload_id not in gone])

    def calendar(self) -> Calendar:
        """Return the work calendar: the shipped years, overridden by uploaded years, published or not."""
        formal = [upload for upload in self.uploads_in_force() if not upload.trial]
        return work_calendar(
            pd.DataFrame(contents(formal, "work_calendar"), columns=list(CALENDAR_COLUMNS), dtype="object")
        )

    def rounds(self) -> list[str]:
        """Return every round with uploads in force, newest first."""
        return sorted({upload.round_id for upload in self.uploads_in_force()}, reverse=True)

    def status(self, round_id: str) -> RoundStatus:
        """Return the status of a round: trial if its uploads are, else the last recorded status, else draft."""
        return self._status(round_id, self._of_round(round_id))

    def _status(self, round_id: str, own: Sequence[Upload]) -> RoundStatus:
        given = status_given(self.history(), round_id)
        if any(upload.trial for upload in own):
            return RoundStatus(round_id, TRIAL, given)
        return RoundStatus(round_id, given.status if given else DRAFT, given)

    def awaits_correction(self, round_id: str) -> bool:
        """Return whether a ruling changes data of a round and its corrected release is not published yet."""
        return bool(awaiting_correction(self.history(), round_id))

    def refused_upload(self, kind: str, round_id: str, trial: bool = False) -> UsageError | None:
        """Return why a file of a kind is not taken for a round now, before anyone chooses it; None if it is."""
        return self._refused_upload(kind, round_id, trial, self.uploads_in_force())

    def _refused_upload(self, kind: str, round_id: str, trial: bool, in_force: Sequence[Upload]) -> UsageError | None:
        correcting = self.awaits_correction(round_id)
        own = [upload for upload in in_force if _is_of(upload, round_id)]
        return policy.refuse_upload(kind, self._status(round_id, own), own, trial, correcting)

    def refused_status(self, round_id: str, status: str, although: str = "") -> UsageError | None:
        """Return why a round cannot get a status now, before anyone fills in a reason; None if it can.

        although: why it is announced before its term of objections has ended.
        """
        frozen = [upload for upload in self._of_round(round_id) if upload.freezes_with_round]
        published = self.uploads_of(self.in_force() or "")
        current, uploads = self.status(round_id), self._of_round(round_id)
        refusal = policy.refuse_status(current, status, uploads, published, frozen or uploads)
        if refusal or status != ANNOUNCED or current.code == ANNOUNCED:
            return refusal
        return policy.refuse_announcing(self.history(), round_id, self.calendar(), date.today(), although)

    def origins(self, *, correcting: str = "") -> dict[str, str]:
        """Return round -> the release with whose id its draws begin, for the release that would be published now.

        correcting: a round whose results change by a ruling; its draws begin with the new id.
        """
        in_force = self.in_force()
        contents = self._contents(in_force or "")
        if contents and not self._differs(contents):
            return dict(contents.get("origins", {}))
        found = origins_in(self.history(), lambda release: self._contents(release).get("origins", {}))
        return {name: origin for name, origin in found.items() if name != correcting}

    def _contents(self, release_id: str) -> Mapping[str, Any]:
        """Return the contents of a release; {} if they are lost, which `check` reports and `rebuild` mends."""
        try:
            return read_contents(self.path / "releases" / release_id) if release_id else {}
        except StoreDamagedError:
            return {}

    def _of_round(self, round_id: str) -> list[Upload]:
        """Return the uploads in force of the evaluation of a round."""
        return [upload for upload in self.uploads_in_force() if _is_of(upload, round_id)]

    def in_force(self) -> str | None:
        """Return the id of the release in force, or None."""
        history = self.history()
        return (history[0].release or None) if history else None

    def release(self, prefix: str | None = None) -> Release | None:
        """Return a release by a unique prefix of its id, by default the release in force; None if there is none."""
        release_id = self.in_force() if prefix is None else self.find(prefix)
        return None if release_id is None else Release(self.path / "releases" / release_id)

    def open_release(self, prefix: str) -> Release:
        """Return the only release whose id begins with a prefix. Raises UsageError."""
        return Release(self.path / "releases" / self.find(prefix))

    def releases(self) -> list[str]:
        """Return the ids of all releases that were ever in force, newest first."""
        return list(dict.fromkeys(event.release for event in self.history() if event.release))

    def uploads_of(self, release_id: str) -> list[str]:
        """Return the upload ids of a release; empty if `release_id` is empty."""
        if not release_id:
            return []
        ids: list[str] = read_contents(self.path / "releases" / release_id)["uploads"]
        return ids

    def digests_of(self, release_id: str) -> dict[str, str]:
        """Return round -> digest of its facts and rules, for a release."""
        if not release_id:
            return {}
        digests: dict[str, str] = read_contents(self.path / "releases" / release_id)["rounds"]
        return digests

    def has_changes(self) -> bool:
        """Return whether publishing would change the release in force, judged by upload ids and method version only."""
        uploads = {upload.upload_id for upload in self.uploads_in_force()}
        in_force = self.in_force()
        if in_force is None:
            return bool(uploads)
        return bool(uploads) and self._differs(read_contents(self.path / "releases" / in_force))

    def _differs(self, made_of: Mapping[str, Any]) -> bool:
        uploads = {upload.upload_id for upload in self.uploads_in_force()}
        return (uploads, METHOD_VERSION) != (set(made_of["uploads"]), made_of["method_version"])

    def rules_in_use(self, round_id: str) -> str:
        """Return the name of the rule set of a round's uploads, or ''."""
        names = [upload.rules_name for upload in self._of_round(round_id)]
        return next((name for name in names if name), "")

    def find(self, prefix: str) -> str:
        """Return the id of the only release that begins with a prefix. Raises UsageError."""
        matches = [release for release in self.releases() if release.startswith(prefix)]
        if len(matches) != 1 or not prefix:
            if matches:
                raise UsageError("Several releases begin with {prefix}. Enter more digits.", prefix=prefix)
            raise UsageError("No release begins with {prefix}. “biaochi releases” lists them all.", prefix=prefix)
        return matches[0]

    # --- writing -------------------------------------------------------------------------------------------------

    def add_rules(self, text: str) -> RuleSet:
        """Store a rule set. Raises InvalidRulesError, or NameTakenError if the name exists with other content."""
        rules = parse_rules(text)
        with self.writing() as staging:
            path = self.path / "rules" / f"{rules.name}.toml"
            if path.is_file():
                if _kept_rules(path).digest != rules.digest:
                    raise NameTakenError(rules.name)
                return rules
            draft = staging / "rules.toml"
            draft.write_text(text, encoding="utf-8")
            store_for_good(staging, draft, self.path, f"rules/{rules.name}.toml")
        return rules

    def import_files(
        self,
        kind: str,
        sources: Sequence[Source],
        round_id: str,
        options: ImportOptions = DEFAULTS,
        progress: Progress = no_progress,
        cancelled: Callable[[], bool] = not_cancelled,
        checks: Mapping[str, AcrossTables] = NO_CHECKS,
    ) -> ImportReport:
        """Read files as one upload of one kind and round; store it when nothing is wrong.

        checks: by table, what its rows must agree with in other tables.
        `progress` gets the share done and an English message; when `cancelled` is true, CancelledError of
        data.model.progress is raised and nothing is left behind.
        """
        made = kind == SCHEME_RULES and (options.checked or options.replaying)
        if not made and (refusal := policy.refuse_kind(kind)):
            raise refusal
        _raise(policy.refuse_as_of(kind, options.as_of, options.complete))
        if options.edits and len(sources) != 1:
            raise UsageError("Corrections belong to one file; {count} were given.", count=len(sources))
        correcting = kind if options.replace else ""
        rule_set = self._rules_for(round_id, options.rules, correcting) if kind in SCORED_KINDS else None
        # Pledges and hall votes are read without a rule set; the rule set of their round scores its halls.
        with_rules = kind in EVIDENCE_KINDS and options.rules is not None
        named = self._rules_for(round_id, options.rules, correcting).name if with_rules else ""
        if self.rules_in_use(round_id) and not options.replaying:
            named = ""  # another upload names it already
        watch = ProgressReporter(progress, cancelled)
        for _ in range(MOST_READINGS):
            began = time.monotonic()
            with self._reading() as (folder, con):
                state = what_imports_rest_on(self.path)
                request = Request(kind, round_id, rule_set, options, checks, None, named)
                job = self._job(folder, request, correcting, watch, con)
                if not job.read(sources):
                    return job.finish()
                with self.writing(wait=min(time.monotonic() - began, LONGEST_WAIT)) as staging:
                    if what_imports_rest_on(self.path) == state:
                        upload = job.store(staging)
                        discard_stored(self.path, read_upload(self.path / "uploads" / upload))
                        return job.finish()
        raise UsageError(
            "The store changed {count} times while the file was being read, so nothing was stored. Import it again.",
            count=MOST_READINGS,
        )

    def _job(
        self,
        folder: Path,
        request: Request,
        correcting: str,
        watch: ProgressReporter,
        con: duckdb.DuckDBPyConnection,
    ) -> ImportJob:
        """Return the job of an import, by the state of the store as it is now."""
        if request.rules is not None:  # again: a concurrent writer may have set the rules
            rules = self._rules_for(request.round_id, request.options.rules, correcting)
            request = replace(request, rules=rules)
        known = self.uploads()
        in_force = self._in_force_of(known)
        _raise(self._refused_upload(request.kind, request.round_id, request.options.trial, in_force))
        request = replace(request, claims=self.claims(self) if self.claims else None)
        return ImportJob(self.path, folder, request, known, in_force, watch, self.threads, con)

    def remember_mapping(self, kind: str, cells: tuple[str, ...], mapping: dict[str, str]) -> None:
        """Save a column mapping for later files with this header: column -> field, '' for no field."""
        with self.writing() as staging:
            draft = staging / "mapping.json"
            place = write_decision(self.path, draft, Decision(kind, cells, mapping, now(), user()))
            store_for_good(staging, draft, self.path, place.relative_to(self.path).as_posix())

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
        """Record an alias for a registered unit, as an upload of kind unit_alias with a single row.

        The upload belongs to `round_id`, by default to the newest round whose register has the unit; formal rounds
        that accept uploads are preferred. The alias applies to every round from `valid_from` on.
        kind: a term of the contract such as 简称. by: who confirmed the alias, by default the user. An alias that
        exists is reported as the same content. Raises UsageError for an unknown unit, kind or round, and for a name
        that refers to another unit.
        """
        in_force = self.uploads_in_force()
        rounds = aliases.rounds_with(in_force, unit_code)
        _raise(aliases.refuse_alias(name, unit_code, valid_from, round_id, rounds))
        known_as = alias_of(in_force, name, valid_from)
        if known_as and known_as[0] == unit_code:
            return ImportReport(rows=1, same_as=known_as[1])
        if known_as:
            raise UsageError(
                "{name} is already confirmed as a name of {unit}. To change that, import the table of names "
                "again with --replace.",
                name=name,
                unit=known_as[0],
            )
        statuses = {name: self.status(name).code for name in rounds}
        target = aliases.round_for(round_id, statuses)
        _raise(aliases.refuse_kind(kind))
        source = aliases.alias_file(name, unit_code, kind, valid_from, by or user())
        options = ImportOptions(dry_run=dry_run, trial=statuses[target] == TRIAL)
        return self.import_files("unit_alias", [source], target, options)

    @contextmanager
    def candidate(self) -> Iterator[Release]:
        """Yield the release that publishing would create, in a temporary folder.

        The store is neither locked nor changed. Raises UsageError if there are no uploads, and RoundConflictError.
        """
        with work_folder() as scratch:
            draft = scratch / "releases" / "draft"
            release_id = self.build(draft, self.uploads_in_force(), self.origins())
            release = Release(draft.rename(draft.with_name(release_id)), self.path)
            try:
                yield release
            finally:
                release.close()

    def publish(
        self,
        note: str = "",
        *,
        expect: str | None = None,
        review: Reviewer = unreviewed,
        correction: Correction | None = None,
        who: str = "",
    ) -> PublishReport:
        """Build a release from the uploads in force and put it in force.

        expect: the id of the release that was compared; any other result is refused. review: looks at a new release
        before it is stored; what it raises stops the publication, what it returns is recorded. correction: the round
        whose results change by a ruling. Raises UsageError if results change that are announced or shown to the units.
        """
        with self.verified_writing(is_derived) as staging:
            correcting = correction.round if correction else ""
            if correction:
                correction.refuse(self.history())
            origins, uploads = self.origins(correcting=correcting), self.uploads_in_force()
            with originals_verified_meanwhile(uploads):
                release_id = self.build(staging / "release", uploads, origins)
            if expect is not None and not (expect and release_id.startswith(expect)):
                raise self._changed_since(release_id)
            previous = self.in_force()
            _raise(policy.nothing_corrected(correcting) if correcting and release_id == previous else None)
            if release_id == previous:
                self._keep(staging, staging / "release", release_id)  # its folder may be lost
                return PublishReport(release_id, new=False)
            draft = (staging / "release").rename(staging / release_id)
            _raise(self._refused_change(draft, correcting))
            reviewed = self._reviewed(draft, review)
            event = Event(0, "publish", release_id, previous or "", note, now(), who or user())
            if correction:
                event = self._as_correction(staging, draft, event, correction)
            self._keep(staging, draft, release_id)
            self.record(staging, replace(event, accepted=reviewed.accepted, findings=reviewed.findings))
        return PublishReport(release_id, new=True)

    def _refused_change(self, draft: Path, correcting: str) -> UsageError | None:
        """Refuse a release that changes fixed results, but for those of a round that is corrected by a ruling."""
        after, history = read_contents(draft), self.history()
        fixed = {name: event for name in after["rounds"] if (event := fixed_by(history, name)) and name != correcting}
        known = {name: self._contents(event.release) for name, event in fixed.items()}
        changed = [name for name, before in known.items() if before and not self._same_results(name, before, after)]
        return policy.refuse_change_of_fixed(changed, [name for name in changed if awaiting_correction(history, name)])

    def _same_results(self, round_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Return whether two releases hold the same frozen facts and rules of a round, by their contents."""
        if "frozen" in before and "frozen" in after:
            return bool(before["frozen"].get(round_id) == after["frozen"].get(round_id))
        known = {upload.upload_id for upload in self.uploads() if _is_frozen(upload, round_id)}
        return known.intersection(before["uploads"]) == known.intersection(after["uploads"])

    def _as_correction(self, staging: Path, draft: Path, event: Event, correction: Correction) -> Event:
        """Return the entry of a corrected release; what it corrects is kept first."""
        before, after = Release(self.path / "releases" / event.previous), Release(draft, self.path)
        try:
            return correction.entry(staging, before, after, event)
        finally:
            before.close()
            after.close()

    def _reviewed(self, draft: Path, review: Reviewer) -> Review:
        release = Release(draft, self.path)
        try:
            return review(release)
        finally:
            release.close()

    def build(self, draft: Path, uploads: list[Upload], origins: Mapping[str, str]) -> str:
        """Build a release of these uploads in a new folder and return its id. The store does not change.

        origins: round -> the release with whose id its draws begin, as `origins` gives them.
        """
        if not uploads:
            raise UsageError("There is nothing to publish: no file has been imported.")
        lost = self.lost_rules(uploads)
        if lost:
            raise lost
        draft.mkdir(parents=True)
        with reporting_damage(uploads):
            rule_sets = {rules.name: rules for rules in self.rule_sets()}
            return build_release(draft, uploads, rule_sets, self.threads, origins)

    def _keep(self, staging: Path, draft: Path, release_id: str) -> None:
        place = f"releases/{release_id}"
        if not (self.path / place).is_dir():
            store_for_good(staging, draft, self.path, place)

    def _changed_since(self, release_id: str) -> UsageError:
        """Return the error for a store that changed after the comparison, with the time and user of the change."""
        changes = [(upload.imported_at, upload.imported_by) for upload in self.uploads()]
        changes += [(event.time, event.user) for event in self.history()]
        time, who = max(changes)
        return UsageError(
            "The release to be published is now {release}, not the release you compared. The last change is by "
            "{user} at {time}. Compare again.",
            release=release_id[:16],
            user=who,
            time=local_time(time),
        )

    def rollback(self, prefix: str, reason: str) -> str:
        """Put an older release in force again and record it in the history."""
        if not reason.strip():
            raise UsageError("A rollback needs a reason.")
        with self.verified_writing() as staging:
            release_id = self.find(prefix)
            _raise(policy.refuse_rollback(release_id, self.uploads_of(release_id), cleared(self.history())))
            previous = self.in_force() or ""
            _raise(self._refused_going_back(previous, release_id))
            if release_id != previous:
                self.record(staging, Event(0, "rollback", release_id, previous, reason, now(), user()))
        return release_id

    def _refused_going_back(self, previous: str, release_id: str) -> UsageError | None:
        """Refuse to go back to a release that holds other results of an announced round."""
        before = self._contents(previous)
        after = read_contents(self.path / "releases" / release_id)
        announced = [name for name in before.get("rounds", {}) if self.status(name).code == ANNOUNCED]
        changed = [name for name in announced if not self._same_results(name, before, after)]
        return policy.refuse_change_of_announced(changed, release_id)

    def clear(self, round_id: str, reason: str) -> str | None:
        """Withdraw all uploads of a trial round and return the release in force, or None. Files are kept.

        Other rounds stay as published, even if they have unpublished uploads.
        """
        if not reason.strip():
            raise UsageError("Clearing needs a reason.")
        with self.verified_writing() as staging:
            _raise(policy.refuse_clearing(round_id, self._of_round(round_id)))
            gone = withdrawn(self.history())
            ids = [u.upload_id for u in self.uploads() if _is_of(u, round_id) and u.upload_id not in gone]
            previous = self.in_force() or ""
            release_id = self._without(staging, previous, set(ids))
            event = Event(0, "clear", release_id, previous, reason, now(), user(), round_id, uploads=tuple(ids))
            self.record(staging, event)
        return release_id or None

    def withdraw(self, upload: str, reason: str) -> Upload:
        """Take back a single upload, by its id or number, and return it. Its file is kept.

        What is published stays until the next publication. Uploads that it replaced are in force again. Raises
        UsageError for an upload that is not in force, or whose round takes no changes.
        """
        if not reason.strip():
            raise UsageError("Withdrawing an upload needs a reason.")
        with self.verified_writing() as staging:
            found = self._upload(upload)
            _raise(self.refused_withdrawing(found))
            in_force = self.in_force() or ""
            gone = (found.upload_id,)
            event = Event(0, "withdraw", in_force, in_force, reason, now(), user(), found.round_id, uploads=gone)
            self.record(staging, event)
        return found

    def refused_withdrawing(self, upload: Upload) -> UsageError | None:
        """Return why an upload cannot be taken back now, before anyone fills in a reason; None if it can."""
        correcting = bool(awaiting_correction(self.history(), upload.round_id))
        status = self.status(upload.round_id)
        return policy.refuse_withdrawing(upload, status, self.uploads_in_force(), correcting)

    def _upload(self, wanted: str) -> Upload:
        """Return an upload by its id, the beginning of it, or its number."""
        uploads = self.uploads()
        number = int(wanted) if wanted.isdecimal() else None
        found = [upload for upload in uploads if upload.number == number or upload.upload_id == wanted]
        found = found or [upload for upload in uploads if wanted and upload.upload_id.startswith(wanted)]
        if len(found) != 1:
            raise UsageError("There is no upload {upload}. “biaochi uploads” lists them.", upload=wanted)
        return found[0]

    def _without(self, staging: Path, release_id: str, gone: set[str]) -> str:
        """Build the release without some uploads and return its id; '' if no uploads remain."""
        kept = self.uploads_of(release_id)
        if not gone.intersection(kept):
            return release_id
        rest = [upload for upload in self.uploads() if upload.upload_id in kept and upload.upload_id not in gone]
        if not rest:
            return ""
        without = self.build(staging / "release", rest, dict(self._contents(release_id).get("origins", {})))
        self._keep(staging, staging / "release", without)
        return without

    def set_status(
        self,
        round_id: str,
        status: str,
        reason: str,
        periods: Periods | None = None,
        *,
        although: str = "",
        who: str = "",
    ) -> Event | None:
        """Set the status of a round and record the reason. Setting the same status again has no effect.

        periods: of the public notice and of objections, stated when the round is announced; the usual ones if not.
        although: why it is announced while a term of objections runs or an objection is open. Returns the entry by
        which the round had the status already, so that the second of two people learns who was first; None if the
        status is set now.
        """
        _raise(policy.refuse_status_call(status, reason, periods))
        with self.verified_writing() as staging:
            now_is = self.status(round_id)
            if now_is.code == status and (now_is.given or status == TRIAL):
                return now_is.given
            _raise(self.refused_status(round_id, status, although))
            in_force = self.in_force() or ""
            early = although.strip() if status == ANNOUNCED and self.refused_status(round_id, status) else ""
            event = Event(0, "status", in_force, in_force, reason, now(), who or user(), round_id, status)
            stated = (periods or Periods(stated=False)) if status == ANNOUNCED else None
            event = replace(event, periods=stated, accepted=early)
            self.record(staging, event)
        return None

    def record(self, staging: Path, event: Event) -> None:
        """Add an entry to the history under the next number; only inside `writing`."""
        number = len(self.history()) + 1
        draft = staging / "event.json"
        text = json.dumps(written(replace(event, number=number)), ensure_ascii=False, indent=1)
        draft.write_text(text, encoding="utf-8")
        store_for_good(staging, draft, self.path, f"{FOLDER}/{number:06d}.json")

    def _rules_for(self, round_id: str, name: str | None, correcting: str) -> RuleSet:
        """Return the rule set of an import: by name, else of the round, else the only rule set.

        correcting: the kind whose uploads are replaced. They no longer bind the round to their rule set.
        """
        uploads = self._of_round(round_id)
        lost = self.lost_rules(uploads)
        if lost:
            raise lost
        if name is not None:
            rules = self.rule_set(name)
            staying = [upload.rules_name for upload in uploads if upload.rules_name and upload.kind != correcting]
            if staying and staying[0] != name:
                raise TwoRuleSetsError(staying[0], name)
            return rules
        used = self.rules_in_use(round_id)
        if used:
            return self.rule_set(used)
        known = self.rule_sets()
        if len(known) == 1:
            return known[0]
        if not known:
            raise UsageError("There is no rule set yet. Add one first: biaochi rules add FILE.toml")
        raise UsageError(
            "There are several rule sets ({names}). Choose with --rules NAME.",
            names=", ".join(rules.name for rules in known),
        )

    @contextmanager
    def verified_writing(self, of: Callable[[str], bool] = lambda name: True) -> Iterator[Path]:
        """Like `writing`, once everything that results rest on is as it was recorded. Raises StoreDamagedError.

        of: the files of uploads that are compared with their checksums.
        """
        with self.writing() as staging:
            self.history()  # says which entry is lost
            refuse_broken(self.path, sealed_files(read_log(self.path)), planned(self.path))
            refuse_damaged(self.uploads_in_force(), of)
            yield staging

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Hold the lock over several writes of this thread; the audit log is written once, at the end.

        The log is as complete as after a process that was killed and the next writer. Raises StoreBusyError.
        """
        with self.writing() as staging, engine_at_work(staging, threads=self.threads) as memory:
            earlier = _BATCH.set(Batch(self.path, staging, memory))
            try:
                yield
            finally:
                _BATCH.reset(earlier)

    @contextmanager
    def _reading(self) -> Iterator[tuple[Path, duckdb.DuckDBPyConnection]]:
        """Yield a folder inside the store and a connection for an import that reads: others can write meanwhile.

        In a batch the lock is held already.
        """
        batch = _BATCH.get()
        if batch is not None and batch.store == self.path:
            with self.writing() as part, part_of(batch.memory, f"part_{next(batch.numbers)}") as con:
                yield part, con
            return
        private_folder(self.path / STAGING)
        try:
            with (
                scratch(self.path / STAGING, IMPORT) as folder,
                engine_at_work(folder, threads=self.threads) as memory,
                part_of(memory, "reading") as con,
            ):
                yield folder, con
        except (OSError, MemoryError, duckdb.Error) as error:
            raise refusal_of(error, self.path) or error from None

    @contextmanager
    def writing(self, *, wait: float = 0) -> Iterator[Path]:
        """Lock the store for writing and yield a temporary folder inside it. Raises StoreBusyError.

        wait: seconds until another writer must have ended, for work that would otherwise be lost.
        What is stored meanwhile is sealed in the audit log at the end, also of a step that fails later on. Raises
        LogNotWrittenError if it is stored and the log cannot be written; the next writer completes it then.
        """
        batch = _BATCH.get()
        if batch is not None and batch.store == self.path:
            part = Path(tempfile.mkdtemp(dir=batch.staging))
            try:
                yield part
            finally:
                pass_notes_on(part, batch.staging)
                shutil.rmtree(part, ignore_errors=True)
            return
        private_folder(self.path)
        try:
            with FileLock(self.path / "lock", timeout=wait, mode=OWN_FILE):
                self._complete()  # before the notes of a killed process go
                clear_noted(self.path / STAGING)
                clear(self.path.parent)
                clear(self.path / STAGING)
                for left in (self.path / STAGING).glob("*"):
                    if not left.name.startswith(IMPORT):  # in others an import reads at this moment
                        shutil.rmtree(left, ignore_errors=True)
                private_folder(self.path / STAGING)
                staging = Path(tempfile.mkdtemp(dir=self.path / STAGING))
                self._writer.write_text(json.dumps([user(), local_time(now())]), encoding="utf-8")
                with self._ending(staging):
                    yield staging
        except Timeout:
            raise StoreBusyError(str(self.path), self._holder()) from None

    @contextmanager
    def _ending(self, staging: Path) -> Iterator[None]:
        """Seal what the block stored, however it ends, and remove its folder.

        A failure of the machine, or an interruption, that comes after something took effect says so. Where nothing
        did, it is raised as it is, and the note of a release or a content that is left waits for the next writer.
        """
        try:
            yield
        except (OSError, MemoryError, duckdb.Error, KeyboardInterrupt) as error:
            done = [place for place in self._arrived(noted_in(staging)) if place.startswith(EFFECTS)]
            with nullcontext() if done else suppress(LogNotWrittenError):
                self._end(staging)
            if not done:
                raise refusal_of(error, self.path) or error from None
            what = ", ".join(done)
            interrupted = isinstance(error, KeyboardInterrupt)
            raise (
                InterruptedLateError(what) if interrupted else LaterStepFailedError(what, reason_of(error))
            ) from error
        except BaseException:
            self._end(staging)
            raise
        else:
            self._end(staging)

    def _end(self, staging: Path) -> None:
        """Seal what arrived. Raises LogNotWrittenError; the note stays then, for the next writer."""
        self._writer.unlink(missing_ok=True)
        noted = self._arrived(noted_in(staging))
        for draft in staging.iterdir():  # makes room for the lines of the log
            if draft.name != PLANNED and not (draft / PLANNED).is_file():
                shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink(missing_ok=True)
        try:
            self._seal(noted)
        except OSError as error:
            raise LogNotWrittenError(reason_of(error)) from error
        shutil.rmtree(staging, ignore_errors=True)

    def _complete(self) -> None:
        """Add to the audit log what a process stored that was killed; upgrade a store of an older format."""
        noted = self._arrived(planned(self.path))
        if not is_sealed(self.path):
            names = sorted(path.stem for path in (self.path / "rules").glob("*.toml"))
            append_missing_entries(self.path, self.uploads(), self.history(), names)
            bring_up_to_date(self.path, sealing=has_log(self.path))
            return
        bring_up_to_date(self.path, sealing=False)
        known = sealed_files(read_log(self.path)) if noted else {}
        left = {place: sha for place, sha in noted.items() if place not in known or known[place].sha256 != sha}
        self._seal({place: sha for place, sha in left.items() if file_sha256(self.path / place) == sha}, adopted=True)

    def _arrived(self, noted: Mapping[str, str]) -> dict[str, str]:
        """Return the noted files that are in their places: a writer notes a file before it moves it there."""
        return {place: sha256 for place, sha256 in noted.items() if sha256 and (self.path / place).is_file()}

    def _seal(self, seals: Mapping[str, str], *, adopted: bool = False) -> None:
        """Add the entries of stored files to the audit log."""
        if not seals:
            return
        log_stored(self.path, seals, self.uploads(), read_history(self.path), adopted=adopted)
        if self.signing_key is not None:
            sign_on(self.path, self.signing_key)

    @property
    def _writer(self) -> Path:
        """Path of the file that names the lock holder. It is not the lock file, which every attempt to lock empties."""
        return self.path / STAGING / "writer.json"

    def _holder(self) -> tuple[str, str] | None:
        try:
            who, since = json.loads(self._writer.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return str(who), str(since)


def what_imports_rest_on(store: Path) -> frozenset[str]:
    """Return the places of all that an import is judged by; none of them ever changes after it appeared."""
    return frozenset(path.relative_to(store).as_posix() for places in RESTED_ON for path in store.glob(places))


def _is_of(upload: Upload, round_id: str) -> bool:
    return upload.round_id == round_id and upload.locks_with_round


def _is_frozen(upload: Upload, round_id: str) -> bool:
    return upload.round_id == round_id and upload.freezes_with_round


def _raise(refusal: UsageError | None) -> None:
    if refusal is not None:
        raise refusal


def _kept_rules(path: Path) -> RuleSet:
    try:
        return parse_rules(path.read_text(encoding="utf-8"))
    except (InvalidRulesError, ValueError):
        raise StoreDamagedError(
            "Rule set {name}: its file is damaged. Restore it from a backup.", name=path.stem
        ) from None
