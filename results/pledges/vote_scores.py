"""On-the-spot votes on duty reports: scores of each post in the hall, with interval; small counts are withheld.

A post is a secretary's seat in a unit, never a name. Every ballot counts alike, whatever its group: a rule set has
points for the grades ([votes.points]) and no weights for the groups of a hall, so no weights are invented.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.laws import VoteCounts
from analytics.moments import SCALE, Moments, Pairs
from analytics.scores import UnitScores, scores_from_moments
from data.model.register import ONLY_CATEGORY
from data.model.rule_sets import Presentation, Uncertainty
from data.store.release import Round, per_round
from errors import StoreDamagedError
from results.pledges.holders import posts_with_spans

SMALL_CELL, ONE_GRADE, COMPLEMENT = "small_cell", "one_grade", "complement"
NO_POINTS, GRADE_WITHOUT_POINTS = "no_points", "grade_without_points"
WHOLE = ""
"""Group that denotes all ballots of a post."""

KEY = ["unit_code", "post"]
UNSCORED = ("dont_know", "abstain", "blank", "invalid")
NO_OPINION = {
    **dict.fromkeys(("不了解", "不清楚", "说不清"), "dont_know"),
    "弃权": "abstain",
    "空白": "blank",
    **dict.fromkeys(("无效", "废票"), "invalid"),
}
"""Words of hall ballots that are no grade, unless the rule set says otherwise: kept, counted apart, never scored."""
ROWS = (
    *("unit_code", "unit_name", "category", "post", "mode", "n", "score", "se", "score_low", "score_high"),
    *("reason", *UNSCORED, "final_level", "comment_points"),
)
GROUPS = ("unit_code", "post", "group", "n", "score", "score_low", "score_high", "reason")
GRADES = ("unit_code", "post", "group", "grade", "points", "count", "share")


@dataclass(frozen=True)
class VoteScores:
    """Votes of a round; scores in points of the rule set's [votes.points], larger is better.

    rows : ROWS and roster_no, a row a post that was voted on, by category, roster number, unit and post. reason: why
        there is no score: small_cell (fewer ballots than presentation.smallest_cell), one_grade (all ballots alike and
        fewer than twice that), no_points (no rule set, or none for these votes), grade_without_points; None where
        there is a score. With a reason, the score is NaN. score_low and score_high stop at the ends of `scale`. n:
        ballots with a grade. dont_know, abstain, blank, invalid: ballots without a grade, in no score; NaN in a hall
        with fewer ballots in all than may be shown.
    groups : GROUPS, a row a post and group; when a group of a post is withheld,
        all are (reason complement), because the total would reveal it.
    grades : GRADES, counts and shares by post, group and grade, group "" for all ballots together; withheld cells are
        left out. points is NaN for a grade without points.
    scores : of the posts in the order of `rows`, also withheld scores: for comparison, not display. None without
        points.
    moments : sums of the votes, (posts, groups), in ten-thousandths of a point. None without points.
    scale : fewest and most points of a grade; no hall can give less or more. Infinite without points.
    """

    release: str
    round: str
    rules: str
    level: float
    smallest_cell: int
    rows: pd.DataFrame
    groups: pd.DataFrame
    grades: pd.DataFrame
    scores: UnitScores | None
    moments: Moments | None
    scale: tuple[float, float]


@per_round
def vote_scores(round_: Round) -> VoteScores:
    """Return the vote scores of each post in a round; empty frames for a round without votes."""
    rules = round_.evidence_rules
    presentation = rules.presentation if rules else Presentation()
    level = rules.uncertainty.level if rules else Uncertainty().level
    cell = presentation.smallest_cell
    points = dict(rules.votes_points) if rules else {}
    scale = (min(points.values()) / 100, max(points.values()) / 100) if points else (-np.inf, np.inf)
    ballots = _counts(round_, points)
    counts = ballots[ballots["kind"] == ""]
    name = rules.name if rules else ""
    if ballots.empty:
        rows, groups, grades = (pd.DataFrame(columns=list(names)) for names in ((*ROWS, "roster_no"), GROUPS, GRADES))
        return VoteScores(round_.release.id, round_.id, name, level, cell, rows, groups, grades, None, None, scale)
    posts = _posts(round_, ballots)
    scored = counts["points"].notna().any()
    moments = _moments(counts, posts) if scored else None
    scores = scores_from_moments(moments, None) if moments is not None else None
    rows = _rows(counts, posts.join(_without_a_grade(ballots, cell), on=KEY), scores, level, cell)
    rows = within(rows, scale, ("score_low", "score_high"))
    groups = within(_groups(counts, rows, moments, level, cell), scale, ("score_low", "score_high"))
    grades = _grades(counts, rows, groups)
    return VoteScores(round_.release.id, round_.id, name, level, cell, rows, groups, grades, scores, moments, scale)


def within(rows: pd.DataFrame, scale: tuple[float, float], names: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows with these columns cut off at the ends of a scale, which the t interval ignores."""
    return rows.assign(**{name: rows[name].clip(*scale) for name in names})


def units_of(round_: Round, codes: pd.Series) -> pd.DataFrame:
    """Return unit_name, category and roster_no by code; a unit missing from the register is named by its code."""
    known = round_.units.set_index("unit_code")
    last = int(known["roster_no"].max()) if len(known) else 0
    found = known[["unit_name", "category", "roster_no"]].reindex(sorted(set(codes)))
    found.index.name = "unit_code"
    found["unit_name"] = found["unit_name"].where(found["unit_name"].notna(), found.index.to_series())
    found["category"] = found["category"].fillna(ONLY_CATEGORY)
    found["roster_no"] = found["roster_no"].fillna(last + 1).astype("int64")
    return found


def _counts(round_: Round, points: dict[str, int]) -> pd.DataFrame:
    """Return ballots by post, group and grade. points: hundredths; NaN for a grade without points. kind: of UNSCORED.

    kind is "" for a grade. Holders of one post are separate posts.

    Raises StoreDamagedError for a count below 0, which earlier versions of this program accepted from files.
    """
    records = round_.records("votes").rename(columns={"group_code": "group"})
    records["count"] = records["count"].fillna(0).astype("int64")
    below = records[records["count"] < 0]
    if len(below):
        raise StoreDamagedError(
            "The votes on {unit} of the round {round} contain the count {count}, but a count must be at least 0; "
            "an earlier version of this program accepted it. Import the votes of the round again with --replace, "
            "then publish.",
            unit=below["unit_code"].iloc[0],
            round=round_.id,
            count=below["count"].iloc[0],
        )
    words = {**NO_OPINION, **(round_.evidence_rules.unscored if round_.evidence_rules else {})}
    kinds = {word: kind for word, kind in words.items() if word not in points}
    records = records.assign(post=posts_with_spans(records), kind=records["grade"].map(kinds).fillna(""))
    return records.assign(points=records["grade"].map(points).astype(float))


def _without_a_grade(ballots: pd.DataFrame, cell: int) -> pd.DataFrame:
    """Return the ballots of each post by UNSCORED, NaN in a hall of fewer ballots than may be shown."""
    wide = ballots.pivot_table(index=KEY, columns="kind", values="count", aggfunc="sum", fill_value=0)
    return wide.reindex(columns=list(UNSCORED), fill_value=0)[wide.sum(axis=1) >= max(cell, 1)]


def _posts(round_: Round, counts: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each post, in display order."""
    by_post = counts.groupby(KEY, as_index=False, sort=True)
    posts = by_post[["mode", "final_level", "comment_points"]].first()
    posts = posts.join(units_of(round_, posts["unit_code"]), on="unit_code")
    return posts.sort_values(["category", "roster_no", *KEY], ignore_index=True)


def _moments(counts: pd.DataFrame, posts: pd.DataFrame) -> Moments:
    """Return votes with points by post and group, each vote as a separate ballot: counts hold no ballots."""
    names = tuple(sorted(set(counts["group"])))
    units = tuple(posts[KEY].itertuples(index=False, name=None))
    at = pd.MultiIndex.from_frame(posts[KEY]).get_indexer(pd.MultiIndex.from_frame(counts[KEY]))
    place = at, pd.Categorical(counts["group"], categories=list(names)).codes.astype(np.int64)
    known = counts["points"].notna().to_numpy()
    count = counts["count"].to_numpy() * known
    value = counts["points"].fillna(0).to_numpy().astype(np.int64) * (SCALE // 100)
    n = np.zeros((len(units), len(names)), dtype=np.int64)
    # Python ints: ten million ballots of 100 points have squares that add up to 1e19, above 64 bits.
    total, squares = np.zeros(n.shape, dtype=object), np.zeros(n.shape, dtype=object)
    exact = count.astype(object)
    for target, part in ((n, count), (total, exact * value), (squares, exact * value * value)):
        np.add.at(target, place, part)
    sums = [tuple(int(number) for number in part.sum(axis=0)) for part in (n, total, squares)]
    table = VoteCounts.of_rows(*place, value / SCALE, count.astype(np.float64), n.shape)
    return Moments(units, names, n, total, squares, Pairs.none(), *sums, counts=table)


def _tallies(counts: pd.DataFrame, by: list[str], cell: int) -> pd.DataFrame:
    """Return n of every post or group, and why it is withheld; None for those shown."""
    used = counts[counts["count"] > 0]
    tally = counts.groupby(by, sort=True)["count"].sum().to_frame("n")
    grades = used.groupby(by)["grade"].nunique().reindex(tally.index, fill_value=0)
    strange = used[used["points"].isna()].groupby(by).size().reindex(tally.index, fill_value=0)
    reason = pd.Series(None, index=tally.index, dtype=object)
    reason[strange > 0] = GRADE_WITHOUT_POINTS if counts["points"].notna().any() else NO_POINTS
    reason[(grades == 1) & (tally["n"] < 2 * cell)] = ONE_GRADE
    reason[tally["n"] < max(cell, 1)] = SMALL_CELL
    return tally.assign(reason=reason)


def _rows(
    counts: pd.DataFrame, posts: pd.DataFrame, scores: UnitScores | None, level: float, cell: int
) -> pd.DataFrame:
    rows = posts.join(_tallies(counts, KEY, cell), on=KEY)
    rows = rows.assign(n=rows["n"].fillna(0).astype("int64"))
    rows = rows.assign(reason=rows["reason"].where(rows["n"] > 0, SMALL_CELL))
    rows = _with_scores(rows, scores, level)
    return rows[[*ROWS, "roster_no"]]


def _with_scores(rows: pd.DataFrame, scores: UnitScores | None, level: float) -> pd.DataFrame:
    """Return score, se, score_low and score_high, NaN where there is a reason."""
    nothing = np.full(len(rows), np.nan)
    value, se, low, high = (nothing,) * 4
    if scores is not None:
        value, se, (low, high) = scores.score, scores.se, scores.interval(level)
    shown = rows["reason"].isna().to_numpy()
    columns = {"score": value, "se": se, "score_low": low, "score_high": high}
    return rows.assign(**{name: np.where(shown, column, np.nan) for name, column in columns.items()})


def _groups(counts: pd.DataFrame, rows: pd.DataFrame, moments: Moments | None, level: float, cell: int) -> pd.DataFrame:
    """Return every group by itself, with the pseudo-votes of the same group in the other halls."""
    tallies = _tallies(counts, [*KEY, "group"], cell).reset_index()
    small = tallies["reason"].isin([SMALL_CELL, ONE_GRADE]) & (tallies["n"] > 0)
    any_small = small.groupby([tallies[name] for name in KEY]).transform("any")
    tallies.loc[any_small & ~small, "reason"] = COMPLEMENT
    parts = []
    for number, name in enumerate(moments.groups if moments is not None else sorted(set(counts["group"]))):
        own = rows[KEY].merge(tallies[(tallies["group"] == name) & (tallies["n"] > 0)], on=KEY, how="left")
        scores = scores_from_moments(one_group(moments, number), None) if moments is not None else None
        parts.append(_with_scores(own.fillna({"n": 0}), scores, level)[own["n"].notna().to_numpy()])
    whole = pd.concat(parts, ignore_index=True).astype({"n": "int64"})
    order = {key: at for at, key in enumerate(rows[KEY].itertuples(index=False, name=None))}
    at = [order[key] for key in whole[KEY].itertuples(index=False, name=None)]
    return whole.assign(at=at).sort_values(["at", "group"], ignore_index=True)[list(GROUPS)]


def one_group(moments: Moments, number: int) -> Moments:
    """Return the votes of a single group, by its place in `moments.groups`."""
    column = slice(number, number + 1)
    n, total, squares = (part[:, column] for part in (moments.n, moments.total, moments.squares))
    sums = (part[column] for part in (moments.group_n, moments.group_total, moments.group_squares))
    counts = None if moments.counts is None else moments.counts.one_group(number)
    return Moments(moments.units, moments.groups[column], n, total, squares, Pairs.none(), *sums, counts=counts)


def _grades(counts: pd.DataFrame, rows: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Return counts of the cells that may be shown, grades from the best down."""
    withheld = (SMALL_CELL, ONE_GRADE, COMPLEMENT)
    whole = counts.groupby([*KEY, "grade"], as_index=False, sort=False).agg(
        points=("points", "first"), count=("count", "sum")
    )
    whole = whole.assign(group=WHOLE).merge(rows.loc[~rows["reason"].isin(withheld), KEY], on=KEY)
    shown = groups.loc[~groups["reason"].isin(withheld), [*KEY, "group"]]
    own = counts[[*KEY, "group", "grade", "points", "count"]].merge(shown, on=[*KEY, "group"])
    frame = pd.concat([whole, own], ignore_index=True)
    n = frame.groupby([*KEY, "group"])["count"].transform("sum")
    frame = frame.assign(share=frame["count"] / n.where(n > 0), points=frame["points"] / 100)
    order = {key: at for at, key in enumerate(rows[KEY].itertuples(index=False, name=None))}
    at = [order[key] for key in frame[KEY].itertuples(index=False, name=None)]
    frame = frame.assign(at=at, rank=-frame["points"])
    return frame.sort_values(["at", "group", "rank", "grade"], ignore_index=True)[list(GRADES)]
