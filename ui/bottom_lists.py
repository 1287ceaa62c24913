"""Bottom lists: all categories on a page, and a category with its evidence, other rules and other evaluators."""

from functools import partial

import pandas as pd
import streamlit as st
from markupsafe import Markup

from data.model.rule_sets import RuleSet
from data.store.release import Round
from i18n import PUNCTUATION
from results.home.cards import headline
from results.ranking.bottom_list import BottomList, not_settled
from results.ranking.population import about_whom
from results.ranking.rows import records
from results.ranking.statements import NO_SECOND_VERDICT, RELIABILITY, STATISTICIAN
from results.ranking.year_card import YearCard
from ui import cached, charts, guard, layout, leniency, markup, robustness, tables, unit_rows, unit_statements
from ui.i18n import _, language

TIERS = ("confirmed", "undecided")


def size(round_: Round, category: str) -> int:
    """Return how many units the file of a category, or of all for "", lists."""
    return int(cached.kept((round_.release.id, round_.id, category, "size"), lambda: _size(round_, category)))


def _size(round_: Round, category: str) -> int:
    lists = cached.bottom_lists(round_)
    return len(not_settled([lists[category]] if category else list(lists.values())).rows)


def finding(round_: Round, category: str) -> str:
    """Return the finding on a category, or on all of the round for ""."""
    if category:
        return cached.year_cards(round_)[category].sentence(language())
    return headline(round_.id, cached.home_cards(round_)).sentence(language())


# --- all categories ----------------------------------------------------------------------------------------------


def show_all(round_: Round) -> None:
    """Show the lists of all categories: the finding, a line a category, then the units of each verdict."""
    st.subheader(layout.plain(finding(round_, "")))
    key = (round_.release.id, round_.id, language(), "all lists")
    for part in cached.kept(key, lambda: _all_lists(round_)):
        if isinstance(part, Markup):
            markup.show(part)
        else:
            st.subheader(part)
    left = [found.not_ranked for found in cached.bottom_lists(round_).values() if len(found.not_ranked)]
    if left:
        st.subheader(_("Not ranked"))
        tables.show_not_ranked(pd.concat(left, ignore_index=True))


def _all_lists(round_: Round) -> list[Markup | str]:
    """Return the parts of the page in order: headings as texts, lists as HTML."""
    parts: list[Markup | str] = [_summaries(round_)]
    lists = [found for found in cached.bottom_lists(round_).values() if not found.no_list]
    for verdict, title, note in _tiers():
        rows = [row for found in lists for row in records(found.tier(verdict))]
        none = markup.tag("p", _("None."))
        table = unit_rows.unit_table(title, rows, round_.scored_rules, round_.id) if rows else none
        parts += [f"{markup.SHAPES[verdict]} {title} · {len(rows)}", markup.note(note) + table]
    return [*parts, _cleared(lists, round_)]


def _tiers() -> list[tuple[str, str, str]]:
    """Return verdict, title and what may be stated, for the two verdicts whose units are listed by name."""
    return [
        ("confirmed", _("Confirmed at the bottom"), _("Confirmed by a test within their category; they may be named.")),
        (
            "undecided",
            _("Undecided"),
            _(
                "These units are not named as the bottom, whatever their place. There is no basis for a list that "
                "names any of them."
            ),
        ),
    ]


def _summaries(round_: Round) -> Markup:
    """Return the finding on every category as a table with a link to its page."""
    heads = (_("Category"), _("Ranked units"), _("Bottom rule"), _("Finding"))
    cards = cached.year_cards(round_)
    rows = []
    for name, card in cards.items():
        query = {"category": name, "round": round_.id}
        title = markup.link("bottom", layout.category_name(name), query)
        rows.append((title, card.ranked, tables.bottom_sentence(card.bottom.family.bottom), card.sentence(language())))
    return markup.table(_("Finding on every category"), heads, rows)


def _cleared(lists: list[BottomList], round_: Round) -> Markup:
    rows = [row for found in lists for row in records(found.tier("cleared"))]
    if not rows:
        return markup.NOTHING
    title = _("Cleared")
    summary = f"{markup.SHAPES['cleared']} {title} · {len(rows)}"
    return markup.folded(summary, unit_rows.unit_table(title, rows, round_.scored_rules, round_.id))


# --- one category ------------------------------------------------------------------------------------------------


def show_category(round_: Round, category: str) -> None:
    """Show the list of a category with its chart, permitted statements, and what other rules would do."""
    bottom, card = cached.bottom_lists(round_)[category], cached.year_cards(round_)[category]
    rules = bottom.family.rules
    key = (round_.release.id, round_.id, category, language())
    rows = cached.kept((*key, "bottom rows"), lambda: tables.ranking_rows(bottom.rows, rules))
    st.subheader(layout.plain(finding(round_, category)))
    _chart(bottom, rows, round_)
    _promise(bottom)
    for sentence in (*_resolution(card), about_whom(bottom.family, language())):
        if sentence:
            st.caption(layout.plain(sentence))
    if card.outcome == "nothing":
        st.warning(_("No list is available: the differences between these units are no larger than chance."))
    elif card.outcome != "no_list":
        _confirmed(bottom, card, rules)
        _undecided(bottom, card, rules, round_)
        _not_at_the_bottom(bottom, card, round_)
    _statistics(bottom, rows, card, key)
    if bottom.count:
        st.subheader(_("Effect of other rules"))
        names = dict(zip(bottom.family.members["unit_code"], bottom.family.members["unit_name"], strict=True))
        robustness.show(cached.robustness(round_, category), names, key)
        st.subheader(_("Effect of other evaluators"))
        leniency.show(cached.leniency(round_, category), rules.presentation.decimals, key)
    if not bottom.not_ranked.empty:
        st.subheader(_("Not ranked"))
        tables.show_not_ranked(bottom.not_ranked)


def _chart(bottom: BottomList, rows: pd.DataFrame, round_: Round) -> None:
    if rows.empty:
        return
    line, points = bottom.line, bottom.family.bottom.line
    draw = partial(charts.bottom_chart, rows, line, bottom.family.places, points, narrow=guard.on_phone())
    alt = _("The lowest units with the places that the votes allow, and their verdicts.")
    charts.show_kept((round_.release.id, round_.id, bottom.family.name), draw, "bottom", alt)
    markup.show(markup.source(round_.release.short, bottom.count))
    if len(drawn := charts.drawn(rows)) < bottom.count:
        words = _("The {shown} units nearest to the bottom of {count} are drawn; all are in the lists.")
        st.caption(words.format(shown=len(drawn), count=bottom.count))


def _promise(bottom: BottomList) -> None:
    if not bottom.count:
        return
    words = _(
        "Category {category}: {count} ranked units; bottom rule: {rule}. The verdicts hold inside this category; "
        "the chance that any confirmed unit is wrongly named is at most {error}, and the same for the cleared."
    )
    st.caption(
        words.format(
            category=layout.plain(layout.category_name(bottom.family.name)),
            count=bottom.count,
            rule=tables.bottom_sentence(bottom.family.bottom),
            error=tables.percent(1 - bottom.family.rules.uncertainty.level, 0),
        )
    )


def _resolution(card: YearCard) -> list[str]:
    """Return which differences the votes can show, what would settle the border, and where bounds are wide."""
    if card.ranked < 2:
        return []
    more = card.more.sentence(language()) if card.more is not None else ""
    return [card.seen(language()), more, card.on_unknown(language())]


def _confirmed(bottom: BottomList, card: YearCard, rules: RuleSet) -> None:
    st.subheader("◆ " + _("Confirmed at the bottom") + f" · {card.confirmed}")
    if not card.confirmed:
        st.markdown(_("No unit is confirmed at the bottom; none of this category is named."))
    for row in records(bottom.tier("confirmed")):
        unit_statements.show(row, bottom.sentences(row, language()), rules)


def _undecided(bottom: BottomList, card: YearCard, rules: RuleSet, round_: Round) -> None:
    title = _("Undecided")
    st.subheader(f"○ {title} · {card.undecided}")
    if not card.undecided:
        st.markdown(_("None."))
        return
    st.caption(_tiers()[1][2])
    rows = records(bottom.tier("undecided"))
    markup.show(_table(title, bottom, "undecided", round_))
    with st.expander(_("Permitted statements on each unit"), expanded=card.undecided <= 3):
        for row in rows:
            unit_statements.show(row, bottom.sentences(row, language()), rules)


def _not_at_the_bottom(bottom: BottomList, card: YearCard, round_: Round) -> None:
    title = _("Cleared")
    st.subheader(f"● {title} · {card.cleared}")
    if not card.cleared:
        st.markdown(_("None."))
        return
    st.caption(_("None of these units is {membership}.").format(membership=layout.plain(bottom.membership(language()))))
    markup.show(_table(title, bottom, "cleared", round_))


def _table(title: str, bottom: BottomList, verdict: str, round_: Round) -> Markup:
    """Return the units of a verdict as a table, computed once for all sessions."""

    def make() -> Markup:
        rows = records(bottom.tier(verdict))
        return unit_rows.unit_table(title, rows, bottom.family.rules, round_.id, category=False)

    key = (round_.release.id, round_.id, bottom.family.name, language(), verdict, "list")
    table: Markup = cached.kept(key, make)
    return table


def _statistics(bottom: BottomList, rows: pd.DataFrame, card: YearCard, key: tuple[str, ...]) -> None:
    if not bottom.count or bottom.no_list:
        return
    with st.expander(_(STATISTICIAN)):
        share = tables.percent(bottom.reliability, 0)
        gap = PUNCTUATION[language()].gap
        st.caption(gap.join([_(NO_SECOND_VERDICT), _(RELIABILITY).format(share=share)]))
        for sentence in cached.kept((*key, "sites"), lambda: card.on_sites(language())):
            st.caption(layout.plain(sentence))
        decimals = bottom.family.rules.presentation.decimals
        shown = cached.kept((*key, "statistics"), lambda: tables.statistics(rows, decimals))
        tables.show_statistics(shown, decimals, "statistics")
        if bottom.sets.borderline:
            words = _(
                "{count} of {pairs} comparisons lie within 0.04 of the critical value {critical}; with other draws "
                "a range might end one place further. Verdicts need no draws."
            )
            st.caption(
                words.format(
                    count=bottom.sets.borderline,
                    pairs=bottom.count * (bottom.count - 1) // 2,
                    critical=tables.number(bottom.sets.critical),
                )
            )
