"""Units as HTML tables: a name is never without verdict, votes, interval and places."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from data.model.rule_sets import RuleSet
from i18n import PUNCTUATION
from results import number_format
from results.labels import REASONS, VERDICTS
from results.ranking.statements import Row, gauge
from ui import layout
from ui.i18n import _, language
from ui.markup import link, table, tag, unbroken, verdict_tag


def unit_link(row: Row, round_id: str) -> Markup:
    """Return the name of a unit as a link to its page."""
    return link("unit", str(row["unit_name"]), {"unit": str(row["unit_code"]), "round": round_id})


def verdict(row: Row) -> Markup:
    """Return the verdict, or why the unit is not ranked."""
    code = str(row["verdict"])
    shown = verdict_tag(code, _(VERDICTS[code]))
    if not row["reason"]:
        return shown
    return shown + " " + tag("span", _(REASONS[str(row["reason"])]), class_="biaochi-note")


def place(row: Row) -> str:
    """Return the place and the range of places that the votes allow: 17 (16 – 17)."""
    if row["rank"] is None:
        return number_format.NONE
    mark = PUNCTUATION[language()].brackets
    own = number_format.place(row["rank"], row["rank_tied_to"], language())
    return f"{own}{mark[0]}{number_format.places(row['rank_best'], row['rank_worst'])}{mark[1]}"


def score(row: Row, rules: RuleSet) -> str:
    """Return the score with its interval."""
    decimals = rules.presentation.decimals
    if row["score"] is None:
        return number_format.NONE
    mark = PUNCTUATION[language()].brackets
    interval = number_format.interval(row["score_low"], row["score_high"], decimals, rules.scale)
    return f"{number_format.number(row['score'], decimals)}{mark[0]}{interval}{mark[1]}"


def strength(row: Row, rules: RuleSet) -> str:
    """Return the strength of the evidence; a dash for a unit that is not ranked."""
    return number_format.NONE if row["rank"] is None else gauge(row, rules.uncertainty.level, language())


def unit_table(caption: str, rows: Iterable[Row], rules: RuleSet, round_id: str, *, category: bool = True) -> Markup:
    """Return units with verdict, place, score, votes and strength of evidence. category : with its column."""
    heads: Sequence[str] = (_("Unit"), _("Verdict"), _("Category"), _("Place (range)"), _("Score (interval)"))
    heads = (*heads, _("Votes"), _("Evidence"))
    cells: list[tuple[str | Markup, ...]] = [
        (
            unit_link(row, round_id),
            verdict(row),
            layout.category_name(str(row["category"])),
            unbroken(place(row)),
            unbroken(score(row, rules)),
            number_format.count(row["n"]),
            strength(row, rules),
        )
        for row in rows
    ]
    if not category:
        return table(caption, (*heads[:2], *heads[3:]), [(*row[:2], *row[3:]) for row in cells])
    return table(caption, heads, cells)
