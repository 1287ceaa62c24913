"""Result of a search for units: each with what matched and its place in the newest round."""

from collections.abc import Sequence

from markupsafe import Markup

from data.store.release import Release, Round
from i18n import PUNCTUATION
from results import number_format
from results.ranking.rows import rows_of_unit
from results.ranking.statements import Row
from results.unit_comparison import MOST
from results.unit_finder import EARLIER, NAME, SIMILAR, WHY, ListedUnit, Match
from ui import cached, layout, unit_rows
from ui.i18n import _, language
from ui.markup import link, table, tag


def result(release: Release, asked: str, found: Sequence[Match]) -> Markup:
    """Return the units that fit a text as a table."""
    similar = all(match.why == SIMILAR for match in found)
    words = _("No name fits “{text}”; similar names: {count}") if similar else _("Units that fit “{text}”: {count}")
    heads = (_("Unit"), _("Verdict"), _("Category"), _("Round"), _("Place (range)"), _("Score (interval)"), _("Votes"))
    caption = words.format(count=len(found), text=asked)
    return table(caption, heads, [_row(release, match) for match in found])


def _row(release: Release, match: Match) -> tuple[object, ...]:
    standing = newest(release, match.unit)
    category = layout.category_name(match.unit.category)
    if standing is None:
        name = link("unit", match.unit.name, {"unit": match.unit.code})
        return (_matched(match, name), _("no votes yet"), category, *[number_format.NONE] * 4)
    round_, row = standing
    rules = round_.scored_rules
    return (
        _matched(match, unit_rows.unit_link(row, round_.id)),
        unit_rows.verdict(row),
        layout.category_name(str(row["category"])),
        round_.id,
        unit_rows.place(row),
        unit_rows.score(row, rules),
        number_format.count(row["n"]),
    )


def _matched(match: Match, name: Markup) -> Markup:
    """Return the name with its code, and what fitted where that is not the name itself."""
    why = "" if match.why == NAME else _(WHY[match.why]).format(text=match.text)
    note = PUNCTUATION[language()].comma.join(filter(None, [match.unit.code, why]))
    hidden = match.unit.code == match.unit.name and match.why != EARLIER
    return name if hidden else name + " " + tag("span", note, class_="biaochi-note")


def newest(release: Release, unit: ListedUnit) -> tuple[Round, Row] | None:
    """Return the newest round with votes on a unit, formal before trial, and its ranking row there; None without."""
    for round_id in cached.scored_rounds(release):
        round_ = cached.round_of(release, round_id)
        for code in unit.codes:
            if rows := rows_of_unit(cached.ranking_quietly(round_), code):
                return round_, rows[0]
    return None


def compare_link(release: Release, found: Sequence[Match]) -> None:
    """Show a link that puts the first units of a search next to each other."""
    codes = [match.unit.code for match in found[:MOST]]
    words = _("Compare the first {count}").format(count=len(codes))
    layout.page_link("browse/compare.py", words, {"units": ",".join(codes), "lang": language()})
