"""Parts of the page on trust in the ballots: the recount of paper sheets, and the votes of next year."""

from functools import partial

import pandas as pd
import streamlit as st

from data.store.release import Round
from errors import BiaochiError
from formats.spreadsheet import Sheet
from i18n import N_
from reports.evidence_table import evidence_sheet
from results.evidence.next_year import Plan, plans
from results.evidence.recount import headline, recount_of
from results.ranking.family import families
from ui import ballot_trust, cached, downloads, layout
from ui.i18n import _, language

RECOUNT_METHOD = N_(
    "Every pair of a listed and an unlisted unit is an assertion; the list is right if all hold (SHANGRLA: Stark "
    "2020). Sheets are drawn with replacement by a public seed and judged by the Kaplan-Markov bound (Stark 2009); a "
    "missing sheet counts as the worst. A wrong list passes with a chance of 5% at most, whatever is wrong with it. In "
    "10,000 simulated wrong lists it passed less often. The sheets are drawn with “biaochi recount draw”."
)
DESIGN_METHOD = N_(
    "Votes proportional to weight times the root of variance, design effect and inverse cost (Neyman 1934), from this "
    "year's variances with 8 pseudo-votes and the critical value of the rank sets, at 80% power. In simulation the "
    "realised power was within a tenth of the stated. Other differences, budgets and costs: “biaochi design”."
)


def show_recount(round_: Round) -> None:
    """Show in which categories a sample of paper sheets confirms the list, once it is asked for."""
    st.subheader(_("Recount of paper sheets"))
    if not st.toggle(_("Work out how many sheets to read"), key="recount"):
        return
    with st.spinner(_("Computing")):
        make = partial(_recounts, round_, language())
        sampled, sentences = cached.kept((round_.release.id, round_.id, "recount", language()), make)
    st.markdown("**" + layout.plain(headline(sampled, len(sentences), language())) + "**")
    for sentence in sentences:
        st.markdown("- " + layout.plain(sentence))
    ballot_trust.for_statisticians(RECOUNT_METHOD)


def _recounts(round_: Round, language: str) -> tuple[int, list[str]]:
    """Return in how many categories a sample is enough, and a sentence on each."""
    sampled, sentences = 0, []
    for family in families(round_):
        try:
            found = recount_of(round_, family.name)
        except BiaochiError as refusal:
            sentences.append(refusal.sentence(language))
        else:
            sampled += not found.counts_all
            sentences.append(found.sentence(language))
    return sampled, sentences


def show_design(round_: Round) -> None:
    """Show what as many votes as this year buy next year, spread by need, and the table for the field office."""
    st.subheader(_("Votes of next year"))
    for plan in _plans(round_):
        st.markdown("- **" + layout.plain(plan.sentence(language())) + "**")
    ballot_trust.for_statisticians(DESIGN_METHOD)
    downloads.table("design", round_, partial(_design_file, round_, language()), keys=False)


def _plans(round_: Round) -> list[Plan]:
    found: list[Plan] = cached.kept((round_.release.id, round_.id, "design"), partial(plans, round_))
    return found


def _design_file(round_: Round, language: str) -> Sheet:
    rows = pd.concat([plan.rows for plan in _plans(round_)], ignore_index=True)
    return evidence_sheet(round_, "design", N_("Design of next year"), rows, language)
