"""方法 · Methods: how a score and its interval come about."""

import pandas as pd
import streamlit as st

from i18n import N_
from results import worked_examples
from results.ranking import leniency
from results.ranking.funnel import FEWEST
from ui import cached, charts, layout, tables
from ui.i18n import _


def _funnel_section(release_id: str) -> None:
    """The funnel plot of a round and category."""
    rounds = cached.scored_rounds(release_id)
    if not rounds:
        return
    st.subheader(_("Does a score stand out?"))
    left, right = st.columns([1, 3])
    round_id = left.selectbox(_("Round"), rounds, key="funnel_round")
    categories = [family.name for family in cached.families(release_id, round_id)]
    category = right.selectbox(_("Category"), categories, format_func=layout.category_name, key="funnel_category")
    found = cached.funnel(release_id, round_id, category)
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


def _worked_section() -> None:
    """Six units by hand: the claims and the places."""
    example = worked_examples.six_units()
    st.subheader(_("Six units, worked by hand"))
    st.markdown(
        _(
            "Six units with independent scores, each with a standard error of {error} points; a difference of two "
            "has {apart}. Who is among the last {k}? The tests of this product recompute every number."
        ).format(error=example.standard_error, apart=example.difference_error, k=example.k)
    )
    units, chain = example.units, example.chain
    shown = pd.DataFrame(
        {
            _("Unit"): units["name"],
            _("Score"): units["score"],
            _("Rank"): units["rank"],
            _("Places"): [tables.places(a, b) for a, b in zip(units["best"], units["worst"], strict=True)],
            _("p for the bottom"): units["confirm_raw"],
            _("after Holm"): units["confirm_p"],
            _("p against it"): units["clear_raw"],
            _("then after Holm"): units["clear_p"],
            _("Verdict"): [tables.verdict(code) for code in units["verdict"]],
        }
    )
    st.dataframe(shown, hide_index=True, key="worked", height="content", alt=_("Six units, worked by hand"))
    st.markdown(
        _(
            "Unit {unit}: the others stand {t} standard errors above it. In order: {sorted}. The second smallest is "
            "{second}; its tail {tail} times {k} is p = {p}, the smallest of six; Holm takes it six times: {holm}. "
            "That is below {error}, so {unit} is confirmed. Places count only differences beyond c = {critical}."
        ).format(
            unit=chain["unit"],
            t=_listed(chain["t"]),
            sorted=_listed(chain["sorted"]),
            second=chain["second_smallest"],
            tail=chain["tail"],
            k=example.k,
            p=chain["p"],
            holm=_first(chain["holm"]),
            error=f"{1 - example.level:.2f}",
            critical=example.critical,
        )
    )


def _pledge_section() -> None:
    """How far a pledge was kept, and what is said of halls and of the public."""
    st.subheader(_("Pledge against outcome"))
    st.markdown(
        _(
            "Completion sets what was reached against the target, progress against the way from last year's value to "
            "the target; both stop at 120%, so that a lavish goal hides no missed one. Not reported is not zero. A "
            "target that is no better than last year's value is marked as soft and has no progress. Self-reported and "
            "verified values are never mixed, nor are headline and routine items; the mean completion stands beside "
            "the share met, because a mean hides failures. Items adjusted for objective reasons are in neither and are "
            "counted apart; a cancelled item is not met."
        )
    )
    st.markdown(
        _(
            "Completion C and progress P, per cent, of what was reached (a), the target (t), last year's value (b); "
            "↑ more is better, ↓ less:"
        )
    )
    st.latex(
        r"C=100\,\frac{a}{t}\ \ (\uparrow)\qquad C=100\,\frac{t}{a}\ \ (\downarrow)\qquad "
        r"P=100\,\frac{a-b}{t-b}\qquad 0\le C,P\le 120"
    )
    cases = worked_examples.attainment_cases()
    shown = pd.DataFrame(
        {
            _("Case"): [_(worked_examples.CASES[case]) for case in cases["case"]],
            _("Better"): [_("higher") if direction == "higher" else _("lower") for direction in cases["direction"]],
            _("Last year"): cases["baseline"].map(_brief),
            _("Target"): cases["target"].map(_brief),
            _("Reached"): cases["actual"].map(_brief),
            _("Met"): [_("not known") if met is pd.NA else _("yes") if met else _("no") for met in cases["met"]],
            _("Completion %"): cases["completion"].map(_brief),
            _("Progress %"): cases["progress"].map(_brief),
        }
    )
    wide = {_("Case"): st.column_config.Column(width=250)}
    st.dataframe(
        shown, hide_index=True, key="attainment", height="content", column_config=wide, alt=_("Worked pledges")
    )
    for sentence in (
        _(
            "The vote of a hall: mean points of all ballots, each counting alike, with the same small-sample step and "
            "interval as a score. Fewer ballots than the smallest cell of the rule set are not shown, nor fewer than "
            "twice that when all are alike; a hall with one such group shows no group at all."
        ),
        _(
            "Hall against public: the two have other grades and other people, so each score is set against the mean of "
            "its category. A post is named only when it stands above the mean on one and below it on the other, both "
            "beyond chance; the hall's side must also stand when the ballots of the category are dealt out anew. The "
            "chance that anybody in the round is named wrongly is at most 5%."
        ),
        _(
            "How outcomes agree is told by Spearman's correlation with a BCa interval from resampled posts, a shift by "
            "Wilcoxon's signed ranks with the Hodges-Lehmann estimate, a trend over five years or more by Theil and "
            "Sen. Where one does not apply, a sentence says why."
        ),
        _(
            "Severity of a hall's groups is taken out only where groups scored posts in common, and is shown beside "
            "the score, never instead of it."
        ),
    ):
        st.markdown(f"- {sentence}")


def _brief(value: float) -> str:
    """A number of a worked pledge, nothing where it is not defined."""
    return "" if pd.isna(value) else f"{round(value, 1):g}"


def _listed(values: object) -> str:
    return ", ".join(f"{value:.4f}" for value in values)


def _first(values: object) -> object:
    return values[0]


release = layout.page(N_("Methods"))

st.subheader(_("In five sentences"))
sentences = (
    _("A score is the mean of what each evaluator group said, each group with the weight the rule set gives it."),
    _("Don't know, abstained, blank and invalid answers are counted apart and never lower a score."),
    _(
        "Every score stands with its number of votes and an interval: at level 95%, such "
        "intervals hold the score that all voters of this kind would give in 95 of 100 cases."
    ),
    _(
        "A place is shown with the places that the votes allow: in 95 of 100 rounds these ranges hold the true places "
        "of all units of a category together; units whose ranges overlap may well be equally good."
    ),
    _(
        "A unit is named at the bottom only when a test confirms it, and the chance that a whole list holds even one "
        "wrong name is at most 5%; for the others the page says that the evidence is not enough, or that they are "
        "surely not there."
    ),
)
st.markdown("\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1)))

st.subheader(_("What each number means"))
st.dataframe(
    {
        _("Figure"): [
            _("Votes"),
            _("Score"),
            _("Interval"),
            _("Rank"),
            _("Places"),
            _("Verdict"),
            _("Chance"),
            _("Reliability"),
            _("Don't know"),
            _("Bottom rule"),
        ],
        _("Meaning"): [
            _("Ballots that graded the unit. One ballot on one unit is one vote."),
            _("Weighted mean of the group means, in points of the rule set."),
            _("Range of the score at the level of the rule set, for one unit at a time."),
            _("1 plus the number of strictly better units of the category; 15= is a shared place."),
            _("Places that the votes allow; they hold for all units of the category at once."),
            _("Confirmed at the bottom, evidence not enough, or confirmed not at the bottom: by claim tests."),
            _("Probability of being among the last k, from scores shrunken towards the mean."),
            _("Share of the spread of the scores that is not chance; near 0 a ranking says nothing."),
            _("Don't-know answers as a share of graded and don't-know answers together."),
            _("What the rule set asks of the bottom. By score alone it is not a finding."),
        ],
    },
    hide_index=True,
    key="meanings",
    height="content",
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

st.markdown(_("Differences of two scores in units of their standard error, read as normal deviates of the same tail."))
st.latex(
    r"s_{jk}^{2}=\Sigma_{jj}+\Sigma_{kk}-2\Sigma_{jk},\qquad z_{jk}=\Phi^{-1}\!\left(F_{\nu_{jk}}"
    r"\!\left(\frac{x_j-x_k}{s_{jk}}\right)\right)"
)
st.markdown(
    _(
        "Places: c is the value that the largest of all standardised differences of equal units stays below with "
        "probability 1 − α (draws of a normal vector with covariance Σ; step-down). A unit's best place counts those "
        "that are beyond c above it, its worst place those beyond c below it."
    )
)
st.latex(r"L_j=1+\#\{k:z_{kj}>c\},\qquad U_j=p-\#\{k:z_{jk}>c\}")
st.markdown(
    _(
        "Claims: unit j is in the last K when fewer than K units are strictly below it. If it is not, at least K "
        "units are truly below it, and the K-th smallest z against it can be large only by chance. Holm's method "
        "holds the error of the whole list."
    )
)
st.latex(
    r"p_j^{\text{bottom}}=\min\bigl(1,\;K\,[1-\Phi(z_{(K)})]\bigr),\qquad "
    r"p_j^{\text{not}}=\min\bigl(1,\;(p-K)\,[1-\Phi(z^{(K)})]\bigr)"
)
st.markdown(_("Shrinkage: τ² after Paule and Mandel; beside the official score, never instead of it."))
st.latex(r"\theta_j^{*}=\mu+\frac{\tau^{2}}{V_j+\tau^{2}}\,(x_j-\mu)")

st.markdown(_(leniency.METHOD))
st.latex(
    r"y_{ej}=\mu+a_j+b_e+\varepsilon_{ej},\qquad "
    r"x_j^{\text{adj}}=\sum_g w_g\left[M_g+a_j-\bar a_g+\frac{1}{n_{gj}}\sum_{e}(y_{ej}-\hat y_{ej})\right]"
)

_worked_section()
_pledge_section()

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
        "The promises are about chance in who voted and how. They do not cover ballots that were steered, groups that "
        "were left out or questions that mislead."
    ),
    _("Under the rule 'last k and below a line', each of the two conditions alone is enough to clear a unit."),
):
    st.markdown(f"- {sentence}")

_funnel_section(release.id)

st.subheader(_("Rule set in force"))
round_id = layout.choose_round(release)
if cached.overview(release.id, round_id).rules is None:
    st.info(_("This round holds a register but no ballots yet."))
else:
    tables.show_rules(release.round(round_id).scored_rules)

st.subheader(_("Where the method comes from"))
for source in (
    "Satterthwaite (1946). An approximate distribution of estimates of variance components.",
    "Binder (1983). On the variances of asymptotically normal estimators from complex surveys.",
    "Liang & Zeger (1986). Longitudinal data analysis using generalized linear models.",
    'Agresti & Coull (1998). Approximate is better than "exact" for interval estimation.',
    "Mogstad, Romano, Shaikh & Wilhelm (2024). Inference for ranks with applications to mobility across neighbourhoods "
    "and academic achievement across countries.",
    "Romano & Wolf (2005). Exact and approximate stepdown methods for multiple hypothesis testing.",
    "Paule & Mandel (1982). Consensus values and weighting factors.",
    "Holm (1979). A simple sequentially rejective multiple test procedure.",
    "Benjamini & Hochberg (1995). Controlling the false discovery rate.",
    "Spiegelhalter (2005). Funnel plots for comparing institutional performance.",
    "Pitman (1937). Significance tests which may be applied to samples from any populations.",
    "Berger (1982). Multiparameter hypothesis testing and acceptance sampling.",
    "Efron (1987). Better bootstrap confidence intervals.",
    "Hodges & Lehmann (1963). Estimates of location based on rank tests.",
    "Sen (1968). Estimates of the regression coefficient based on Kendall's tau.",
):
    st.text(source)
