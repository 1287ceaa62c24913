"""Comparison of two releases, round by round: rounds added, removed or changed, and scores, places and verdicts moved.

Used before publishing (the release in force against the release that publishing would create) and between any two
releases. Rank sets are left out: every release has a new seed, so they move a little even where nothing changed.
"""

import json
from dataclasses import dataclass

import pandas as pd

from data.model.contract import KIND_NAMES, RECORD_KINDS
from data.model.record_keys import key_of
from data.store.release import Release, Round
from data.store.round_status import TRIAL
from i18n import N_, PUNCTUATION, translate
from results.labels import STAMPS, VERDICTS
from results.ranking.ranking import ranking

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
CHANGES = {
    ADDED: N_("added"),
    REMOVED: N_("removed"),
    CHANGED: N_("changed"),
    MOVED: N_("moved"),
}
SAME_SCORE = 1e-9  # scores that differ by less are equal, as for places
MOST_TOLD = 5  # names in a sentence; the table has all of them
MOST_VERDICTS = 12  # reported in sentences; the table has all of them
COMPARED = ("unit_name", "category", "n", "score", "rank", "verdict")
UNIT_COLUMNS = (
    *("unit_code", "unit_name", "change", "category_from", "category_to", "n_from", "n_to"),
    *("score_from", "score_to", "score_change", "rank_from", "rank_to", "verdict_from", "verdict_to"),
)
GROUP_COLUMNS = ("group", "change", "ballots_from", "ballots_to", "votes_from", "votes_to")
RECORD_COLUMNS = ("kind", "rows_added", "rows_removed", "rows_changed")


@dataclass(frozen=True)
class RoundDifference:
    """A round that differs between two releases.

    change: added, removed or changed. trial: whether it is a trial afterwards (before, when it was removed).
    units: UNIT_COLUMNS, a row a unit that differs. change "changed": its votes, name or category differ; "moved":
        affected only by votes on other units. score_change: after minus before, in points; larger scores are better.
    groups: GROUP_COLUMNS, a row a group whose ballots or votes differ in number, or that was added or removed.
    records: RECORD_COLUMNS, a row a kind of record table (pledges, votes on duty reports, ...) that differs; a row is
        changed when its key is in both and another column differs.
    votes: before and after.
    """

    round: str
    change: str
    trial: bool
    rules: tuple[str, str]
    votes: tuple[int, int]
    units: pd.DataFrame
    groups: pd.DataFrame
    records: pd.DataFrame

    def count(self, change: str) -> int:
        """Return how many units were added, removed, changed or moved."""
        return int((self.units["change"] == change).sum())

    @property
    def scores_moved(self) -> pd.DataFrame:
        """Return units with a different score than before, largest difference first."""
        moved = self.units[self.units["score_change"].abs() > SAME_SCORE]
        return moved.sort_values("score_change", key=lambda change: -change.abs(), kind="stable", ignore_index=True)

    @property
    def verdicts_changed(self) -> pd.DataFrame:
        """Return units in both releases whose verdict changed."""
        return self._differing("verdict", "")

    @property
    def places_changed(self) -> pd.DataFrame:
        """Return units in both releases whose place changed."""
        return self._differing("rank", 0)

    def _differing(self, field: str, nothing: str | int) -> pd.DataFrame:
        both = self.units[~self.units["change"].isin((ADDED, REMOVED))]
        if field == "verdict":  # a round with only a register has no verdicts to change
            both = both[both["verdict_from"].fillna("") != ""]
        return both[both[f"{field}_from"].fillna(nothing) != both[f"{field}_to"].fillna(nothing)]

    def sentences(self, language: str) -> list[str]:
        """Return what happened to the round; after the head, the most important first."""
        sentences = [_filled(self._head(), language, round=self._name(language), votes=self.votes)]
        if self.change == REMOVED:
            return sentences + self._tables(language)
        if self.rules[0] and self.rules[0] != self.rules[1]:
            sentences.append(
                _filled(N_("The rule set was {old} and is {new}."), language, old=self.rules[0], new=self.rules[1])
            )
        if self.change == ADDED:
            return sentences + self._tables(language)
        return sentences + self._movements(language) + self._changes(language) + self._tables(language)

    def _head(self) -> str:
        if not any(self.votes):
            return _NO_BALLOTS[self.change]
        return _SAME_NUMBER if self.change == CHANGED and self.votes[0] == self.votes[1] else _HEADS[self.change]

    def _tables(self, language: str) -> list[str]:
        """Return rows added, removed or changed in each table other than the ballots."""
        comma = PUNCTUATION[language].listed
        sentences = []
        for row in self.records.itertuples(index=False):
            counts = {sentence: getattr(row, name) for name, sentence in _ROW_SENTENCES.items()}
            parts = [_filled(sentence, language, count=count) for sentence, count in counts.items() if count]
            table = translate(KIND_NAMES[str(row.kind)], language)
            sentences.append(_filled(N_("{table}: {rows}."), language, table=table, rows=comma.join(parts)))
        return sentences

    def _changes(self, language: str) -> list[str]:
        """Return units and groups that were added or removed, or whose votes changed."""
        sentences = [
            _filled(sentence, language, count=self.count(change), names=self._names(change, language))
            for change, sentence in _UNIT_SENTENCES.items()
            if self.count(change)
        ]
        for row in self.groups.itertuples(index=False):
            sentences.append(
                _filled(
                    N_("Group {group}: {ballots_from} → {ballots_to} ballots, {votes_from} → {votes_to} votes."),
                    language,
                    **{name: getattr(row, name) for name in GROUP_COLUMNS if name != "change"},
                )
            )
        return sentences

    def _movements(self, language: str) -> list[str]:
        """Return changed verdicts, then scores, then places."""
        moved = self.scores_moved
        if not any(self.votes):
            return []
        if not self.votes[0]:
            return [
                translate(N_("The round had no votes before: all its scores, places and verdicts are new."), language)
            ]
        if moved.empty and self.verdicts_changed.empty and self.places_changed.empty:
            return [translate(N_("No score, place or verdict changes."), language)]
        sentences = [
            _filled(
                N_("Verdict on {unit}: {old} → {new}."),
                language,
                unit=row.unit_name,
                old=verdict_word(row.verdict_from, language),
                new=verdict_word(row.verdict_to, language),
            )
            for row in self.verdicts_changed.head(MOST_VERDICTS).itertuples(index=False)
        ]
        if len(self.verdicts_changed) > MOST_VERDICTS:
            sentences.append(
                _filled(N_("Units with another verdict: {count}."), language, count=len(self.verdicts_changed))
            )
        if len(moved):
            most = moved.iloc[0]
            sentences.append(
                _filled(
                    N_("Units with another score: {count}; the largest move is {unit}, {old} → {new}."),
                    language,
                    count=len(moved),
                    unit=most["unit_name"],
                    old=f"{most['score_from']:.2f}",
                    new=f"{most['score_to']:.2f}",
                )
            )
        if len(self.places_changed):
            sentences.append(
                _filled(N_("Units with another place: {count}."), language, count=len(self.places_changed))
            )
        return sentences

    def _name(self, language: str) -> str:
        if not self.trial:
            return self.round
        return self.round + translate(STAMPS[TRIAL], language).join(PUNCTUATION[language].brackets)

    def _names(self, change: str, language: str) -> str:
        names = list(self.units.loc[self.units["change"] == change, "unit_name"])
        comma = PUNCTUATION[language].listed
        return comma.join(map(str, names[:MOST_TOLD])) + ("…" if len(names) > MOST_TOLD else "")


@dataclass(frozen=True)
class Comparison:
    """Two releases; before is '' when there was none. rounds: those that differ, newest first."""

    before: str
    after: str
    rounds: tuple[RoundDifference, ...]

    def sentences(self, language: str) -> list[str]:
        """Return the comparison as sentences."""
        if not self.rounds:
            return [translate(N_("The two releases are the same; nothing changes."), language)]
        return [sentence for difference in self.rounds for sentence in difference.sentences(language)]


_HEADS = {
    ADDED: N_("Round {round} is new: {votes_to} votes."),
    REMOVED: N_("Round {round} is gone: it had {votes_from} votes."),
    CHANGED: N_("Round {round} changes: {votes_from} → {votes_to} votes."),
}
_SAME_NUMBER = N_("Round {round} changes; it has {votes_to} votes as before.")
_NO_BALLOTS = {
    ADDED: N_("Round {round} is new; it has no votes of the mass evaluation."),
    REMOVED: N_("Round {round} is gone; it had no votes of the mass evaluation."),
    CHANGED: N_("Round {round} changes; it has no votes of the mass evaluation, as before."),
}
_ROW_SENTENCES = {
    "rows_added": N_("rows added: {count}"),
    "rows_removed": N_("rows removed: {count}"),
    "rows_changed": N_("rows changed: {count}"),
}
_UNIT_SENTENCES = {
    ADDED: N_("Units added: {count} ({names})."),
    REMOVED: N_("Units removed: {count} ({names})."),
    CHANGED: N_("Units with other votes, another name or category: {count} ({names})."),
}


def compare(before: Release | None, after: Release) -> Comparison:
    """Compare two releases; rounds with equal content, rules and trial status are left out."""
    old, new = (_digests(before) if before else {}), _digests(after)
    differing = sorted((name for name in {*old, *new} if old.get(name) != new.get(name)), reverse=True)
    return Comparison(
        before.id if before else "",
        after.id,
        tuple(_difference(before, after, name, name in old, name in new) for name in differing),
    )


def _digests(release: Release) -> dict[str, tuple[str, bool]]:
    """Return for each round the digest of its facts and rules, and whether it is a trial."""
    return {name: (digest, name in release.trial_rounds) for name, digest in release.made_of["rounds"].items()}


def _difference(before: Release | None, after: Release, name: str, was: bool, stays: bool) -> RoundDifference:
    one = _Round(before.round(name) if before and was else None)
    two = _Round(after.round(name) if stays else None)
    return RoundDifference(
        name,
        _change(was, stays),
        two.trial if stays else one.trial,
        (one.rules, two.rules),
        (one.votes, two.votes),
        _units(one.units, two.units),
        _groups(one.groups, two.groups),
        _record_rows(one.records, two.records),
    )


class _Round:
    """The compared parts of a round in a release; empty if the round is not there."""

    def __init__(self, round_: Round | None) -> None:
        self.rules, self.votes, self.trial = "", 0, False
        self.units = pd.DataFrame(columns=[*COMPARED, "votes_as_cast"])
        self.groups = pd.DataFrame(columns=["ballots", "votes"], dtype="int64")
        self.records: dict[str, dict[str, str]] = {}
        if round_ is None:
            return
        self.records = {kind: _by_key(round_, kind) for kind in RECORD_KINDS}
        self.trial = round_.is_trial
        if not round_.has_units:  # a round with only record tables: no unit is ranked
            return
        self.rules, self.votes = str(round_.about["rules_name"]), int(round_.about["votes"])
        self.units = _standings(round_)
        self.groups = _ballots(round_)


def _standings(round_: Round) -> pd.DataFrame:
    """Return every unit of the round by code: COMPARED, and votes_as_cast (its grades, whatever points they carry)."""
    known = round_.units.set_index("unit_code")[["unit_name", "category"]]
    ranked = ranking(round_).rows.set_index("unit_code")[["n", "score", "rank", "verdict"]]
    grades = round_.query("unit_grades").set_index("unit_code")
    # Written out: a frame without rows (a register before its ballots) would aggregate to a frame, not to a series.
    lines = ["|".join(map(str, row)) for row in grades.itertuples(index=False)]
    cast = pd.Series(lines, index=grades.index, dtype="str", name="votes_as_cast").groupby(level=0).agg("\n".join)
    return known.join(ranked).join(cast)


def _ballots(round_: Round) -> pd.DataFrame:
    """Return ballots and votes of each group."""
    ballots = round_.ballots_by_group.set_index("group_name")["evaluators"]
    votes = round_.cells.groupby("group_name")["votes"].sum()
    return pd.DataFrame({"ballots": ballots, "votes": votes}).fillna(0).astype("int64")


def _units(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return UNIT_COLUMNS of the units that differ: added, removed, changed, moved; each in roster order."""
    old, new = _by_code(before), _by_code(after)
    rows = [_unit(code, old.get(code), new.get(code)) for code in {**new, **old}]
    order = list(CHANGES)
    changed_rows = sorted((row for row in rows if row["change"]), key=lambda row: order.index(str(row["change"])))
    frame = pd.DataFrame(changed_rows, columns=list(UNIT_COLUMNS))
    whole = dict.fromkeys(("n_from", "n_to", "rank_from", "rank_to"), "Int64")
    return frame.astype({**whole, **dict.fromkeys(("score_from", "score_to", "score_change"), "Float64")})


def _by_code(frame: pd.DataFrame) -> dict[str, dict[str, object]]:
    """Return units by code with plain values; None for what is missing."""
    return dict(zip(map(str, frame.index), plain_rows(frame), strict=True))


def _unit(code: str, old: dict[str, object] | None, new: dict[str, object] | None) -> dict[str, object]:
    """Return a row of UNIT_COLUMNS; its change is '' when nothing differs."""
    before, after = old or dict.fromkeys(COMPARED), new or dict.fromkeys(COMPARED)
    row: dict[str, object] = {"unit_code": code, "unit_name": (new or before)["unit_name"]}
    for name in COMPARED[1:]:
        row[f"{name}_from"], row[f"{name}_to"] = before[name], after[name]
    moved = _difference_of(before["score"], after["score"])
    row["score_change"] = moved
    if old is None or new is None:
        return {**row, "change": ADDED if old is None else REMOVED}
    if any(old[name] != new[name] for name in ("unit_name", "category", "n", "votes_as_cast")):
        return {**row, "change": CHANGED}
    stands = old["score"] == new["score"] if moved is None else abs(moved) <= SAME_SCORE
    same = stands and all(old[name] == new[name] for name in ("rank", "verdict"))
    return {**row, "change": "" if same else MOVED}


def _difference_of(old: object, new: object) -> float | None:
    return new - old if isinstance(old, float) and isinstance(new, float) else None


def _change(was: bool, stays: bool) -> str:
    return CHANGED if was and stays else (ADDED if stays else REMOVED)


def _groups(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return GROUP_COLUMNS of the groups whose numbers differ."""
    names = sorted({*before.index, *after.index})
    one, two = before.reindex(names, fill_value=0), after.reindex(names, fill_value=0)
    rows = pd.DataFrame({"group": names})
    rows["change"] = [_change(name in before.index, name in after.index) for name in names]
    for name in ("ballots", "votes"):
        rows[f"{name}_from"], rows[f"{name}_to"] = one[name].to_numpy(), two[name].to_numpy()
    differs = (rows["ballots_from"] != rows["ballots_to"]) | (rows["votes_from"] != rows["votes_to"])
    return rows.loc[differs, list(GROUP_COLUMNS)].reset_index(drop=True)


def _by_key(round_: Round, kind: str) -> dict[str, str]:
    """Return the canonical records of a kind, by the key that identifies them within the kind."""
    contents = round_.query("records", kind=kind)["content"].tolist()
    return {key_of(kind, json.loads(content)): content for content in contents}


def _record_rows(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> pd.DataFrame:
    """Return RECORD_COLUMNS of the kinds that differ, in the order of the contract."""
    rows = []
    for kind in RECORD_KINDS:
        old, new = before.get(kind, {}), after.get(kind, {})
        changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
        rows.append((kind, len(new.keys() - old.keys()), len(old.keys() - new.keys()), changed))
    return pd.DataFrame([row for row in rows if any(row[1:])], columns=list(RECORD_COLUMNS))


def _filled(sentence: str, language: str, *, votes: tuple[int, int] | None = None, **facts: object) -> str:
    """Return a translated sentence with its facts; numbers have thousands separators."""
    if votes:
        facts |= {"votes_from": votes[0], "votes_to": votes[1]}
    shown = {name: f"{fact:,}" if isinstance(fact, int) else fact for name, fact in facts.items()}
    return translate(sentence, language).format(**shown)


def verdict_word(code: object, language: str) -> str:
    """Return a verdict as a word; an empty text for no verdict."""
    return translate(VERDICTS[str(code)], language) if code in VERDICTS else ""


def plain_rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows with plain Python values; None for what is missing."""
    whole = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in whole.to_dict("records")]
