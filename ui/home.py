"""Home page: the finding in a sentence, the names with their evidence, and where the year is."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import streamlit as st
from markupsafe import Markup

from data.store.release import Round
from i18n import N_, PUNCTUATION, ngettext
from results import number_format
from results.comparison.year_on_year import FELL, ROSE, Changes, round_before
from results.home.cards import PROMISE, PROMISE_OF_COUNTS, Headline, HomeCard, NamedUnit, headline
from results.home.year_strip import CURRENT, STATES, Step, YearFacts, next_step, year_strip
from results.labels import REASONS, VERDICTS
from results.overview import Overview
from results.pledges.counts import PledgeCounts
from results.public_notice import notice_of
from ui import cached, layout
from ui.i18n import _, language
from ui.markup import (
    NOTHING,
    SHAPES,
    cell,
    folded,
    header_cell,
    link,
    note,
    table_row,
    tag,
    together,
    unbroken,
    unseen,
    verdict_tag,
    whole_table,
)

MOST_OPEN = 6
"""Cards that are open; with more categories only those with a confirmed unit are, and the rest is a tap away."""
MOST_UNDECIDED = 3
"""Undecided units that a card lists; the others are counted, with a link to the bottom list."""
PAINTED_WITHIN = 0.6
"""Seconds in which a browser that has just loaded Streamlit's scripts paints the first screen; 0.3 did not suffice."""
NOTES = "#notes"
"""Place on the page of the notes on the data."""
STATE_SIGNS = {"done": "✓", "current": "▶", "coming": ""}


@dataclass(frozen=True)
class Line:
    """A finding below the cards: words and the page that has more on it."""

    words: str
    path: str
    query: dict[str, str]


def first_screen(round_: Round, year: Overview, cards: list[HomeCard], steps: list[Step]) -> Markup:
    """Return headline, steps and cards, which have to be seen first."""
    key = (round_.release.id, round_.id, language(), "home")
    return tag(
        "div",
        cached.kept((*key, "headline"), lambda: _headline(headline(round_.id, cards), year)),
        strip(steps),
        cached.kept((*key, "cards"), lambda: _cards(cards, round_.id)),
        class_="biaochi-home",
    )


def let_it_be_painted() -> None:
    """Wait, where this is the first page of a session, until the browser has painted what is above.

    Charts are sent afterwards. A new page compiles the library of charts in a second during which it paints nothing:
    the finding was seen after 2.1 to 4.1 s, and with this pause after 1.7 to 2.4. The page is at rest as early as
    before. Whoever comes from another page does not wait.
    """
    if st.context.headers and not st.session_state.get(layout.SHOWN):
        time.sleep(PAINTED_WITHIN)


def lines(round_: Round, year: Overview, today: date) -> Markup:
    """Return the lines below the cards.

    Apart from the cards, since the changes since the round before take half of the computing of a first open.
    """
    key = (round_.release.id, round_.id, language(), "home", today.isoformat(), "lines")
    return tag("div", cached.kept(key, lambda: _lines(lines_of(round_, year, today))), class_="biaochi-home")


def steps_of(round_: Round, year: Overview) -> list[Step]:
    """Return the steps of the year on this day, as the store has them."""
    status = cached.status(round_.id)
    notice = notice_of(status.given, cached.calendar())
    facts = YearFacts(round_, cached.history(), status, len(year.notes), notice)
    return year_strip(facts, date.today(), cached.review_steps(round_.id, date.today()))


# --- headline and steps ------------------------------------------------------------------------------------------


def _headline(found: Headline, year: Overview) -> Markup:
    marked = [tag("strong", words, class_=verdict or None) for verdict, words in found.parts(language())]
    sentence = Markup(found.frame(language())).format(counts=together(marked, PUNCTUATION[language()].listed))
    level = number_format.percent(year.rules.uncertainty.level, 0).removesuffix("%") if year.rules else ""
    promise = _(PROMISE if year.evaluators else PROMISE_OF_COUNTS).format(
        ballots=f"{year.evaluators:,}", votes=f"{year.votes:,}", level=level
    )
    name = unseen(_("Home") + PUNCTUATION[language()].colon)
    return tag("h1", name, sentence) + tag("p", promise, class_="biaochi-lead")


def strip(steps: list[Step]) -> Markup:
    """Return the steps of the year with what has to be done next."""
    asked = next_step(steps)
    sentence = asked.what_next(language()) if asked else ""
    return together(
        [
            tag("ol", *map(_step, steps), class_="biaochi-strip", aria_label=_("Steps of the year")),
            _next(asked, sentence) if asked and sentence else NOTHING if asked else _next_year(),
        ]
    )


def _next(step: Step, sentence: str) -> Markup:
    words = tag("b", _("Next:")) + " " + link(layout.path_of(step.page), sentence)
    return tag("p", words, class_="biaochi-next")


def _next_year() -> Markup:
    """Return the way to the next round, once nothing of this round is left to do."""
    words = _("Every step of this round is done. Begin the next one with its scoring rules, from those of this round.")
    return tag("p", tag("b", _("Next:")) + " " + link(layout.path_of("manage/rules.py"), words), class_="biaochi-next")


def _step(step: Step) -> Markup:
    state = unseen(PUNCTUATION[language()].comma + _(STATES[step.state]))
    sign = tag("span", STATE_SIGNS[step.state], aria_hidden="true")
    title = tag("b", sign, " " if STATE_SIGNS[step.state] else "", step.title(language()), state)
    now = "step" if step.state == CURRENT else None
    return tag("li", title, tag("span", step.words(language())), class_=step.state, aria_current=now)


# --- cards -------------------------------------------------------------------------------------------------------


def _cards(cards: list[HomeCard], round_id: str) -> Markup:
    shown = [card for card in cards if card.confirmed] if len(cards) > MOST_OPEN else cards
    rest = [card for card in cards if card not in shown]
    words = _("Categories in which nobody is confirmed: {count}").format(count=len(rest))
    return _grid(shown, round_id) + (folded(words, _grid(rest, round_id)) if rest else NOTHING)


def _grid(cards: Iterable[HomeCard], round_id: str) -> Markup:
    every = [_card(card, round_id) for card in cards]
    return tag("div", *every, class_="biaochi-cards") if every else NOTHING


def _card(found: HomeCard, round_id: str) -> Markup:
    name = layout.category_name(found.category)
    query = {"category": found.category, "round": round_id}
    about = tag("span", _size(found), class_="biaochi-about")
    return tag(
        "section",
        tag("h2", link("bottom", name, query), about),
        _names(found, name, round_id),
        _reasons(found),
        _others(found),
        class_="biaochi-card",
    )


def _size(found: HomeCard) -> str:
    ranked, places = found.card.ranked, found.card.bottom.family.places
    size = ngettext("{count} unit", "{count} units", ranked, language()).format(count=ranked)
    return _("{size} · last {k}").format(size=size, k=places) if 0 < places < ranked else size


def _names(found: HomeCard, category: str, round_id: str) -> Markup:
    """Return the units that may be at the bottom as a table: verdict, name, evidence."""
    shown = [*found.confirmed, *found.undecided[:MOST_UNDECIDED]]
    if not shown:
        return NOTHING
    rows = [_named(unit, round_id) for unit in shown]
    heads = (_("Verdict"), _("Unit"), _("Evidence"))
    caption = _("Units of {category} that may be at the bottom").format(category=category)
    hidden = len(found.undecided) - MOST_UNDECIDED
    more = _("and {count} more undecided: see the bottom list").format(count=hidden) if hidden > 0 else ""
    query = {"category": found.category, "round": round_id}
    table = whole_table(caption, heads, rows, "biaochi-names")
    return table + (note(link("bottom", more, query)) if more else NOTHING)


def _named(unit: NamedUnit, round_id: str) -> Markup:
    """Return the row of a unit: verdict, name, evidence."""
    name = link("unit", unit.name, {"unit": unit.code, "round": round_id})
    sentence = PUNCTUATION[language()].semicolon.join(filter(None, [unit.evidence(language()), unit.again(language())]))
    shown = verdict_tag(unit.verdict, _(VERDICTS[unit.verdict]))
    return table_row(cell(shown), header_cell(name), cell(unbroken(sentence), "biaochi-evidence"), class_=unit.verdict)


def _reasons(found: HomeCard) -> Markup:
    sentences = [found.why_nobody(language()), found.what_settles(language())]
    return note(PUNCTUATION[language()].gap.join(filter(None, sentences))) if any(sentences) else NOTHING


def _others(found: HomeCard) -> Markup:
    if not found.has_list or not found.card.cleared:
        return NOTHING
    every = not (found.confirmed or found.undecided)
    words = _("all {count} cleared") if every else _("the other {count} cleared")
    sign = tag("span", SHAPES["cleared"], aria_hidden="true")
    return tag("p", sign, " ", words.format(count=found.card.cleared), class_="biaochi-others cleared")


# --- lines below the cards ---------------------------------------------------------------------------------------


def _lines(lines: list[Line]) -> Markup:
    items = [tag("li", _line(line)) for line in lines]
    return tag("ul", *items, class_="biaochi-lines") if items else NOTHING


def _line(line: Line) -> Markup:
    if line.path == NOTES:
        return tag("a", line.words, href=NOTES)
    return link(line.path, line.words, line.query)


def compute(round_: Round, today: date) -> None:
    """Compute what the page shows of a round, apart from its words: whoever opens it first need not wait."""
    if cached.overview(round_).rules is None:
        return
    cached.home_cards(round_)
    before = round_before(round_)
    if before is not None:
        _since(before, round_)
    _pledges_of(round_, today)


def lines_of(round_: Round, year: Overview, today: date) -> list[Line]:
    """Return a line on changes, pledges, units that are not ranked, and notes on the data, each as far as known."""
    found = [_changes(round_), _pledges(round_, today), _not_ranked(round_, year), _notes(round_, year)]
    return [line for line in found if line is not None]


def _changes(round_: Round) -> Line:
    before = round_before(round_)
    if before is None:
        return Line(_("No earlier round to compare with."), "changes", {})
    tested = [found for found in _since(before, round_) if found.tested]
    query = {"from": before, "to": round_.id}
    if not tested:
        return Line(_("Not compared with {before}: the methods differ.").format(before=before), "changes", query)
    rose, fell = (sum(found.count(word) for found in tested) for word in (ROSE, FELL))
    words = _("Since {before}: {rose} rose and {fell} fell by more than chance.")
    return Line(words.format(before=before, rose=rose, fell=fell), "changes", query)


def _since(before: str, round_: Round) -> list[Changes]:
    earlier = cached.round_of(round_.release, before)
    return [cached.changes(earlier, round_, family.name) for family in cached.families(round_)]


def _pledges_of(round_: Round, today: date) -> list[PledgeCounts]:
    if round_.id not in cached.pledge_rounds(round_.release):
        return []
    year = cached.pledge_year(round_, cached.default_as_of(round_, today))
    return [found for found in cached.pledge_counts(year.book) if found.pledges]


def _pledges(round_: Round, today: date) -> Line | None:
    counts = _pledges_of(round_, today)
    if not counts:
        return None
    return Line(_pledge_words(counts[0]), "pledges", {"round": round_.id})


def _pledge_words(found: PledgeCounts) -> str:
    kinds = {
        "headline": N_("Headline pledges: {kept} of {all} kept as verified, {overdue} overdue."),
        "routine": N_("Routine pledges: {kept} of {all} kept as verified, {overdue} overdue."),
    }
    return _(kinds[found.kind]).format(kept=found.kept, all=found.pledges, overdue=found.overdue)


def _not_ranked(round_: Round, year: Overview) -> Line | None:
    if not year.not_ranked:
        return None
    reasons = {_(REASONS[code]): f"{count:,}" for code, count in year.not_ranked.items()}
    parts = PUNCTUATION[language()].semicolon.join(
        f"{reason[0].lower()}{reason[1:]} {count}"
        for reason, count in reasons.items()  # within a sentence
    )
    words = _("Units that are not ranked: {count} ({reasons}).")
    sentence = words.format(count=f"{sum(year.not_ranked.values()):,}", reasons=parts)
    return Line(sentence, "bottom", {"round": round_.id})


def _notes(round_: Round, year: Overview) -> Line | None:
    if not year.notes:
        return None
    words = _("Notes on the data, below on this page: {count}.").format(count=len(year.notes))
    return Line(words, NOTES, {})


def notes(year: Overview) -> Markup:
    """Return the facts to know before reading the scores, as a list."""
    if not year.notes:
        return NOTHING
    items = [tag("li", note.sentence(language())) for note in year.notes]
    return tag("section", tag("h2", _("Before you read the scores")), tag("ul", *items), id=NOTES[1:])


def finding(round_: Round, cards: list[HomeCard]) -> str:
    """Return the title of the chart: what it shows of the round."""
    found = headline(round_.id, cards)
    words = _("The lowest units of each category: {confirmed} confirmed, {undecided} undecided")
    return words.format(confirmed=found.confirmed, undecided=found.undecided)
