"""The table of routes: address, right, parameters and evidence of each; server and description are built from it."""

from collections.abc import Callable
from dataclasses import dataclass

from api import answers
from api.answer import Answer, Evidence
from api.asked import COMMON, DAY, RELEASE, WHOLE, Asked, Parameter
from i18n import N_
from results.fields import Column, columns
from results.pledges.by_year import POSTS
from results.pledges.register import KINDS, LINES
from results.ranking.ranking import FIELDS
from schemes import SCHEMES
from schemes.frame import KEY_COLUMN, MONTH, QUARTER

BASE = "/api/v1"
DESCRIPTION = "/openapi.json"

ROUND = Parameter("round", N_("Round, for instance 2025."), needed=True)
CATEGORY = Parameter("category", N_("Category; ALL ranks every unit together."))
AS_OF = Parameter("as_of", N_("As it stood on this day; else the newest."), kind=DAY)
LOWEST = Parameter("k", N_("The last K, in place of the rule."), kind=WHOLE)
CODE = Parameter("code", N_("Code of the unit."), needed=True, in_path=True)
SCHEME = Parameter("scheme", N_("Scheme."), needed=True, choices=tuple(scheme.name for scheme in SCHEMES), in_path=True)
PERIOD = Parameter("period", N_("Month, quarter or year: 2026-03, 2026Q1 or 2026."))
UNIT = Parameter("unit", N_("Of this unit alone."))
PLACE = Parameter("place", N_("Of this place and those inside it alone."))
SINCE = Parameter("since", N_("From this day on, for instance 2026-01-31."), kind=DAY)
BY = Parameter("by", N_("One row per item or post."), choices=(answers.BY_ITEM, answers.BY_POST))
DIVIDED = Parameter("by", N_("What the measures are divided by."), choices=("all", MONTH, QUARTER, *KEY_COLUMN))

COUNTS = Evidence()
RANKED = Evidence("n", "score_low", "score_high", "verdict", ("reason",))
PROMISED = Evidence("n", "low", "high", "status", ("why_no_interval", "status"))
VOTED = Evidence("vote_n", "vote_low", "vote_high", "differs", ("vote_reason", "not_named"))
NO_EVIDENCE = Evidence("", "", "", "", ())


@dataclass(frozen=True)
class Shape:
    """A kind of row. fields: those of the command line. added: those that the API adds. table: of their types."""

    name: str
    table: str
    fields: tuple[str, ...]
    added: tuple[str, ...]
    evidence: Evidence

    def types(self) -> dict[str, str]:
        """Return field -> type of a column: text, int, decimal, bool or counts by group."""
        known = {name: column.type for name, column in columns(self.table).items()}
        totals: dict[str, Column] = columns("pledge_totals")
        extra = {name: column.type for name, column in columns("evidence").items()}
        wide = {f"{kind}_{name}": column.type for kind in KINDS for name, column in totals.items()}
        types = wide | extra | known | {"n_by_group": "counts"}
        return {name: types[name] for name in (*self.fields, *self.added)}


BASIS = ("release", "rules", "demo")
OF_ROUND = (*BASIS, "round", "round_status")
WITHOUT = ("low", "high", "why_no_interval", "verdict")
RANKING = Shape("RankingRow", "ranking", FIELDS, (*OF_ROUND, "what_if"), RANKED)


@dataclass(frozen=True)
class ApiRoute:
    """A route. right: its name among the rights of `access/roles.csv`. shapes: the kinds of its rows."""

    path: str
    right: str
    about: str
    parameters: tuple[Parameter, ...]
    shapes: tuple[Shape, ...]
    answer: Callable[[Asked], Answer]

    @property
    def accepted(self) -> tuple[Parameter, ...]:
        """Its parameters and those that every route has."""
        return (*self.parameters, *COMMON)


ROUTES = (
    ApiRoute(
        "/rounds",
        "rounds",
        N_("The rounds of a release."),
        (RELEASE,),
        (Shape("RoundRow", "rounds", tuple(columns("rounds")), ("release", "demo", *WITHOUT), Evidence("votes")),),
        answers.rounds,
    ),
    ApiRoute(
        "/ranking",
        "ranking",
        N_("The ranking of a round, each category separately."),
        (ROUND, CATEGORY, RELEASE),
        (RANKING,),
        answers.ranking,
    ),
    ApiRoute(
        "/bottom",
        "bottom",
        N_("Units that are in the bottom k or cannot be ruled out, worst first."),
        (ROUND, CATEGORY, LOWEST, RELEASE),
        (RANKING,),
        answers.bottom,
    ),
    ApiRoute("/units/{code}", "unit", N_("A unit in every round."), (CODE, RELEASE), (RANKING,), answers.unit),
    ApiRoute(
        "/pledges",
        "pledges",
        N_("Pledges against outcomes."),
        (ROUND, CATEGORY, BY, AS_OF, RELEASE),
        (
            Shape("PledgeRow", "pledges", LINES, (*OF_ROUND, "as_of", "n", "low", "high", "why_no_interval"), PROMISED),
            Shape("PostRow", "pledges", POSTS, OF_ROUND, VOTED),
        ),
        answers.pledges,
    ),
    ApiRoute(
        "/releases",
        "releases",
        N_("The history of the releases and of the status of rounds, newest first."),
        (),
        (Shape("ReleaseRow", "releases", tuple(columns("releases")), ("rules", "n", *WITHOUT), COUNTS),),
        answers.releases,
    ),
    ApiRoute(
        "/measures/{scheme}",
        "measures",
        N_("The measures of a scheme."),
        (SCHEME, PERIOD, DIVIDED, AS_OF, UNIT, PLACE, RELEASE),
        (
            Shape(
                "MeasureRow",
                "measures",
                tuple(columns("measures")),
                ("demo",),
                Evidence(why=("why_no_interval", "reason")),
            ),
        ),
        answers.measures,
    ),
    ApiRoute(
        "/log",
        "log",
        N_("The audit log, oldest entry first."),
        (SINCE,),
        (Shape("LogRow", "audit", tuple(columns("audit")), (), NO_EVIDENCE),),
        answers.log,
    ),
)
