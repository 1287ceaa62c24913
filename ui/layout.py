"""Frame of every page: menu, page permissions, language switch, banners, and choices kept in the address."""

import re
from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import settings
from access.roles import PAGE, ROLES, NotForRoleError
from data.store import heads
from data.store.presence import CLOCK_BACK, clock_back
from data.store.release import Release, Round
from data.store.round_status import TRIAL, WITHDRAWN
from errors import BiaochiError, StoreBusyError
from i18n import N_
from results.labels import STAMPS, person
from results.ranking.statements import family_name
from results.ranking.unit import UnitDetail
from ui import address, cached, guard, markup
from ui.i18n import _, choose_language, language

PAGES = Path(__file__).resolve().parent.parent / "pages"
BANNERS = {
    TRIAL: N_("Round {round} is a trial of the procedure. Its figures are not results."),
    WITHDRAWN: N_("The results of round {round} are withdrawn. Do not use them."),
}
LANGUAGE_NAMES = {
    "zh": "中文",
    "en": "English",
}  # each in the language it names, so that its readers recognise it
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=@/])")


@dataclass(frozen=True)
class Entry:
    """A page in the menu."""

    path: str  # last part of its address; also its name in `allowed`
    file: str  # below pages/
    title: str


MENU = {
    N_("See results"): (
        Entry("home", "browse/home.py", N_("Home")),
        Entry("ranking", "browse/ranking.py", N_("Ranking")),
        Entry("changes", "browse/changes.py", N_("Changes")),
        Entry("unit", "browse/unit.py", N_("One unit")),
        Entry("find", "browse/find.py", N_("Find a unit")),
        Entry("compare", "browse/compare.py", N_("Compare units")),
        Entry("pledges", "browse/pledges.py", N_("Pledges")),
        Entry("evaluators", "browse/evaluators.py", N_("Evaluators")),
        Entry("trust", "browse/trust.py", N_("Trust in the ballots")),
        Entry("province", "browse/province.py", N_("Province")),
    ),
    N_("Act on results"): (
        Entry("bottom", "act/bottom.py", N_("Bottom list")),
        Entry("objections", "act/objections.py", N_("Objections")),
        Entry("bulletin", "act/bulletin.py", N_("Bulletin")),
    ),
    N_("Manage"): (
        Entry("rules", "manage/rules.py", N_("Scoring rules")),
        Entry("upload", "manage/upload.py", N_("Upload data")),
        Entry("early", "manage/early.py", N_("Early look")),
        Entry("releases", "manage/releases.py", N_("Releases")),
    ),
    N_("Method"): (Entry("methods", "method/methods.py", N_("Methods")),),
    N_("Administration"): (
        Entry("account", "admin/account.py", N_("My account")),
        Entry("log", "admin/log.py", N_("Audit log")),
        Entry("users", "admin/users.py", N_("Accounts")),
    ),
}
FIRST = ("home", "users", "account")
"""Page of the root address: the first of these that the role may see."""
WITH_LOGIN = ("account", "log", "users")
"""Pages that there are only where people sign in."""
PROVINCE = "province"
"""Page that there is only where the settings name the folder of a province."""


HOME, FIND = "home", "find"
SHOWN = "a page was shown"
"""Key of the session once a page of it ran to its end: the browser has compiled the library of charts then."""
TOP = "top_row"
"""Where the row above the title is kept while a page runs."""
SCHEMES, SCHEME, SCHEME_FILE = N_("Schemes"), "scheme", "schemes/scheme.py"
"""Section of the menu, address and file of the page that all schemes share."""


def user() -> str | None:
    """Return the account signed in; None if nobody is signed in or no login is configured."""
    found = guard.present()
    return found.account.name if found else None


def allowed(page: str, schemes: Collection[str] = ()) -> bool:
    """Return whether whoever looks may see a page; without a configured login every page is visible."""
    return guard.may(PAGE, SCHEME if page in schemes else page)


def menu_with(schemes: Mapping[str, str]) -> dict[str, tuple[Entry, ...]]:
    """Return the menu with an entry for every scheme before the pages that act. schemes : name -> title."""
    sections = list(MENU.items())
    entries = tuple(Entry(name, SCHEME_FILE, title) for name, title in schemes.items())
    return dict([sections[0], *([(SCHEMES, entries)] if entries else []), *sections[1:]])


def navigation(schemes: Mapping[str, str] | None = None) -> st.Page:
    """Return the page named by the address, among the pages that the role may see. schemes : name -> title.

    Other pages are not in the menu, and their addresses answer that they are not for this role.
    """
    if guard.login_needed() and guard.present() is None:
        return st.navigation(
            [st.Page(signed_out, title=_("Sign in"), url_path="login", default=True)], position="hidden"
        )
    known, begins = schemes or {}, first_page()
    menu: dict[str, list[st.Page]] = {}
    hidden: list[st.Page] = []
    for section, entries in menu_with(known).items():
        for entry in entries:
            if not _offered(entry):
                continue
            if allowed(entry.path, known):
                menu.setdefault(_(section), []).append(_page(entry, entry.path == begins))
            else:
                hidden.append(_refused(entry))
    if known and allowed(SCHEME):
        hidden.append(copy(_looked_up(SCHEME_FILE, _(SCHEMES), SCHEME, first=False, visibility="hidden")))
    last = list(menu)[-1]
    menu[last] += hidden
    return st.navigation(menu, expanded=True)


def first_page() -> str:
    """Return the page of the root address for whoever looks."""
    return next((path for path in FIRST if allowed(path)), FIRST[0])


def _offered(entry: Entry) -> bool:
    """Return whether a page has a sense here: those of people signed in without a login have none, for instance."""
    if entry.path == PROVINCE:
        return settings.load().province is not None
    return guard.login_needed() or entry.path not in WITH_LOGIN


def _page(entry: Entry, first: bool) -> st.Page:
    """Return a page of this run: a copy, as `st.navigation` marks the page that may run."""
    return copy(_looked_up(entry.file, _(entry.title), entry.path, first))


@cached.answers(256)
def _looked_up(
    file: str, title: str, path: str, first: bool, visibility: Literal["visible", "hidden"] = "visible"
) -> st.Page:
    """Return a page whose file was looked up on the disk, which takes longer than the rest of the menu."""
    return st.Page(PAGES / file, title=title, url_path=path, default=first, visibility=visibility)


def _refused(entry: Entry) -> st.Page:
    """Return what answers at the address of a page that the role may not see."""

    def refused() -> None:
        found = guard.present()
        st.title(_("Not for this role"))
        if found is not None:
            guard.log_refusal(found, f"page {entry.path}")
            show_refusal(NotForRoleError(found.account.shown, found.account.role))

    refused.__name__ = f"refused_{entry.path}"
    return st.Page(refused, title=_("Not for this role"), url_path=entry.path, visibility="hidden")


def signed_out(now: bool = False) -> None:
    """Show that nobody is signed in; ui/host_page.js goes to the sign-in page. now : whether by a click here."""
    with st.container(key="biaochi-signed-out-now" if now else "biaochi-signed-out"):
        st.title(_("Sign in"))
        st.write(_("You are signed out. Open this page again to sign in."))


def _account() -> None:
    """Show who is signed in, with which role, and the way out; at the top of every page."""
    found = guard.present()
    if found is None:
        return
    st.caption(f"{plain(found.account.shown)} · {plain(_(ROLES[found.account.role]))}", width="content")
    if st.button(_("Sign out"), key="sign_out", type="tertiary"):
        guard.leave(found)
        signed_out(now=True)
        st.stop()


def live_head() -> None:
    """Show the head of the audit log as it is now, below the menu of every page."""
    path = cached.store().path
    if facts := clock_back(path):
        st.warning(_(CLOCK_BACK).format(**facts))
    head = heads.live_head(path)
    if head is not None:
        st.sidebar.caption(_("Audit log: {head}").format(head=plain(head)))


def path_of(file: str) -> str:
    """Return the address of a page; `file` is relative to pages/. Raises StopIteration for a file without a page."""
    return next(entry.path for entries in MENU.values() for entry in entries if entry.file == file)


def top() -> DeltaGenerator:
    """Return the row above the title of the page, for a choice that belongs to all of it."""
    row: DeltaGenerator = st.session_state[TOP]
    return row


def top_row(page: str) -> None:
    """Show the row above the title: demonstration mark, choices of the page, and the search for a unit."""
    with st.container(key="biaochi-top", horizontal=True, vertical_alignment="center"):
        current = cached.release() if guard.may(PAGE, HOME) else None
        if current is not None and current.is_demo:
            markup.show(markup.tag("p", _("Demonstration data: an invented city"), class_="biaochi-demo"), narrow=True)
        st.session_state[TOP] = st.container(key="biaochi-top-choices", horizontal=True)
        if current is not None:
            _search_box(page)
        _account()


def _search_box(page: str) -> None:
    """Show the search for a unit; Enter opens the page with the results."""
    st.session_state["find_unit"] = st.query_params.get("q", "") if page == FIND else ""
    st.text_input(
        _("Find a unit"),
        key="find_unit",
        placeholder=_("Find a unit: name, code or initials"),
        label_visibility="collapsed",
        on_change=_keep_search,
        icon=":material/search:",
        width=300,
    )
    if asked := st.session_state.pop("find_asked", None):
        query = {"q": asked, "lang": language()}
        if page == FIND:
            st.query_params.update(query)
        else:
            st.switch_page(PAGES / "browse" / "find.py", query_params=query)


def _keep_search() -> None:
    typed = str(st.session_state["find_unit"]).strip()
    if typed:
        st.session_state["find_asked"] = typed


def language_switch() -> None:
    """Show the switch 中文 / English below the menu. ui/host_page.js reads the language from the container's key."""
    st.session_state["language_choice"] = language()
    with st.sidebar.container(key=f"biaochi-language-{language()}"):
        st.radio(
            _("Language"),
            list(LANGUAGE_NAMES),
            format_func=LANGUAGE_NAMES.get,
            key="language_choice",
            on_change=lambda: choose_language(st.session_state["language_choice"]),
            horizontal=True,
            label_visibility="collapsed",
        )


def view_links() -> None:
    """Show the links to the other views of the page, below the language; ui/views.js opens them."""
    links = [
        markup.tag("a", _(words), href=f"#biaochi-{view}")
        for view, words in {"projector": N_("Projector view"), "print": N_("Print (Ctrl+P)")}.items()
        if view == "print" or allowed(HOME)
    ]
    with st.sidebar:
        markup.show(markup.tag("p", *links, class_="biaochi-views"))


def round_banners() -> None:
    """Show a banner for every round of the release in force that is a trial or withdrawn."""
    release = cached.release()
    if release is None:
        return
    for round_id, status in release.statuses().items():
        if status in BANNERS:
            show = st.error if status == WITHDRAWN else st.warning
            show(_(BANNERS[status]).format(round=plain(round_id)))


def choose_round(
    release: Release, box: DeltaGenerator | None = None, among: list[str] | None = None, *, labelled: bool = True
) -> Round:
    """Return the round in the address, else the newest formal round; a choice changes the address.

    among: the rounds to offer; by default those with a register or ballots. labelled: show the label above the field.

    The address holds the plain name: a bound widget would write its label, which has a language.
    """
    rounds, statuses = among or cached.rounds(release), release.statuses()
    asked = st.query_params.get("round")
    st.session_state["round"] = asked if asked in rounds else rounds[0]
    chosen = (box or st).selectbox(
        _("Round"),
        rounds,
        key="round",
        format_func=lambda round_id: _round_label(round_id, statuses[round_id]),
        on_change=lambda: st.query_params.update(round=st.session_state["round"]),
        width=220 if labelled else 150,
        label_visibility="visible" if labelled else "collapsed",
    )
    return cached.round_of(release, chosen)


def choose_category(categories: list[str], *, first: str = "", everything: bool = True, disabled: bool = False) -> str:
    """Return the category in the address, else `first`; "" for all categories, which `everything` offers."""
    several = everything and len(categories) > 1
    known = ["", *categories] if several else categories
    return address.choose(
        "category",
        known,
        st.selectbox,
        _("Category"),
        lambda name: category_name(name) if name else _("All categories, each separately"),
        first=first if first in known else None,
        width=420,
        disabled=disabled,
    )


def _round_label(round_id: str, status: str) -> str:
    """Return the label of a round, such as 2026 (trial); the plain name for a formal round in force."""
    if status not in BANNERS:
        return round_id
    return _("{round} ({status})").format(round=round_id, status=_(STAMPS[status]))


def show_refusal(error: BiaochiError) -> None:
    """Show why something was not done; a busy store is no fault and gets a warning."""
    if isinstance(error, StoreBusyError):
        st.warning(busy(error))
    else:
        st.error(plain(" ".join(error.sentences(language()))))


def busy(refused: StoreBusyError) -> str:
    """Return who is writing at the moment and since when, as far as it is known."""
    sentence = _("Another user is importing or publishing. Nothing was stored; try again in a minute.")
    if refused.holder is None:
        return sentence
    who, since = refused.holder
    by = plain(person(who, language()))
    return sentence + " " + _("It was started by {user} at {time}.").format(user=by, time=since)


def page(title: str, *, heading: bool = True) -> Release:
    """Show the page title and return the release in force; stop with a hint if nothing is published.

    heading : False for a page with a heading that follows from its results.
    """
    release = cached.release()
    if heading or release is None or release.is_outdated:
        st.title(_(title))
    if release is None:
        st.info(_("No results are published yet. Upload a round of ballots and publish it to begin."))
        _show_beginning()
        st.stop()
    if release.is_outdated:
        st.warning(
            _(
                "The results in force were built by an earlier version of this program. Publish again on the "
                "Releases page: the results are rebuilt from the same files, and the old release stays in the "
                "history."
            )
        )
        st.stop()
    return release


def _show_beginning() -> None:
    """Show what a year begins with, in its order, with the page of each step."""
    query = {"lang": language()}
    if allowed("rules"):
        page_link("manage/rules.py", _("1. Make the scoring rules of the year"), query)
    page_link("manage/upload.py", _("2. Upload the register of units, then the ballots, and publish them"), query)


def link_to_published(release: Release | None, round_id: str) -> None:
    """Show the way on from a publication: to the ranking, or to the next step of a round without votes."""
    if release is None or round_id not in release.rounds():
        return
    query = {"round": round_id, "lang": language()}
    if round_id in cached.scored_rounds(release):
        page_link("browse/ranking.py", _("See the ranking"), query)
    else:
        page_link("browse/home.py", _("See the next step of the round"), query)


def plain(text: object) -> str:
    """Return a name from a file, escaped for Markdown: it cannot produce an image, link, colour or formula."""
    return MARKDOWN.sub(r"\\\1", " ".join(str(text).split()))


def mentions(rows: pd.DataFrame, text: str) -> pd.Series:
    """Return which rows contain a text in name or code; all rows if the text is empty."""
    wanted = (text or "").strip().casefold()
    texts = rows["unit_name"].astype(str) + " " + rows["unit_code"].astype(str)
    return texts.str.casefold().str.contains(wanted, regex=False).astype(bool)


def page_link(file: str, label: str, query: dict[str, str]) -> None:
    """Show a link to another page, to whoever may see it; `file` is relative to pages/.

    Streamlit ends a page with an error where it links to a page that is not in the menu of the role.
    """
    known = {entry.file: entry.path for entries in MENU.values() for entry in entries}
    if not allowed(known.get(file, SCHEME)):
        return
    st.page_link(PAGES / file, label=label, query_params=query, icon=":material/arrow_forward:")


def category_name(name: str) -> str:
    """Return the display name of a category."""
    return family_name(name, language())


def unit_link(code: str, name: str, round_id: str) -> None:
    """Show a link to the page of a unit."""
    query = {"unit": code, "round": round_id, "lang": language()}
    text = _("Open {unit}").format(unit=plain(name))
    page_link("browse/unit.py", text, query)


def compare_link(code: str, round_id: str) -> None:
    """Show a link that compares a unit with others."""
    query = {"units": code, "round": round_id, "lang": language()}
    page_link("browse/compare.py", _("Compare with other units"), query)


def choose_unit(rows: pd.DataFrame) -> str:
    """Return the unit in the address, else the first; a choice changes the address."""
    names = dict(zip(rows["unit_code"], rows["unit_name"], strict=True))
    codes = sorted(names)
    asked = st.query_params.get("unit")
    st.session_state["unit_choice"] = asked if asked in names else codes[0]
    return st.selectbox(
        _("Unit"),
        codes,
        key="unit_choice",
        format_func=lambda code: names[code] if names[code] == code else f"{names[code]}  {code}",
        on_change=lambda: st.query_params.update(unit=st.session_state["unit_choice"]),
    )


def first_scored(detail: UnitDetail) -> int:
    """Return the position of the first scored indicator."""
    asked = list(dict.fromkeys(detail.grades["indicator"]))
    scored = detail.scored_indicators
    return next((place for place, name in enumerate(asked) if name in scored), 0)
