"""History of a post through the years: pledges, outcomes, and the scores of the hall and the public."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data.model.rule_sets import RuleSet
from data.store.release import Release, Round
from results.pledges.holders import seat
from results.pledges.register import KINDS, TOTALS, PledgeBook, pledge_book
from results.pledges.vote_scores import UNSCORED, VoteScores, vote_scores
from results.pledges.vote_vs_public import ERRORS, GAPS, NO_VOTE, NOT_SURE, TwoByTwo, public_scores, two_by_two
from results.ranking.family import families
from results.ranking.lineage import codes_of

_SORTS = TOTALS[TOTALS.index("pledges") :]
YEARS = (
    *("round", "as_of", "rules", "unit_code", "unit_name", "category", "post"),
    *(f"{kind}_{name}" for kind in KINDS for name in _SORTS),
    *("vote_n", "vote_score", "vote_low", "vote_high", "vote_reason", *(f"vote_{name}" for name in UNSCORED)),
    *("final_level", "comment_points"),
    *("public_n", "public_score", "public_low", "public_high", "differs"),
)
NAMING = (*GAPS, *ERRORS, "p", "p_at_most", "not_named")
POSTS = (*YEARS, *NAMING)
_ABOUT = ["unit_code", "unit_name", "category", "post", "roster_no"]
_HALL = ("post", "differs", "final_level", "comment_points")
UNITS = tuple(name for name in YEARS if name not in _HALL and not name.startswith("vote_"))


@dataclass(frozen=True)
class PledgeYear:
    """Pledges and votes of a round.

    rules : the rule set of the round; None where nobody was ranked. public : `vote_against_public.PUBLIC` of its units.
    """

    rules: RuleSet | None
    book: PledgeBook
    votes: VoteScores
    compared: TwoByTwo
    public: pd.DataFrame


def pledge_year(round_: Round, as_of: date | None = None) -> PledgeYear:
    """Return all pledges and votes of a round as of a day. Raises RoundNotFoundError."""
    book = pledge_book(round_, as_of)
    ranked_together = families(round_) if round_.has_units else []
    return PledgeYear(
        round_.evidence_rules, book, vote_scores(round_), two_by_two(round_), public_scores(ranked_together)
    )


def posts_of(year: PledgeYear, codes: Collection[str] | None = None) -> pd.DataFrame:
    """Return a row for every post of a round with pledges or votes: POSTS, roster_no. codes: these units only.

    Pledges without a post have post "". Totals are NaN where a post promised nothing of the kind, vote columns
    where nobody voted on it; vote_reason says why a vote has no score. NAMING: the evidence behind
    `differs` (`vote_against_public.TwoByTwo`); not_named: why a post is not named, not_sure where it was compared.
    """
    own, votes, compared, public = (
        frame if codes is None else frame[frame["unit_code"].isin(codes)]
        for frame in (year.book.posts, year.votes.rows, year.compared.rows, year.public)
    )
    hall = votes.rename(
        columns={"n": "vote_n", "score": "vote_score", "score_low": "vote_low", "score_high": "vote_high"}
    ).rename(columns={"reason": "vote_reason", **{name: f"vote_{name}" for name in UNSCORED}})
    hall = hall.merge(compared[["unit_code", "post", "differs", "reason", *NAMING[:-1]]], on=["unit_code", "post"])
    wide = _by_kind(own).merge(hall, on=_ABOUT, how="outer").merge(public, on="unit_code", how="left")
    wide = wide.assign(**_basis(year)).reindex(columns=[*POSTS, "reason", "roster_no"])
    why = wide.pop("reason").astype(object).mask(wide["p"].notna(), NOT_SURE)
    wide["not_named"] = why.where(why.notna(), NO_VOTE).where(wide["differs"].isna(), None)
    return wide.sort_values(["category", "roster_no", "unit_code", "post"], ignore_index=True)


def units_of_year(year: PledgeYear) -> pd.DataFrame:
    """Return a row for every unit with pledges, all its posts together: UNITS and roster_no."""
    wide = _by_kind(year.book.units).merge(year.public, on="unit_code", how="left")
    return wide.assign(**_basis(year)).reindex(columns=[*UNITS, "roster_no"])


def _basis(year: PledgeYear) -> dict[str, str]:
    return {"round": year.book.round, "as_of": year.book.as_of.isoformat(), "rules": year.votes.rules}


def _by_kind(totals: pd.DataFrame) -> pd.DataFrame:
    """Return totals with headline and routine side by side, in their order."""
    wide = totals[_ABOUT].drop_duplicates(ignore_index=True)
    for kind in KINDS:
        own = totals[totals["kind"] == kind].set_index(["unit_code", "post"])[list(_SORTS)]
        wide = wide.join(own.astype("float64").add_prefix(f"{kind}_"), on=["unit_code", "post"])
    return wide


def post_through_years(release: Release, years: list[PledgeYear], unit_code: str, post: str) -> pd.DataFrame:
    """Return YEARS of a post, newest round first.

    Renamings of the unit are followed; the name of the post must be the same, whatever the span of its holder. A post
    may have been held by several people; the rows say nothing about a person.
    """
    codes = codes_of(release, unit_code)
    parts = [posts_of(year, codes) for year in sorted(years, key=lambda year: year.book.round, reverse=True)]
    found = [part[part["post"].map(seat, na_action="ignore") == seat(post)] for part in parts]
    filled = [part for part in found if len(part)]
    return pd.concat(filled, ignore_index=True)[list(YEARS)] if filled else pd.DataFrame(columns=list(YEARS))
