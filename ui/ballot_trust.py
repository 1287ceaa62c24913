"""Parts of the page on trust in the ballots: findings, turnout, the list without listed ballots, ballots to flip."""

from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data.store.release import Round
from formats.spreadsheet import Sheet
from i18n import N_
from reports.evidence_table import evidence_sheet, integrity_sheet
from results import number_format
from results.evidence.flips import flips
from results.evidence.integrity import CHECKS, FALSE_ALARMS, WHY, Integrity, integrity, moved_in_words, side_by_side
from ui import cached, charts, downloads, layout, printing, tables
from ui.i18n import _, language


def show_findings(round_: Round, found: Integrity) -> None:
    """Show the findings by check, each with its false-alarm rate."""
    st.markdown(_(WHY))
    if found.rows.empty:
        st.success(_("The ballots of this round show nothing of the kind."))
    for check, title in CHECKS.items():
        rows = found.rows[found.rows["check"] == check]
        if rows.empty:
            continue
        st.markdown(f"**{_(title)}**")
        shown = pd.DataFrame(
            {
                _("Evaluator group"): rows["group"].to_numpy(),
                _("Site"): rows["site"].fillna("–").to_numpy(),
                _("Unit"): rows["unit_name"].fillna("–").to_numpy(),
                _("Ballots concerned"): [number_format.count(value) for value in rows["ballots"]],
                _("Among"): [number_format.count(value) for value in rows["of"]],
                _("Share of ballots"): [number_format.percent(value) for value in rows["share"]],
            }
        )
        printing.grid(shown, hide_index=True, key=f"integrity_{check}", alt=_(title))
        st.caption(_(FALSE_ALARMS[check]))
    downloads.table("integrity", round_, partial(_integrity_file, round_, language()), keys=False)


def show_turnout(found: Integrity) -> None:
    """Draw the return rate against the mean score of each site."""
    st.subheader(_("Turnout and score by site"))
    if found.turnout.empty:
        st.caption(_("No issued and returned ballots were reported by site; turnout cannot be drawn."))
        return
    sites = found.turnout
    names = [" ".join(filter(None, pair)) for pair in zip(sites["group"], sites["site"], strict=True)]
    fig = go.Figure(go.Scatter(x=100 * sites["share"], y=sites["score"], mode="markers", text=names))
    fig.update_layout(xaxis_title=_("Return rate") + " (%)", yaxis_title=_("Score"), height=360)
    charts.show(fig, "turnout", _("Return rate against mean score of each site."))


def show_without(round_: Round, found: Integrity) -> None:
    """Show the list with and without the listed ballots, once it is asked for: the ballots are counted again."""
    st.subheader(_("With and without the listed ballots"))
    if not len(found.flagged):
        st.caption(_("The ballots of this round show nothing of the kind."))
        return
    if not st.button(_("Count again without the listed ballots"), key="without"):
        return
    both = side_by_side(cached.store(), round_, found)
    st.markdown(layout.plain(moved_in_words(both, language())))
    rows, decimals = both.rows, round_.scored_rules.presentation.decimals
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"].to_numpy(),
            _("Score"): [tables.number(value, decimals) for value in rows["score"]],
            _("Score, without"): [tables.number(value, decimals) for value in rows["score_without"]],
            _("Verdict"): [tables.verdict(value) for value in rows["verdict"]],
            _("Verdict, without"): [tables.verdict(value) for value in rows["verdict_without"]],
        }
    )
    printing.grid(shown, hide_index=True, key="with_without", alt=_("With and without the listed ballots"))


def show_flips(round_: Round) -> None:
    """Show how many ballots would alter a finding about each unit."""
    st.subheader(_("Ballots to flip"))
    st.caption(_("Fewer ballots than the number cannot alter the finding: left out, changed or added."))
    rows = flips(round_)
    rows = rows[rows["verdict"] != "not_ranked"]
    count = number_format.count
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"].to_numpy(),
            _("Verdict"): [tables.verdict(value) for value in rows["verdict"]],
            _("Ballots left out, rule"): [count(value) for value in rows["drop_place"]],
            _("Ballots changed, rule"): [count(value) for value in rows["change_place"]],
            _("Ballots added, rule"): [count(value) for value in rows["add_place"]],
            _("Ballots changed, verdict"): [count(value) for value in rows["change_verdict"]],
        }
    )
    printing.grid(shown, hide_index=True, key="flips", alt=_("Ballots to flip"))
    downloads.table("flip", round_, partial(_flip_file, round_, language()), keys=False)


def _integrity_file(round_: Round, language: str) -> Sheet:
    found = integrity(round_)
    assert found is not None
    return integrity_sheet(round_, found, language)


def _flip_file(round_: Round, language: str) -> Sheet:
    return evidence_sheet(round_, "flip", N_("Ballots to flip"), flips(round_), language)
