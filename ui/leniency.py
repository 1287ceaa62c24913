"""Leniency-adjusted scores on the bottom page: verdicts that depend on who graded whom."""

import pandas as pd
import streamlit as st

from results.ranking.leniency import Leniency
from ui import cached, layout, printing, tables
from ui.grids import number_column, rounded, whole
from ui.i18n import _, language


def show(found: Leniency, decimals: int, depends: tuple[str, ...]) -> None:
    """Show whether an adjustment was possible, the units whose verdict changes, and all scores side by side.

    depends : release, round, category and language.
    """
    for sentence in found.sentences(language()):
        st.markdown(layout.plain(sentence))
    if found.refused is not None:
        return
    ranked = found.rows[found.rows["rank"].notna()].iloc[::-1].reset_index(drop=True)
    for row in ranked[ranked["changed"]].to_dict("records"):
        st.markdown("- " + layout.plain(_change(row, decimals)))
    with st.expander(_("Official and adjusted scores of all units")):
        _show_scores(cached.kept((*depends, "leniency"), lambda: _scores(ranked, decimals)), decimals)


def _change(row: dict, decimals: int) -> str:
    """Return a sentence on a unit whose verdict changes, with its votes and both scores."""
    return _(
        "{unit}: official {before} (score {score}, place {place}), adjusted {after} (score {adjusted}, {interval}, "
        "place {adjusted_place}); {n} votes."
    ).format(
        unit=row["unit_name"],
        before=tables.verdict(row["verdict"]),
        after=tables.verdict(row["adjusted_verdict"]),
        score=tables.number(row["score"], decimals),
        adjusted=tables.number(row["adjusted"], decimals),
        interval=tables.interval(row["adjusted_low"], row["adjusted_high"], decimals),
        place=row["rank"],
        adjusted_place=row["adjusted_rank"],
        n=f"{row['n']:,}",
    )


def _scores(ranked: pd.DataFrame, decimals: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            _("Unit"): ranked["unit_name"],
            _("Votes"): ranked["n"],
            _("Score"): rounded(ranked["score"], decimals),
            _("Adjusted score"): rounded(ranked["adjusted"], decimals),
            _("Interval from"): rounded(ranked["adjusted_low"], decimals),
            _("Interval to"): rounded(ranked["adjusted_high"], decimals),
            _("Places from"): whole(ranked["adjusted_rank_best"]),
            _("Places to"): whole(ranked["adjusted_rank_worst"]),
            _("Verdict"): [tables.verdict(code) for code in ranked["verdict"]],
            _("Adjusted verdict"): [tables.verdict(code) for code in ranked["adjusted_verdict"]],
        }
    )


def _show_scores(shown: pd.DataFrame, decimals: int) -> None:
    points = (_("Score"), _("Adjusted score"), _("Interval from"), _("Interval to"))
    printing.grid(
        shown,
        hide_index=True,
        key="leniency",
        column_config={name: number_column(name, decimals) for name in points},
        height="content" if len(shown) <= tables.MOST_WHOLE else "auto",
        alt=_("Official and adjusted scores of all units"),
    )
