"""What a person should know before a release is published: registers, sizes of categories, indicators of uploads.

Only the rounds that publishing would change are looked at. A warning needs a reason before anything is published; the
other findings are shown and change no exit code, as the rule for checks of results is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from data.model.rule_sets import RuleSet
from data.moments.votes import scored_indicators
from data.store import Review, Store
from data.store.release import Release, Round
from data.store.uploads import Upload
from errors import BiaochiError
from exit_codes import ExitCode
from i18n import N_, PUNCTUATION, join, translate
from results.notes import SENTENCES, Note
from results.ranking.family import places

WARNINGS = frozenset({"indicators_differ"})
LEVELS = {True: "warning", False: "note"}
LARGE = 3
"""A bottom list of k is large where the category has fewer than LARGE times k units."""


@dataclass(frozen=True)
class Asked:
    """What the uploads with the same indicators ask. files: of these uploads."""

    files: tuple[str, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """A finding about a round that publishing would change. asked: of each set of indicators, where they differ."""

    round: str
    note: Note
    asked: tuple[Asked, ...] = field(default=())

    @property
    def level(self) -> str:
        """Return warning (publishing needs a reason) or note."""
        return LEVELS[self.note.code in WARNINGS]

    def sentence(self, language: str) -> str:
        """Return the finding as a sentence that begins with the round."""
        signs = PUNCTUATION[language]
        text = self.note.sentence(language)
        if self.asked:
            uploads = signs.semicolon.join(_asked_words(asked, language) for asked in self.asked)
            text = translate(SENTENCES[self.note.code], language).format(uploads=uploads)
        return translate(N_("Round {round}: {sentence}"), language).format(round=self.round, sentence=text)

    def as_dict(self, language: str) -> dict[str, object]:
        """Return the finding for JSON; every unit and file is named."""
        return {
            "level": self.level,
            "code": self.note.code,
            "round": self.round,
            "message": self.sentence(language),
            "units": list(self.note.units),
            "uploads": [{"files": list(one.files), "indicators": list(one.indicators)} for one in self.asked],
        }


class FindingsError(BiaochiError):
    """Publishing stopped before anything was stored, so that a person reads the findings first."""

    exit_code = ExitCode.WARNINGS
    message = N_("Nothing published: the warnings need --accept-warnings REASON.")

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__()
        self.findings = tuple(findings)


def review(
    candidate: Release,
    store: Store,
    reason: str | None,
    show: Callable[[Sequence[Finding]], None] = lambda findings: None,
) -> Review:
    """Look at a release before it is stored; `show` gets the findings. Raises FindingsError without a needed reason."""
    found = findings_of(candidate, store)
    show(found)
    if needs_reason(found) and reason is None:
        raise FindingsError(found)
    return Review(reason or "", tuple(f"{finding.note.code} {finding.round}" for finding in found))


def findings_of(candidate: Release, store: Store) -> tuple[Finding, ...]:
    """Return the findings of a candidate release of the uploads in force, compared with the release in force."""
    return before_publishing(candidate, store.uploads_in_force(), store.digests_of(store.in_force() or ""))


def needs_reason(findings: Sequence[Finding]) -> bool:
    """Return whether publishing needs a reason."""
    return any(finding.level == "warning" for finding in findings)


def before_publishing(
    candidate: Release, uploads: Sequence[Upload], published: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Return the findings of a candidate, warnings first. published: round -> digest, of the release in force."""
    digests: dict[str, str] = candidate.made_of["rounds"]
    changed = [name for name in candidate.scored_rounds if digests[name] != published.get(name)]
    found = [
        finding
        for name in changed
        for finding in _of_round(candidate.round(name), [upload for upload in uploads if upload.round_id == name])
    ]
    return tuple(sorted(found, key=lambda finding: finding.level == "note"))


def _of_round(round_: Round, uploads: Sequence[Upload]) -> Iterator[Finding]:
    differing = _indicators(round_, uploads)
    if differing is not None:
        yield differing
    for note in (*_register(round_), *_categories(round_)):
        yield Finding(round_.id, note)


def _indicators(round_: Round, uploads: Sequence[Upload]) -> Finding | None:
    """Compare the indicators of the uploads: a warning where their votes would not be scored on the same indicators."""
    files: dict[tuple[str, ...], list[str]] = {}
    for upload in uploads:
        if asked := upload.indicators():
            files.setdefault(asked, []).extend(file.name for file in upload.files)
    if len(files) < 2:
        return None
    sets = tuple(Asked(tuple(names), asked) for asked, names in files.items())
    code = "indicators_alike" if _is_scored_alike(list(files), round_.scored_rules) else "indicators_differ"
    return Finding(round_.id, Note(code, {"uploads": ""}), sets)


def _is_scored_alike(sets: Sequence[tuple[str, ...]], rules: RuleSet) -> bool:
    together = tuple(dict.fromkeys(name for asked in sets for name in asked))
    scored = scored_indicators(together, rules)
    return len({frozenset(asked) & frozenset(scored) for asked in sets}) == 1


def _register(round_: Round) -> Iterator[Note]:
    """Return the lack of a register, and units whose votes and place in the register do not fit together."""
    units = round_.units
    if not round_.about["registered"]:
        yield Note("no_register", {"count": len(units)})
        return
    votes = round_.cells.groupby("unit_code")["votes"].sum().reindex(units["unit_code"]).fillna(0).to_numpy()
    taking_part = (units["participation"] == "").to_numpy()
    yield from _named("no_votes", units[taking_part & (votes == 0)])
    yield from _named("votes_not_ranked", units[~taking_part & (votes > 0)])


def _named(code: str, units: pd.DataFrame) -> Iterator[Note]:
    if len(units):
        yield Note(code, {}, tuple(map(str, units["unit_name"])))


def _categories(round_: Round) -> Iterator[Note]:
    """Return categories of a single unit, and those in which the bottom list takes a third of the units or more."""
    units = round_.units
    sizes = units[units["participation"] == ""].groupby("category", sort=True).size()
    alone = tuple(str(name) for name, size in sizes.items() if size == 1)
    if alone:
        yield Note("one_unit", {}, alone)
    large = []
    for name, size in sizes.items():
        k = min(places(round_.scored_rules.bottom_for(str(name)), int(size)), int(size))
        if size > 1 and size < LARGE * k:
            large.append(f"{name} {k}/{size}")
    if large:
        yield Note("large_bottom", {}, tuple(large))


def _asked_words(asked: Asked, language: str) -> str:
    signs = PUNCTUATION[language]
    return f"{join(asked.files, language)}{signs.colon}{join(asked.indicators, language)}"
