"""Parts of the page on trust in the ballots: findings, turnout, the list without listed ballots, ballots to flip."""

from dataclasses import asdict
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from data.store.ballot_decisions import DECISIONS, Judgement, decide
from data.store.release import Round
from errors import BiaochiError
from formats.spreadsheet import Sheet
from i18n import N_
from reports.evidence_table import evidence_sheet, integrity_sheet
from results.evidence.flips import flips, headlines
from results.evidence.integrity import (
    CHECKS,
    FALSE_ALARMS,
    WHY,
    Integrity,
    SideBySide,
    decision_in_words,
    headline,
    integrity,
    listed_of,
    moved_in_words,
    side_by_side,
)
from ui import cached, charts, downloads, guard, layout, markup, printing, problem_table, tables
from ui.grids import number_column, rounded, whole
from ui.i18n import _, language
from ui.releases import second_person


def show_findings(round_: Round, found: Integrity) -> None:
    """Show the findings by check, each with its false-alarm rate."""
    st.markdown("**" + layout.plain(headline(found, language())) + "**")
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
                _("Ballots concerned"): whole(rows["ballots"]),
                _("Among"): whole(rows["of"]),
            }
        )
        if rows["share"].notna().any():  # an estimate, which copies and careless ballots have none of
            shown[_("Share of ballots")] = rounded(rows["share"], 1, percent=True)
        config = {_("Share of ballots"): number_column(_("Share of ballots"), 1, percent=True)}
        printing.grid(shown, hide_index=True, key=f"integrity_{check}", column_config=config, alt=_(title))
        st.caption(_(FALSE_ALARMS[check]))
    for_statisticians(INTEGRITY_METHOD)
    downloads.table("integrity", round_, partial(_integrity_file, round_, language()), keys=False)


def for_statisticians(paragraph: str) -> None:
    """Show a paragraph on the second layer."""
    with st.expander(_("For the statistician")):
        st.markdown(layout.plain(_(paragraph)))


INTEGRITY_METHOD = N_(
    "Copies: likelihood ratio of a copy with 10% slips to honest grading, given the leniency of each ballot, averaged "
    "over sources; by Markov's inequality a clean batch is listed with a chance of 5% at most, divided by the number "
    "of batches. Careless: likelihood ratio of grades that do not follow the unit, above 1,000. Punished: Poisson "
    "tail of lowest grades in common beyond leniency, Bonferroni over pairs. A unit at a site: hypergeometric tail, "
    "divided by the over-dispersion of sites, Benjamini and Hochberg. In 200 simulated years no clean batch was "
    "listed with 31 to 98% best grades; a block of 40 copies was listed in 100, 99.5, 88, 60 and 22% of years with "
    "31, 73, 90, 95 and 98% best grades."
)
FLIP_METHOD = N_(
    "The numbers for the rule are exact for small families, where every set of ballots is tried; else, and for the "
    "verdict, they are lower bounds: the true number may be larger, never smaller. One ballot counts as one person, "
    "with all of its grades. In the tests the numbers agree with a search over all sets of ballots."
)


def show_turnout(found: Integrity, release: str) -> None:
    """Draw the return rate against the mean score of each site. release : its short id."""
    st.subheader(_("Turnout and score by site"))
    if found.turnout.empty:
        st.caption(_("No issued and returned ballots were reported by site; turnout cannot be drawn."))
        return
    sites = found.turnout
    names = [" ".join(filter(None, pair)) for pair in zip(sites["group"], sites["site"], strict=True)]
    fig = go.Figure(go.Scatter(x=100 * sites["share"], y=sites["score"], mode="markers", text=names))
    fig.update_layout(xaxis_title=_("Return rate") + " (%)", yaxis_title=_("Score"), height=360)
    charts.show(fig, "turnout", _("Return rate against mean score of each site."))
    markup.show(markup.source(release, len(sites), of=markup.SITES))


def show_without(round_: Round, found: Integrity) -> None:
    """Show the list with and without the listed ballots, once it is asked for: the ballots are counted again."""
    st.subheader(_("With and without the listed ballots"))
    if not len(found.flagged):
        st.caption(_("The ballots of this round show nothing of the kind."))
        return
    if not st.toggle(_("Count again without the listed ballots"), key="without"):
        return
    both = _counted_again(round_, found)
    st.markdown(layout.plain(moved_in_words(both, language())))
    rows, decimals = both.rows, round_.scored_rules.presentation.decimals
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"].to_numpy(),
            _("Place"): whole(rows["rank"]),
            _("Place, without"): whole(rows["rank_without"]),
            _("Score"): rounded(rows["score"], decimals),
            _("Score, without"): rounded(rows["score_without"], decimals),
            _("Verdict"): [tables.verdict(value) for value in rows["verdict"]],
            _("Verdict, without"): [tables.verdict(value) for value in rows["verdict_without"]],
            _("Verdict moves"): [_("yes") if moved else "" for moved in rows["moved"]],
        }
    )
    config = {name: number_column(name, decimals) for name in (_("Score"), _("Score, without"))}
    alt = _("With and without the listed ballots")
    printing.grid(shown, hide_index=True, key="with_without", column_config=config, alt=alt)


def _counted_again(round_: Round, found: Integrity) -> SideBySide:
    """Count again without the listed ballots, once a session and release."""
    key = f"without_{round_.release.id}_{round_.id}"
    if key not in st.session_state:
        with st.spinner(_("Counting again without the listed ballots…")):
            st.session_state[key] = side_by_side(cached.store(), round_, found)
    both: SideBySide = st.session_state[key]
    return both


def show_decision(round_: Round, found: Integrity) -> None:
    """Show what two people decided on the listed ballots, and to whoever may decide, the form."""
    st.subheader(_("Decision on the listed ballots"))
    if message := st.session_state.pop(DECIDED, None):
        st.success(message)
    judged = decision_in_words(round_, language())
    st.markdown(layout.plain(judged or _("Nothing is decided on the ballots of this round.")))
    if not len(found.flagged) or not guard.can("decide_ballots"):
        return
    words = {code: _(word) for code, word in DECISIONS.items()}
    decision = st.segmented_control(
        _("What two people decide"), list(words), format_func=words.__getitem__, key="ballots_decision"
    )
    reason = st.text_area(_("Reason of the decision; internal papers show it"), key="ballots_reason")
    public = st.text_input(_("Reason as the public notice prints it, if it shall"), key="ballots_public")
    asks = guard.two_people("decide_ballots")  # the second person confirms in another session
    second = "" if asks else st.text_input(_("Confirmed by (a second person)"), key="ballots_second")
    complete = bool(decision and reason.strip() and (asks or second.strip()))
    if st.button(_("Record the decision"), key="ballots_record", type="primary", disabled=not complete) and decision:
        _record(round_, found, Judgement(decision, reason, second, public))


DECIDED = "ballots_decided"


def _record(round_: Round, found: Integrity, judgement: Judgement) -> None:
    """Count again for what the decision keeps, and keep it or ask for the second person."""
    listed = listed_of(round_, found, _counted_again(round_, found))
    given = {"listed": asdict(listed), "judgement": asdict(judgement)}
    if second_person.waits("decide_ballots", "ballots", judgement.reason, round_id=round_.id, **given):
        return
    try:
        guard.require("decide_ballots")
        decide(cached.store(), listed, judgement, layout.user() or "")
    except BiaochiError as refusal:
        problem_table.show_error(refusal, "ballots_decision")
        return
    st.session_state[DECIDED] = _("The decision is recorded; the bulletin, the kits and the public notice show it.")
    st.rerun()


def show_flips(round_: Round) -> None:
    """Show how many ballots would alter a finding about each unit."""
    st.subheader(_("Ballots to flip"))
    st.caption(_("Fewer ballots than the number cannot alter the finding: left out, changed or added."))
    rows = flips(round_)
    for sentence in headlines(rows, language()):
        st.markdown("- **" + layout.plain(sentence) + "**")
    rows = rows[rows["verdict"] != "not_ranked"]
    shown = pd.DataFrame(
        {
            _("Unit"): rows["unit_name"].to_numpy(),
            _("Verdict"): [tables.verdict(value) for value in rows["verdict"]],
            _("Ballots left out, rule"): whole(rows["drop_place"]),
            _("Ballots changed, rule"): whole(rows["change_place"]),
            _("Ballots added, rule"): whole(rows["add_place"]),
            _("Ballots changed, verdict"): whole(rows["change_verdict"]),
        }
    )
    printing.grid(shown, hide_index=True, key="flips", alt=_("Ballots to flip"))
    for_statisticians(FLIP_METHOD)
    downloads.table("flip", round_, partial(_flip_file, round_, language()), keys=False)


def _integrity_file(round_: Round, language: str) -> Sheet:
    found = integrity(round_)
    assert found is not None
    return integrity_sheet(round_, found, language)


def _flip_file(round_: Round, language: str) -> Sheet:
    return evidence_sheet(round_, "flip", N_("Ballots to flip"), flips(round_), language)
