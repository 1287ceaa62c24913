"""方法 · Methods: how a score and its interval come about."""

import streamlit as st

from results.funnel import FEWEST
from ui import charts, frame, loaded, tables
from ui.words import _
from words import N_


def _funnel_section(release_id: str) -> None:
    """The funnel plot of a round and category."""
    rounds = loaded.scored_rounds(release_id)
    if not rounds:
        return
    st.subheader(_("Does a score stand out?"))
    left, right = st.columns([1, 3])
    round_id = left.selectbox(_("Round"), rounds, key="funnel_round")
    categories = [family.name for family in loaded.families(release_id, round_id)]
    category = right.selectbox(_("Category"), categories, key="funnel_category")
    found = loaded.funnel(release_id, round_id, category)
    if found.rows.empty:
        st.info(_("No ranked unit fits this choice."))
        return
    charts.show(
        charts.funnel_chart(found.rows, found.curves, found.limits.theta0),
        "funnel",
        _("Scores against effective ballots with 95% and 99.8% limits; the lowest units outside are named."),
    )
    st.caption(
        _(
            "Effective ballots: as many as would give the same precision in a simple sample. The limits hold the "
            "chance of the draw and the usual spread between units (standard deviation {spread} points), so a mark "
            "outside stands out from its category. Outside the 99.8% limits means: examine why. It is not a finding "
            "that the unit is at the bottom."
        ).format(spread=tables.number(found.limits.tau2**0.5))
    )
    if len(found.rows) < FEWEST:
        st.caption(
            _(
                "With fewer than {count} units the usual spread cannot be told; the limits are those of chance alone."
            ).format(count=FEWEST)
        )


release = frame.page(N_("Methods"))

st.subheader(_("In five sentences"))
sentences = (
    _("A score is the mean of what each evaluator group said, each group with the weight the rule set gives it."),
    _("“Don't know”, abstained, blank and invalid answers are counted apart and never lower a score."),
    _(
        "Every score stands with its number of votes and an interval: at level 95%, such "
        "intervals hold the score that all voters of this kind would give in 95 of 100 cases."
    ),
    _(
        "Units are ranked within their category; equal scores share a place; a unit with too few "
        "votes is listed with the reason and gets no place."
    ),
    _(
        "Two units whose intervals overlap widely may well be equally good: their order alone is "
        "no ground for praise or blame."
    ),
)
st.markdown("\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1)))

st.subheader(_("What each number means"))
st.dataframe(
    {
        _("Figure"): [_("Votes"), _("Score"), _("Interval"), _("Rank"), _("Don't know"), _("Bottom rule")],
        _("Meaning"): [
            _("Ballots that graded the unit. One ballot on one unit is one vote."),
            _("Weighted mean of the group means, in points of the rule set."),
            _("Range of the score at the level of the rule set, for one unit at a time."),
            _("1 plus the number of strictly better units of the category; 15= is a shared place."),
            _("Don't-know answers as a share of graded and don't-know answers together."),
            _("The list the rule makes by score alone. It is not a finding."),
        ],
    },
    hide_index=True,
    key="meanings",
    alt=_("What each number means"),
)

st.subheader(_("Formulas"))
st.markdown(
    _("Score of unit j: votes y of evaluators e in group g, n votes and mean m in each cell, weights w that add to 1.")
)
st.latex(r"x_j=\sum_g w_g\,m_{gj},\qquad m_{gj}=\frac{1}{n_{gj}}\sum_{e}y_{ej},\qquad \sum_g w_g=1")
st.markdown(_("Covariance of the scores, clustered on the evaluator; 0 where an evaluator has no vote on the unit."))
st.latex(r"u_{ej}=\frac{w_g}{n_{gj}}\,(y_{ej}-m_{gj})\sqrt{\frac{n_{gj}}{n_{gj}-1}},\qquad \Sigma=U^{\top}U")
st.markdown(
    _(
        "Small samples: two pseudo-votes (a = 2) from the whole group, with mean M and mean "
        "square Q of the group and q of the cell, for the variance only."
    )
)
st.latex(
    r"v_{gj}=\left[\frac{n\,q+a\,Q}{n+a}-\left(\frac{n\,m+a\,M}{n+a}\right)^{2}\right]\frac{n}{n-1},"
    r"\qquad V_{gj}=\frac{w_g^{2}\max(v_{gj},s_{gj}^{2})}{n_{gj}}"
)
st.markdown(_("The variance of a score, its degrees of freedom after Satterthwaite, and the interval at level 1 − α."))
st.latex(
    r"V_j=\sum_g V_{gj},\qquad \nu_j=\frac{V_j^{2}}{\sum_g V_{gj}^{2}/(n_{gj}-1+a)},"
    r"\qquad x_j\pm t_{\nu_j,\,1-\alpha/2}\sqrt{V_j}"
)

st.subheader(_("Limits"))
for sentence in (
    _(
        "Rounds delivered as counts hold no ballots: their votes are treated as independent, so "
        "intervals may be too narrow."
    ),
    _("Means of very few votes are not shown, so that nobody can be recognised."),
    _(
        "Means by group and indicator use the same small-sample step; means by indicator borrow "
        "from the units of the same category."
    ),
    _(
        "Not in this version: ranges of places, claim tests for the bottom list, adjustment for "
        "lenient evaluators, comparison of rounds."
    ),
):
    st.markdown(f"- {sentence}")

_funnel_section(release.id)

st.subheader(_("Rule set in force"))
round_id = st.selectbox(_("Round"), loaded.rounds(release.id), key="round", bind="query-params", width=200)
if loaded.overview(release.id, round_id).rules is None:
    st.info(_("This round holds a register but no ballots yet."))
else:
    tables.show_rules(release.rules(round_id))

st.subheader(_("Where the method comes from"))
for source in (
    "Satterthwaite (1946). An approximate distribution of estimates of variance components.",
    "Binder (1983). On the variances of asymptotically normal estimators from complex surveys.",
    "Liang & Zeger (1986). Longitudinal data analysis using generalized linear models.",
    "Agresti & Coull (1998). Approximate is better than “exact” for interval estimation.",
    "Holm (1979). A simple sequentially rejective multiple test procedure.",
    "Benjamini & Hochberg (1995). Controlling the false discovery rate.",
    "Spiegelhalter (2005). Funnel plots for comparing institutional performance.",
):
    st.text(source)
