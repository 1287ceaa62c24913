"""Association of pledge outcomes, for statisticians: each number with its interval or a reason."""

from datetime import date

import pandas as pd
import streamlit as st

from i18n import N_
from results.number_format import signed, signed_interval
from results.pledges.analysis import PUBLIC, PUBLIC_SCORE, VOTE, VOTE_SCORE, AssociationOf, SeverityOf, ShiftOf, TrendOf
from results.pledges.by_year import PledgeYear
from results.pledges.register import KINDS
from results.ranking.statements import p_words
from ui import address, cached, layout, tables
from ui.i18n import _, language
from ui.pledges import page as pledges_page

FIGURES = {
    VOTE: N_("hall, to the mean of the category"),
    PUBLIC: N_("public, to the mean of the category"),
    VOTE_SCORE: N_("vote score"),
    PUBLIC_SCORE: N_("public score"),
    "headline_reported_completion": N_("headline completion, reported"),
    "headline_verified_completion": N_("headline completion, verified"),
    "routine_reported_completion": N_("routine completion, reported"),
    "routine_verified_completion": N_("routine completion, verified"),
    "headline_same_reported_completion": N_("headline completion, reported, same items"),
    "headline_same_verified_completion": N_("headline completion, verified, same items"),
    "routine_same_reported_completion": N_("routine completion, reported, same items"),
    "routine_same_verified_completion": N_("routine completion, verified, same items"),
}
assert {f"{kind}_verified_completion" for kind in KINDS} <= set(FIGURES)


def show(chosen: pledges_page.Chosen) -> None:
    """Show agreement, shift and severity, and the trends of a post."""
    st.caption(
        _(
            "Across all posts of the round, in every category. These figures do not show causes. Comparisons "
            "with too few posts, or of figures that are not comparable, are refused."
        )
    )
    before = _year_before(chosen)
    st.subheader(_("Do the outcomes rank the posts in the same order?"))
    st.caption(
        _(
            "Spearman's rank correlation: 1 is the same order, 0 no association, −1 the opposite order. The "
            "interval resamples posts (BCa, 9,999 draws); an interval that contains 0 shows no association."
        )
    )
    _agreements(cached.associations(chosen.year))
    st.subheader(_("Is one figure systematically above the other?"))
    st.caption(
        _(
            "Wilcoxon's signed rank test on the same posts; the shift is the Hodges-Lehmann estimate with its "
            "interval, second figure minus first. Equal pairs are excluded from both and counted."
        )
    )
    shifts = cached.shifts(chosen.year)
    if before is not None:
        shifts = [*shifts, cached.vote_shift(before, chosen.year)]
    _shifts(shifts, before.book.round if before else None, chosen.round_.id)
    st.subheader(_("Do some groups in the hall grade more strictly?"))
    _severity(cached.severity(chosen.year.votes))
    st.subheader(_("Trend of one post"))
    st.caption(_("Theil-Sen slope per year with its interval, given at least five years under unchanged rules."))
    _trends(chosen)


def _year_before(chosen: pledges_page.Chosen) -> PledgeYear | None:
    """Return the pledges of the previous round of the same sort (formal or trial), or None."""
    release, trials = chosen.round_.release, chosen.round_.release.trial_rounds
    alike = (name for name in cached.pledge_rounds(release) if (name in trials) == chosen.round_.is_trial)
    before = next((name for name in alike if name < chosen.round_.id), None)
    if before is None:
        return None
    round_ = cached.round_of(release, before)
    return cached.pledge_year(round_, cached.default_as_of(round_, date.today()))


def _agreements(found: list[AssociationOf]) -> None:
    rows = [
        {
            _("First figure"): _(FIGURES[one.first]),
            _("Second figure"): _(FIGURES[one.second]),
            _("Posts"): one.found.n,
            _("Correlation"): _signed(one.found.correlation),
            _("Interval"): _interval(one.found.low, one.found.high),
            _("Remark"): "" if one.unavailable is None else one.unavailable.sentence(language()),
        }
        for one in found
    ]
    _table(rows)


def _shifts(found: list[ShiftOf], before: str | None, after: str) -> None:
    rows = []
    for one in found:
        first, second = _(FIGURES[one.first]), _(FIGURES[one.second])
        if one.first == one.second and before is not None:
            first, second = f"{first} {before}", f"{second} {after}"
        rows.append(
            {
                _("First figure"): first,
                _("Second figure"): second,
                _("Posts"): one.found.n,
                _("Equal pairs"): one.found.zeros,
                _("Shift"): _signed(one.found.median),
                _("Interval"): _interval(one.found.low, one.found.high),
                _("p value"): "–" if pd.isna(one.found.p) else p_words(one.found.p),
                _("Remark"): "" if one.unavailable is None else one.unavailable.sentence(language()),
            }
        )
    _table(rows)


def _severity(found: SeverityOf) -> None:
    if found.unavailable is not None:
        st.info(layout.plain(found.unavailable.sentence(language())))
        return
    st.caption(
        _(
            "Points by which a group grades higher (+, more lenient) or lower (−, stricter) than the average of "
            "the groups, for the same posts. Adjusted scores are shown for reference and never replace the "
            "official scores."
        )
    )
    _table(
        [
            {_("Evaluator group"): group, _("Lenient or strict"): _signed(points, 1)}
            for group, points in zip(found.groups["group"], found.groups["severity"], strict=True)
        ]
    )
    with st.expander(_("Official and adjusted vote scores")):
        _table(
            [
                {
                    _("Unit"): row["unit_name"],
                    _("Post"): row["post"],
                    _("Ballots"): row["n"],
                    _("Vote score"): tables.number(row["score"], 1),
                    _("Adjusted score"): tables.number(row["adjusted"], 1),
                    _("Interval"): tables.interval(row["adjusted_low"], row["adjusted_high"], 1),
                }
                for row in found.rows.to_dict("records")
            ]
        )


def _trends(chosen: pledges_page.Chosen) -> None:
    lines = chosen.year.book.lines
    posts = chosen.of_category(lines)[["unit_code", "unit_name", "post"]].drop_duplicates()
    if posts.empty:
        st.info(_("No unit of this category has pledges in this round."))
        return
    names = {f"{code}|{post}": (name, code, post) for code, name, post in posts.itertuples(index=False)}
    key = address.choose(
        "trend",
        names,
        st.selectbox,
        _("Unit and post"),
        lambda key: f"{names[key][0]} {names[key][2]}",
        width=420,
    )
    _name, code, post = names[key]
    _rows, trends = cached.post_years(chosen.round_.release, code, post, date.today(), chosen.round_.is_trial)
    _table([_trend(one) for one in trends])


def _trend(one: TrendOf) -> dict:
    return {
        _("Figure"): _(FIGURES[one.figure]),
        _("Rounds"): one.found.n,
        _("Slope per year"): _signed(one.found.slope),
        _("Interval"): _interval(one.found.low, one.found.high),
        _("Remark"): "" if one.unavailable is None else one.unavailable.sentence(language()),
    }


def _signed(number: float, decimals: int = 2) -> str:
    return "–" if pd.isna(number) else signed(number, decimals)


def _interval(low: float, high: float) -> str:
    return signed_interval(low, high, 2)


def _table(rows: list[dict]) -> None:
    shown = pd.DataFrame(rows)
    tables.written(shown[tables.filled(shown, _("Remark"))], _("Figures of the analysis."))
