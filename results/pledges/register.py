"""Register of pledges and outcomes: every promised item of a round, reported and verified values kept apart.

Nothing here is blended: headline and routine items are totalled separately, self-reported and verified values too.
Completion (a mean) is shown with the share met (a mean hides failures).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.pledges import HIGHER, LOWER, Attainment, attainment, kept, soft
from data.model.record_keys import year_of
from data.model.rule_sets import APART
from data.store.release import Release, Round, per_round
from errors import StoreDamagedError
from results.missing import is_missing
from results.pledges.holders import posts_with_spans
from results.pledges.vote_scores import units_of
from results.ranking.family import RoundNotFoundError

HEADLINE, ROUTINE = "headline", "routine"
KINDS = (HEADLINE, ROUTINE)
DIRECTIONS = {"越高越好": HIGHER, "越低越好": LOWER}
STATUSES = {
    "未启动": "not_started",
    "推进中": "under_way",
    "已完成": "done",
    "部分完成": "partly_done",
    "未完成": "not_done",
    "客观调整": "adjusted",
    "取消": "cancelled",
}
AREAS = {
    "党建": "party_building",
    "经济发展": "economy",
    "民生实事": "livelihood",
    "作风效能": "conduct",
    "廉政": "integrity",
    "稳定安全": "safety",
    "其他": "other",
}
ORIGINS = {"自提": "own", "群众点题": "public", "上级任务": "superior", "上年整改": "last_year"}
YEAR_END_CHECKS = timedelta(days=181)  # checks of the past year continue until about June
DONE, ADJUSTED, CANCELLED = "done", "adjusted", "cancelled"

LINES = (
    *("unit_code", "unit_name", "category", "post", "owner", "pledge_id", "seq", "kind", "item", "area", "measures"),
    *("origin", "publicised_on", "due", "direction", "baseline", "target", "unit_of_measure", "weight", "soft"),
    *("status", "status_reason", "evidence", "verified_by", "checked_on"),
    *("reported", "reported_on", "reported_gap", "reported_met", "reported_completion", "reported_progress"),
    *("verified", "verified_on", "verified_gap", "verified_met", "verified_completion", "verified_progress"),
    *("overdue", "unverified", "final_level"),
)
TOTALS = (
    *("unit_code", "unit_name", "category", "post", "kind", "pledges", "counted", "adjusted", "cancelled", "soft"),
    *("overdue", "unverified"),
    *("reported_known", "reported_completion", "reported_share_met"),
    *("verified_known", "verified_completion", "verified_share_met"),
    *("reported_measured", "verified_measured"),
    *("same_items", "same_reported_completion", "same_verified_completion"),
)
_NUMBERS = (
    *("seq", "baseline", "target", "weight"),
    *(f"{sort}{part}" for sort in ("reported", "verified") for part in ("", "_gap", "_completion", "_progress")),
)
_TRUTHS = ("soft", "overdue", "unverified")
_MAYBE = ("reported_met", "verified_met")
_PROGRESS = ("actual", "verified", "status", "completion_pct", "evidence", "verified_by")


@dataclass(frozen=True)
class PledgeBook:
    """Pledges of a round as of a day.

    lines : LINES and roster_no, a row a pledge, by category, roster number, unit and number in the unit. Missing is
        NA (texts, truth values) or NaN (numbers), never 0 or no. Dates are ISO texts.
        kind: headline or routine. weight: as given; where a unit left some out, the mean of those it gave; 1 where it
        gave none. soft: the target is no better than the baseline.
        status: a value of STATUSES, NA when nothing was checked. status_reason: what was noted when the item was
        adjusted for objective reasons or cancelled.
        reported, verified: the newest value of each sort, with its day. _gap: in the item's unit of measure, positive
        is better than promised. _met, _completion, _progress: `analytics.pledges.attainment`, per cent up to
        120. An item without a numeric target is met when its status says done, and its completion is the percentage
        that was filled in; both count as verified only when a checker is named. A cancelled item is not met; an item
        adjusted for objective reasons is neither met nor missed (NA), nor is a cancelled one where the rule set counts
        cancelled items apart.
        overdue: the due date has passed, or is the closing day, and no source reports it as done (a verified value of
        the same day or later overrules the report). unverified: a value was reported, none verified that day or later.
        final_level: of the post, set by the superior; NA without a level.
    units, posts : TOTALS and roster_no, a row a unit (post "" there) or post and kind. counted: pledges less the
        adjusted ones, and the cancelled ones where the rule set says so; these are in no mean or share. _known: counted
        pledges whose outcome is known; the share met is of those. Completions are weighted means, NaN where none is
        defined; _measured: the items in them (a target of zero and a yes-or-no item have an outcome and no
        percentage). same_: over the items that have a completion by both accounts; reported and verified are
        compared on these alone, since a unit that reports its best items only would otherwise be compared with
        all that was checked.
    unmatched_checks : pledge_id, check_date of checks whose pledge is not in the register, whatever their day.
    late_checks : the same of checks dated after the round closed and after the day of the book: kept, not counted.
    """

    release: str
    round: str
    as_of: date
    lines: pd.DataFrame
    units: pd.DataFrame
    posts: pd.DataFrame
    unmatched_checks: pd.DataFrame
    late_checks: pd.DataFrame


def pledge_rounds(release: Release) -> list[str]:
    """Return rounds with pledges or votes on duty reports, newest first, including rounds without a ranking."""
    found = {name for kind in ("pledges", "votes") for name in release.query("record_rounds", kind=kind)["round_id"]}
    return sorted(found, reverse=True)


def default_as_of(round_: Round, today: date) -> date:
    """Return the day used when none is chosen: today, not before the last check, and no later than the close.

    A check of the half year after the year is its year-end check and moves the close; a later one does not: one slip
    (2052 for 2025) would put every open pledge overdue.
    """
    checks = round_.records("progress")
    day, closing = max(today, _last_check(checks)), _close(round_, checks)
    return min(day, closing) if closing else day


def pledge_book(round_: Round, as_of: date | None = None) -> PledgeBook:
    """Return the pledges of a round with checks up to a day; None: up to the year's end or its year-end check.

    Raises RoundNotFoundError, and StoreDamagedError for a negative weight; a round without pledges has empty frames.
    """
    if round_.id not in round_.release.made_of["rounds"]:
        raise RoundNotFoundError(round_.id, sorted(round_.release.made_of["rounds"], reverse=True))
    checks = round_.records("progress")
    closing = _close(round_, checks) or date.max
    day = as_of or (_last_check(checks) if closing == date.max else closing)
    register = _register(round_)
    about = checks[["pledge_id", "check_date"]].sort_values(["pledge_id", "check_date"])
    unmatched_checks = about[~about["pledge_id"].isin(register["pledge_id"])].reset_index(drop=True)
    late_checks = about[about["check_date"] > max(day, closing).isoformat()].reset_index(drop=True)
    checks = checks[checks["check_date"] <= day.isoformat()].sort_values(["pledge_id", "check_date"])
    if register.empty:
        lines, units, posts = (pd.DataFrame(columns=[*names, "roster_no"]) for names in (LINES, TOTALS, TOTALS))
        return PledgeBook(round_.release.id, round_.id, day, lines, units, posts, unmatched_checks, late_checks)
    rules = round_.rules
    apart = rules is not None and rules.cancelled == APART
    lines = _lines(register, checks, day, closing, apart)
    units, posts = _totals(lines.assign(post=""), apart), _totals(lines, apart)
    return PledgeBook(
        round_.release.id, round_.id, day, lines[[*LINES, "roster_no"]], units, posts, unmatched_checks, late_checks
    )


def _close(round_: Round, checks: pd.DataFrame) -> date | None:
    """Return the last day of a round: of its year, or of a year-end check in the half year after it."""
    year_ends = _last_day(round_)
    if year_ends is None:
        return None
    latest = (year_ends + YEAR_END_CHECKS).isoformat()
    own = checks[checks["check_date"].notna() & (checks["check_date"] <= latest)]
    return max(year_ends, _last_check(own)) if len(own) else year_ends


def _last_day(round_: Round) -> date | None:
    """Return the last day of the year in its name; else the closing day in the round's record; else None."""
    year = year_of(round_.id)
    if year is not None:
        return date(year, 12, 31)
    ends = round_.records("round")["end_date"].dropna()
    return date.fromisoformat(str(ends.iloc[0])) if len(ends) else None


def _last_check(checks: pd.DataFrame) -> date:
    days = checks["check_date"].dropna()
    return date.fromisoformat(str(days.max())) if len(days) else date.min


@per_round
def _register(round_: Round) -> pd.DataFrame:
    """Return pledges with their unit, in display order."""
    pledges = round_.records("pledges")
    if pledges.empty:
        return pledges
    _check_weights(pledges, round_.id)
    pledges = pledges.join(units_of(round_, pledges["unit_code"]), on="unit_code")
    votes = round_.records("votes")
    votes = votes.assign(post=posts_with_spans(votes))
    levels = votes.groupby(["unit_code", "post"])["final_level"].first()
    given = pledges.groupby("unit_code")["weight"].transform("mean").fillna(1.0)
    pledges = pledges.assign(
        post=posts_with_spans(pledges),
        kind=pledges["headline"].fillna(False).map({True: HEADLINE, False: ROUTINE}),
        direction=pledges["direction"].map(DIRECTIONS).fillna(HIGHER),
        area=pledges["area"].map(AREAS),
        origin=pledges["origin"].map(ORIGINS),
        weight=pledges["weight"].fillna(given).astype(float),
    )
    pledges = pledges.join(levels, on=["unit_code", "post"])
    return pledges.sort_values(["category", "roster_no", "unit_code", "post", "seq", "pledge_id"], ignore_index=True)


def _check_weights(pledges: pd.DataFrame, round_id: str) -> None:
    """Refuse a weight below 0, which earlier versions accepted from files: it allows no weighted mean."""
    below = pledges[pledges["weight"].fillna(0) < 0]
    if len(below):
        raise StoreDamagedError(
            "The pledge {pledge} of the round {round} has the weight {weight}, but a weight must be at least 0; "
            "an earlier version of this program accepted it. Import the pledges of the round again with "
            "--replace, then publish.",
            pledge=below["pledge_id"].iloc[0],
            round=round_id,
            weight=f"{below['weight'].iloc[0]:g}",
        )


def _lines(register: pd.DataFrame, checks: pd.DataFrame, day: date, closing: date, apart: bool) -> pd.DataFrame:
    """Return the rows of the book. apart : cancelled items are neither met nor missed."""
    lines = register.join(_newest(checks), on="pledge_id")
    for name in ("baseline", "target", "reported", "verified"):
        lines[name] = lines[name].astype(float)
    lines["soft"] = pd.Series(
        [
            soft(_number(target), _number(baseline), direction)
            for target, baseline, direction in zip(lines["target"], lines["baseline"], lines["direction"], strict=True)
        ],
        dtype=bool,
    )
    for sort in ("reported", "verified"):
        found = _attained(lines, sort, apart)
        lines[f"{sort}_gap"] = np.where(lines["direction"] == LOWER, -1.0, 1.0) * (lines[sort] - lines["target"])
        lines[f"{sort}_met"] = pd.array([one.met for one in found], dtype="boolean")
        lines[f"{sort}_completion"] = pd.Series([one.completion for one in found], dtype=float)
        lines[f"{sort}_progress"] = pd.Series([one.progress for one in found], dtype=float)
    lines["overdue"] = _overdue(lines, day, closing)
    lines["unverified"] = _unverified(lines)
    return lines.astype({name: "str" for name in LINES if name not in (*_NUMBERS, *_TRUTHS, *_MAYBE)})


def _newest(checks: pd.DataFrame) -> pd.DataFrame:
    """Return the latest entries on every pledge, by its id: values with their days, status with its reason."""
    by_pledge = checks.groupby("pledge_id")
    newest = by_pledge[list(_PROGRESS)].last().rename(columns={"actual": "reported"})
    newest["checked_on"] = by_pledge["check_date"].last()
    for name, column in (("reported_on", "actual"), ("verified_on", "verified")):
        newest[name] = checks[checks[column].notna()].groupby("pledge_id")["check_date"].last()
    named = checks[checks["verified_by"].notna() & checks["status"].notna()].groupby("pledge_id")
    newest["verified_status"] = named["status"].last().map(STATUSES)
    newest["verified_pct"] = named["completion_pct"].last()
    newest["status"] = newest["status"].map(STATUSES)
    closed = checks[checks["status"].isin(["客观调整", "取消"])].groupby("pledge_id")["evidence"].last()
    newest["status_reason"] = closed.where(newest["status"].isin([ADJUSTED, CANCELLED]))
    return newest


def _attained(lines: pd.DataFrame, sort: str, apart: bool) -> list[Attainment]:
    """Return how far each pledge was kept according to one source (reported or verified)."""
    status, percentage = ("status", "completion_pct") if sort == "reported" else ("verified_status", "verified_pct")
    columns = [sort, "target", "baseline", "direction", status, percentage, "status"]
    return [_one(*values, apart=apart) for values in zip(*(lines[name].tolist() for name in columns), strict=True)]


def _one(
    value: object,
    target: object,
    baseline: object,
    direction: str,
    status: object,
    percentage: object,
    closed: object,
    *,
    apart: bool,
) -> Attainment:
    goal = _number(target)
    found = attainment(_number(value), goal, _number(baseline), direction)
    if goal is None:
        met = None if _number_or_text(status) is None else status == DONE
        found = Attainment(met, _number(percentage), None)
    if closed in (ADJUSTED, CANCELLED):
        met = False if closed == CANCELLED and not apart else None
        return Attainment(met, found.completion, found.progress)
    return found


def _number(value: object) -> float | None:
    """Return a number, or None for what is missing."""
    return None if _number_or_text(value) is None else float(str(value))


def _number_or_text(value: object) -> object:
    return None if is_missing(value) else value


def _overdue(lines: pd.DataFrame, day: date, closing: date) -> pd.Series:
    """Mark items past their due date and not done; a check not older than the report overrules the report.

    On the closing day of the round, items due that day count as past too: the round has no later day.
    """
    reported = lines["reported_met"].fillna(False) | (lines["status"] == DONE)
    checked = lines["verified_met"].notna() & (lines["verified_on"].fillna("") >= lines["reported_on"].fillna(""))
    done = lines["verified_met"].fillna(False).where(checked, reported)
    past = (lines["due"] < day.isoformat()) | ((lines["due"] == day.isoformat()) & (day >= closing))
    past = past.fillna(False)
    return (past & ~done.astype(bool) & ~lines["status"].isin([ADJUSTED, CANCELLED])).astype(bool)


def _unverified(lines: pd.DataFrame) -> pd.Series:
    """Mark reported values that no checker has verified since, except for adjusted and cancelled items."""
    is_reported = lines["reported"].notna() | (lines["target"].isna() & (lines["status"] == DONE))
    seen = lines["verified_on"].fillna("") >= lines["reported_on"].fillna("")
    seen &= lines["verified"].notna() | (lines["target"].isna() & lines["verified_status"].notna())
    return (is_reported & ~seen & ~lines["status"].isin([ADJUSTED, CANCELLED])).astype(bool)


def _totals(lines: pd.DataFrame, apart: bool) -> pd.DataFrame:
    """Return rows of TOTALS: every unit and post of `lines`, headline before routine."""
    by = lines.groupby(["unit_code", "post", "kind"], sort=False)
    frame = by[["unit_name", "category", "roster_no"]].first().reset_index()
    left_out = (ADJUSTED, CANCELLED) if apart else (ADJUSTED,)
    counted = ~lines["status"].isin(left_out).to_numpy(dtype=bool)
    sums: dict[str, object] = {"pledges": np.ones(len(lines)), "counted": counted}
    sums |= {name: (lines["status"] == name).fillna(False) for name in (ADJUSTED, CANCELLED)}
    sums |= {name: lines[name] for name in ("soft", "overdue", "unverified")}
    at = by.ngroup().to_numpy()
    for name, part in sums.items():
        frame[name] = np.bincount(at, weights=np.asarray(part, dtype=np.float64)).astype(np.int64)
    for sort in ("reported", "verified"):
        met = np.where(counted, lines[f"{sort}_met"].astype("float64"), np.nan)
        completion = np.where(counted, lines[f"{sort}_completion"], np.nan)
        found = kept(at, met, completion, lines["weight"])
        frame[f"{sort}_known"] = found.known
        frame[f"{sort}_measured"] = np.bincount(at, weights=~np.isnan(completion)).astype(np.int64)
        frame[f"{sort}_completion"], frame[f"{sort}_share_met"] = found.completion, found.share_met
    frame = frame.assign(**_on_the_same_items(lines, at, counted))
    frame = frame.sort_values(["category", "roster_no", "unit_code", "post", "kind"], ignore_index=True)
    return frame[[*TOTALS, "roster_no"]]


def _on_the_same_items(lines: pd.DataFrame, at: np.ndarray, counted: np.ndarray) -> dict[str, np.ndarray]:
    """Return the completions over the items that have one by both accounts, and how many these are, by group."""
    names = ("reported_completion", "verified_completion")
    both = counted & lines[list(names)].notna().all(axis=1).to_numpy(dtype=bool)
    found: dict[str, np.ndarray] = {"same_items": np.bincount(at, weights=both).astype(np.int64)}
    nothing = np.full(len(lines), np.nan)
    for name in names:
        completion = np.where(both, lines[name], np.nan)
        found[f"same_{name}"] = kept(at, nothing, completion, lines["weight"]).completion
    return found
