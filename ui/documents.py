"""Documents on a page: choice of the document, preview, and the buttons that create and download files."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

import settings
from data.model.progress import Progress
from data.store.audit_log import log_export
from data.store.paper_form import remember_form, remembered_form
from data.store.release import Release, Round
from errors import BiaochiError
from formats.brief import CELLS, MOVED_CELLS, Brief, Moved, Named
from formats.document import Document, Form, Row, Table, file_stem
from i18n import N_, PUNCTUATION
from reports import documents
from reports.documents import RoundResults
from reports.documents.pledge_letter import to_warn
from results.comparison.year_on_year import round_before
from results.pledges.counts import quarter_days
from results.ranking.statements import named_with_verdict
from results.unit_dossier import Dossier
from ui import address, cached, downloads, guard, home, layout, markup, tables
from ui.i18n import _, language
from ui.markup import tag

KINDS = {
    "bulletin": N_("Bulletin: the bottom and the ranking"),
    "brief": N_("Brief for leaders, one page"),
    "slides": N_("Brief for leaders, slides"),
    "ranking": N_("Full ranking"),
    "bottom": N_("Bottom in three tiers"),
    "unit": N_("One unit"),
    "changes": N_("Year on year"),
    "pledges": N_("Circular of the quarter on pledges"),
    "pledge-letter": N_("Letter to a unit on pledges that are due or overdue"),
}
WHOLE_ROUND = {"bulletin": documents.bulletin, "ranking": documents.full_ranking, "bottom": documents.bottom_list}
BRIEFS = {"brief": "pdf", "slides": "pptx"}
"""Kind of brief for leaders -> its only format."""
FILES = {"pdf": N_("Make the PDF"), "docx": N_("Make the Word file"), "pptx": N_("Make the slides")}
READY = {"pdf": N_("Download the PDF"), "docx": N_("Download the Word file"), "pptx": N_("Download the slides")}
MOST_SHOWN = 10  # rows of a table in the preview


def circular(round_: Round, as_of: date, form: Form) -> Document:
    """Return the circular of a quarter."""
    return documents.circular(round_.release, cached.pledge_quarter(round_, as_of), language(), form)


def choose_warned(round_: Round, as_of: date) -> str:
    """Let the user choose a unit with a pledge that is due this quarter or overdue; "" if there is none."""
    units = dict(to_warn(cached.pledge_quarter(round_, as_of)))
    if not units:
        st.info(_("No pledge of this round is due in this quarter or overdue."))
        return ""
    chosen: str = st.selectbox(_("Unit"), list(units), format_func=units.__getitem__, key="warned_unit")
    return chosen


def letter_on_pledges(round_: Round, as_of: date, code: str, form: Form) -> Document:
    """Return the letter to a unit on its pledges."""
    days, report = settings.load().report_days, cached.pledge_quarter(round_, as_of)
    calendar = cached.store().calendar()
    return documents.pledge_letter(round_.release, report, code, calendar, days, language(), form)


def document(
    kind: str,
    found: RoundResults,
    form: Form,
    *,
    code: str = "",
    since: str = "",
    schemes: Dossier | None = None,
) -> Document:
    """Return a document: of a unit (`code`), of changes (`since`), or of the complete round.

    schemes : what all schemes say of a unit, which the page brings.
    """
    release = found.release
    round_ = cached.round_of(release, found.ranking.round)
    if kind == "unit":
        history = cached.unit(release, code, round_.is_trial)
        return documents.dossier(found, history, cached.unit_detail(round_, code), language(), form, schemes)
    if kind == "changes":
        earlier = cached.round_of(release, since)
        compared = [cached.changes(earlier, round_, one.family.name) for one in found.lists]
        return documents.year_on_year(found, compared, language(), form)
    return WHOLE_ROUND[kind](found, language(), form)


def brief(found: RoundResults, kind: str, form: Form) -> Brief:
    """Return the brief of a round as of today, from the findings of the home page."""
    round_, day = cached.round_of(found.release, found.ranking.round), date.today()
    before = round_before(round_)
    earlier = cached.round_of(found.release, before) if before else None
    compared = [cached.changes(earlier, round_, one.family.name) for one in found.lists] if earlier else []
    steps = home.steps_of(round_, cached.overview(round_))
    outlook = documents.Outlook(cached.home_cards(round_), before, compared, steps, day)
    return documents.brief(found, outlook, language(), form, kind)


def choose_kind(round_: Round, box: DeltaGenerator) -> str:
    """Return the document kind in the address, else the bulletin; offer only kinds that the round allows.

    The address holds the code: a bound widget would write its label, which has a language.
    """
    known = [kind for kind in KINDS if _can_be(kind, round_)]
    asked = st.query_params.get("kind")
    st.session_state["document_kind"] = asked if asked in known else known[0]
    return box.selectbox(
        _("Document"),
        known,
        format_func=lambda kind: _(KINDS[kind]),
        key="document_kind",
        on_change=lambda: st.query_params.update(kind=st.session_state["document_kind"]),
    )


def _can_be(kind: str, round_: Round) -> bool:
    if kind in ("pledges", "pledge-letter"):
        return round_.id in cached.pledge_rounds(round_.release)
    return kind != "changes" or bool(_earlier(round_))


def choose_quarter(round_: Round) -> date:
    """Let the user choose a quarter, newest first; return the day at which its pledges are assessed."""
    days = quarter_days(round_.id, cached.default_as_of(round_, date.today()))
    quarter = address.choose("quarter", reversed(days), st.selectbox, _("Quarter"), str, width=220)
    return days[quarter]


def _earlier(round_: Round) -> list[str]:
    """Return earlier rounds with votes, newest first; trials are compared only with trials."""
    trials = round_.release.trial_rounds
    alike = [name for name in cached.scored_rounds(round_.release) if (name in trials) == round_.is_trial]
    return sorted((name for name in alike if name < round_.id), reverse=True)


def choose_earlier(round_: Round) -> str:
    """Let the user choose the round to compare with."""
    return address.choose("from", _earlier(round_), st.selectbox, _("Earlier round"), str, width=220)


PARTS = {
    "office": (N_("Issuing office"), N_("Printed in the heading and at the end")),
    "date": (N_("Date of the document"), N_("As it should be printed")),
    "mark": (N_("Name in red at the head"), N_("Else the issuing office")),
    "number": (N_("Number of the paper"), N_("Such as No. 3 of 2026")),
    "signer": (N_("Signed off by"), N_("Only for a paper to a higher office")),
    "recipients": (N_("Sent to"), N_("Such as: all units under the city")),
    "classification": (N_("Degree of secrecy"), N_("By law, not the mark “internal”")),
    "term": (N_("Term of secrecy"), N_("Such as 1 year")),
    "copy_number": (N_("Number of the copy"), N_("Six digits")),
    "copies_to": (N_("Copies to"), N_("In the last lines")),
    "printed_by": (N_("Printed by"), N_("In the last line")),
    "printed_on": (N_("Printed on"), N_("In the last line")),
}
"""Part of the paper -> its label and a hint."""
OFTEN = ("office", "date")
REMEMBERED = ("office", "mark", "signer", "recipients", "classification", "term", "copies_to", "printed_by")


def ask_form() -> Form:
    """Ask for the parts around the text; all may be empty. What the store remembers is filled in."""
    chosen = settings.load()
    saved = {name: text for name, text in remembered_form(cached.store().path).items() if text}
    known, texts = {"office": chosen.office} | saved, {}
    for column, name in zip(st.columns(2), OFTEN, strict=True):
        texts[name] = _ask(name, known, column)
    with st.expander(_("Official form: number, recipients, copies, printing")):
        rest = [name for name in PARTS if name not in OFTEN]
        columns = st.columns(2)
        for at, name in enumerate(rest):
            texts[name] = _ask(name, known, columns[at % 2])
        annexes = st.text_area(_("Annexes, one a line"), key="annexes", height=80)
        sealed = st.checkbox(_("Leave room for a seal"), value=bool(known.get("sealed")), key="sealed")
        if guard.can("remember_form") and st.button(_("Remember for the next papers"), key="remember_form"):
            wanted = {name: texts[name] for name in REMEMBERED} | {"sealed": "yes" if sealed else ""}
            remember_form(cached.store().path, wanted)
            st.toast(_("Remembered."))
    return Form(**texts, attachments=tuple(annexes.splitlines()), sealed=sealed, city=chosen.city)


def _ask(name: str, known: Mapping[str, str], column: DeltaGenerator) -> str:
    label, hint = PARTS[name]
    key = "document_date" if name == "date" else name
    before = known.get(name, "") if name in REMEMBERED else ""
    return column.text_input(_(label), value=before, key=key, placeholder=_(hint)) or ""


def offer(made: Document | Brief, round_: Round) -> None:
    """Offer its files, created on request; the download is logged."""
    offer_of(made, round_.release, round_.id)


def offer_of(made: Document | Brief, release: Release, about: str) -> None:
    """Offer the files of a document of a round, or of a period of a scheme; both are in its name and in the log."""
    kinds = (BRIEFS[made.kind],) if isinstance(made, Brief) else ("pdf", "docx")
    if "pdf" in kinds:
        _tell_of_fonts()
    columns = st.columns([1, 1, 3])
    for column, kind in zip(columns, kinds, strict=False):
        with column:
            _file(made, kind, release, about)


def _tell_of_fonts() -> None:
    from formats.pdf import fonts_here

    try:
        warning = fonts_here().warning(language())
    except BiaochiError as refusal:
        layout.show_refusal(refusal)
        return
    if warning:
        st.caption(layout.plain(warning))


def _file(made: Document | Brief, kind: str, release: Release, about: str) -> None:
    """Offer a file that is created on request."""
    downloads.on_request(
        f"file_{kind}",
        (_(FILES[kind]), _(READY[kind])),
        made,
        partial(_write, made, kind),
        file_stem(made, about),
        kind,
        partial(_tell, f"{made.kind}.{kind}", release.id, about, cached.store().path, layout.user()),
    )


def _write(made: Document | Brief, kind: str, tell: Progress, stopped: Callable[[], bool]) -> bytes:
    """Return the bytes of a document; runs in the thread of a job."""
    tell(0.1, N_("Typesetting"))
    if isinstance(made, Brief):
        from formats import brief_pdf
        from formats.slides import slides_bytes

        return slides_bytes(made) if kind == "pptx" else brief_pdf.typeset(made).content
    if kind == "pdf":
        from formats.pdf import typeset

        return typeset(made).content
    from formats.docx import word_bytes

    return word_bytes(made)


def _tell(what: str, release_id: str, round_id: str, store: Path, who: str | None, sha256: str) -> None:
    """Log the download. Runs on the click, outside the page."""
    log_export(store, what, release=release_id, round_id=round_id, sha256=sha256, who=who or "")


def preview(made: Document) -> None:
    """Show the text of the document and the first rows of each table; who sees an internal paper is logged once."""
    if made.secrecy:
        guard.log_view(f"{made.kind} {made.title}", made.release)
    with st.container(border=True):
        st.caption(" · ".join(layout.plain(stamp) for stamp in (made.secrecy, made.stamp) if stamp))
        st.markdown(f"**{layout.plain(made.title)}**")
        for section in made.sections:
            if section.heading:
                st.markdown(f"{'#' * (section.level + 3)} {layout.plain(section.heading)}")
            for text in section.paragraphs:
                st.markdown(layout.plain(text))
            if section.table is not None:
                _table(section.table)
        st.caption(layout.plain(made.footer))


def preview_brief(made: Brief) -> None:
    """Show what a brief says: every name with its evidence, as a table that screen readers announce."""
    words = made.words
    parts = [tag("h3", made.title), tag("p", tag("strong", made.headline)), tag("p", made.promise)]
    named = [unit for found in made.findings for unit in found.confirmed]
    open_ = [unit for found in made.findings for unit in found.undecided]
    parts += [_named(words["confirmed"], named, words)] if named else [tag("p", words["nobody"])]
    parts += [_named(words["cannot"], open_, words)] if open_ else []
    mark = PUNCTUATION[language()]
    reasons = [
        tag("li", tag("b", found.name, mark.colon), mark.gap.join(filter(None, [found.cure, found.more])))
        for found in made.findings
        if found.cure
    ]
    parts += [tag("ul", *reasons, *(tag("li", sentence) for sentence in made.cannot))]
    parts += [tag("h4", words["change"]), *(tag("p", sentence) for sentence in made.change)]
    parts += [_moves(words["change"], made.moved, words)] if made.moved else []
    parts += [
        tag("h4", words["steps"]),
        *(tag("p", tag("b", name, mark.colon), next_step) for name, next_step in made.steps),
    ]
    markup.show(tag("div", *parts, tag("p", made.footer, class_="biaochi-note"), class_="biaochi-paper"))


def _named(caption: str, units: Sequence[Named], words: Mapping[str, str]) -> Markup:
    return markup.table(caption, [words[name] for name in CELLS], [[u.cells[name] for name in CELLS] for u in units])


def _moves(caption: str, moved: Sequence[Moved], words: Mapping[str, str]) -> Markup:
    heads = [words[{"verdict": "finding", "change": "difference"}.get(name, name)] for name in MOVED_CELLS]
    return markup.table(caption, heads, [[one.cells[name] for name in MOVED_CELLS] for one in moved])


def _cells(row: Row) -> Mapping[str, str]:
    """Return the cells of a line; a name takes verdict and interval along when its cell is copied."""
    if not row.tier or "unit" not in row.cells:
        return row.cells
    name = named_with_verdict(row.cells["unit"], row.tier, row.cells["interval"], language())
    return {**row.cells, "unit": name}


def _table(table: Table) -> None:
    shown = [_cells(row) for row in table.rows[:MOST_SHOWN]]
    cells = pd.DataFrame({header: [line[name] for line in shown] for name, header in table.headers.items()})
    tables.written(cells, _("The first rows of a table of the document."))
    if len(table.rows) > MOST_SHOWN:
        st.caption(
            _("The first {shown} of {count} lines; the file contains all of them.").format(
                shown=MOST_SHOWN, count=len(table.rows)
            )
        )
