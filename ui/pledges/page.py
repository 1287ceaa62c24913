"""Pledges page: choices, key figures, promise and outcome, hall and public."""

from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from data.model.contract import KIND_NAMES, REQUIRED, fields
from data.model.contract import header_of as contract_header
from data.store.release import Round
from i18n import N_
from results.number_format import signed
from results.pledges.by_year import PledgeYear
from results.pledges.counts import PledgeCounts
from results.pledges.labels import (
    COMPARED_REASONS,
    DIFFERS,
    NO_INTERVAL,
    VOTE_REASON_SENTENCES,
    difference_sentence,
    opposite_words,
    scored_words,
)
from results.pledges.notes import pledge_notes
from results.pledges.vote_scores import SMALL_CELL
from ui import address, cached, charts, downloads, guard, layout, markup, printing, sheets, tables
from ui.grids import rounded, signed_column
from ui.i18n import _, language

UPLOADED = ("pledges", "progress", "votes")
GROUPED = {"post": N_("By secretary (post)"), "unit": N_("By unit")}
KIND_TITLES = {"headline": N_("Headline pledges"), "routine": N_("Routine pledges")}
TOTALS_DRAWN = (
    *("reported_completion", "verified_completion", "verified_share_met", "verified_known", "verified_measured"),
    *("same_items", "same_reported_completion"),
)
TABLE_VIEWS = {
    "outcome": N_("Outcomes"),
    "reported": N_("Reported and verified"),
    "scores": N_("Votes and scores"),
}
"""Columns of the outcomes table in three parts: a window of 1366 pixels leaves 870 for them, all need twice as many."""
TABLE_COLUMNS = {
    "outcome": ("pledges", "counted", "known", "verified", "difference", "share_met", "overdue", "unverified"),
    "reported": ("reported_known", "reported", "same", "soft"),
    "scores": (
        *("vote_n", "vote_score", "vote_low", "vote_high", "public_n", "public_score"),
        *("public_low", "public_high"),
        "final_level",
    ),
}
BOOK, PLEDGES_PAGE = "book", layout.PAGES / "browse" / "pledges.py"


@dataclass(frozen=True)
class Chosen:
    """The selection: a round as of a day, and a category ("" for all)."""

    round_: Round
    as_of: date
    category: str

    @property
    def year(self) -> PledgeYear:
        """Return all results on the pledges of the round."""
        return cached.pledge_year(self.round_, self.as_of)

    @property
    def key(self) -> tuple[str, ...]:
        """Return what identifies the results of the page."""
        return (self.round_.release.id, self.round_.id, self.as_of.isoformat(), self.category)

    def of_category(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the chosen category."""
        return rows[rows["category"] == self.category] if self.category else rows


def nothing_yet() -> None:
    """Show what to upload, and in which form, if no round has pledges or votes on duty reports."""
    st.info(_("No pledges have been imported. Upload these three tables, each under its kind of file, then publish."))
    heads = (_("Kind of file"), _("Required columns"), _("Optional columns"))
    lines = ["| " + " | ".join(heads) + " |", "| --- | --- | --- |"]
    for kind in UPLOADED:
        names = [field.name for field in fields(kind)]
        need = [_header(kind, name) for name in names if name in REQUIRED[kind]]
        may = [_header(kind, name) for name in names if name not in REQUIRED[kind] and name != "round_id"]
        cells = (_(KIND_NAMES[kind]), _(", ").join(need), _(", ").join(may))
        lines.append("| " + " | ".join(map(layout.plain, cells)) + " |")
    st.markdown("\n".join(lines))
    st.caption(
        _("One table per file: CSV or a workbook. Use the headers above; other common headers are also recognised.")
    )
    layout.page_link("manage/upload.py", _("Upload data"), {"lang": language()})


def _header(kind: str, name: str) -> str:
    return contract_header(kind, name) if language() == "zh" else name


def glance(chosen: Chosen) -> None:
    """Show the counts of pledges by outcome, headline and routine separately, and a summary of the hall votes."""
    found = [one for one in cached.pledge_counts(chosen.year.book, chosen.category or None) if one.pledges]
    if found:
        with st.container(border=True, gap="small"):
            for one in found:
                _counts(one)
    if not found:
        st.info(_("This round has votes on duty reports but no pledges. Upload the table of pledges."))
    elif not any(one.kept + one.missed + one.running + one.reported_met for one in found):
        st.info(_("No progress has been imported for these pledges. Upload the table of progress after each check."))
    findings = [*(_beside(one) for one in found), *_halls_in_short(chosen)]
    st.markdown("\n".join(f"- {sentence}" for sentence in findings))


def show_notes(chosen: Chosen) -> None:
    """Show rows that are counted nowhere and words that the rules do not define."""
    notes = pledge_notes(chosen.year.book, chosen.year.votes)
    if notes:
        st.warning("\n".join(f"- {layout.plain(note.sentence(language()))}" for note in notes))


def _counts(one: PledgeCounts) -> None:
    """Show the figures of a kind of pledge; `_beside` covers running, adjusted and cancelled items."""
    figures = st.columns([1.2, 1, 1, 1.2, 1])
    figures[0].metric(_(KIND_TITLES[one.kind]), f"{one.pledges:,}")
    figures[1].metric(_("Kept, verified"), f"{one.kept:,}")
    figures[2].metric(_("Not kept, verified"), f"{one.missed:,}")
    figures[3].metric(_("No verified outcome"), f"{one.unknown:,}")
    late = _("The deadline has passed and the item is not complete, according to the check if there was a check.")
    figures[4].metric(_("Overdue"), f"{one.overdue:,}", help=late)


def _beside(one: PledgeCounts) -> str:
    """Return a sentence on items missing from the figures, so that all add up, and on reported outcomes."""
    findings = []
    if one.running:
        findings.append(_("{count} verified below the target with time left").format(count=f"{one.running:,}"))
    if one.adjusted:
        findings.append(_("{count} adjusted for objective reasons").format(count=f"{one.adjusted:,}"))
    if one.cancelled:
        findings.append(_("{count} cancelled").format(count=f"{one.cancelled:,}"))
    findings.append(_("{count} met as reported by the units").format(count=f"{one.reported_met:,}"))
    if one.soft:
        findings.append(_("{count} targets no better than the year before").format(count=f"{one.soft:,}"))
    return _("**{kind}:** {findings}").format(kind=_(KIND_TITLES[one.kind]), findings=_(", ").join(findings))


def _halls_in_short(chosen: Chosen) -> list[str]:
    """Return sentences on the votes on duty reports and on posts that differ between hall and public."""
    rows = chosen.of_category(chosen.year.votes.rows)
    if rows.empty:
        return [_("**Hall:** no votes on duty reports in this round.")]
    scored = int(rows["score"].notna().sum())
    scored_in_words = scored_words(scored, len(rows), language())
    named = chosen.of_category(chosen.year.compared.named)
    if named.empty:
        return [
            scored_in_words,
            _("**Posts with clearly opposite hall vote and public score:** none."),
        ]
    names = _(", ").join(layout.plain(name) for name in named["unit_name"].head(charts.MOST_NAMED))
    more = "…" if len(named) > charts.MOST_NAMED else ""
    return [
        scored_in_words,
        _("**Posts with clearly opposite hall vote and public score:** **{names}**.").format(names=names + more),
    ]


def show_outcomes(chosen: Chosen) -> None:
    """Show promise and outcome with the two scores, each on a separate scale."""
    left, right = st.columns([1, 1])
    there = [one.kind for one in cached.pledge_counts(chosen.year.book, chosen.category or None) if one.pledges]
    with left:  # a kind without a single pledge is not offered: its table would be empty
        kind = address.choose(
            "kind",
            there or list(KIND_TITLES),
            st.segmented_control,
            _("Kind of pledge"),
            lambda code: _(KIND_TITLES[code]),
            required=True,
        )
    with right:
        by = address.choose(
            "by", GROUPED, st.segmented_control, _("Rows show"), lambda code: _(GROUPED[code]), required=True
        )
    rows = chosen.of_category(cached.pledge_rows(chosen.year, by))
    rows = outcome_rows(rows[rows[f"{kind}_pledges"].fillna(0) > 0], kind, by)
    if rows.empty:
        st.info(_("No unit has a pledge of this kind here."))
        return
    _draw_outcomes(rows, kind, by, chosen.key)
    level = tables.percent(chosen.year.votes.level, 0)
    st.caption(
        _(
            "Completion is the weighted mean over the items, each capped at 120%; the signed figure is the "
            "verified outcome minus the promise, in percentage points. {no_interval} Lines through the scores "
            "are {level} intervals. The scales differ, so figures from different panels are not subtracted."
        ).format(no_interval=_(NO_INTERVAL), level=level)
    )
    _outcome_table(rows, kind, by, chosen)


def _draw_outcomes(rows: pd.DataFrame, kind: str, by: str, depends: tuple[str, ...]) -> None:
    """Draw promise and outcome; say why not, and which rows are left out."""
    if rows[["verified", "met", "alone"]].isna().all(axis=None):
        st.info(_("No outcome of these pledges is verified yet; the table shows what is reported."))
        return
    drawn = charts.drawn_outcomes(rows)
    panels = (
        {"vote": _("Hall, score"), "public": _("Public, score")} if by == "post" else {"public": _("Public, score")}
    )
    panels = {name: title for name, title in panels.items() if drawn[f"{name}_score"].notna().any()}
    alt = _("Promise and verified outcome of each row, those without one first, with the scores to the right.")
    draw = partial(charts.outcomes_chart, drawn, panels, narrow=guard.on_phone())
    charts.show_kept((*depends, kind, by), draw, "outcomes", alt)
    markup.show(markup.source(depends[0][:16], len(rows), of=markup.POSTS if by == "post" else markup.UNITS))
    silent = int((rows["state"] == charts.SILENT).sum())
    if silent:
        st.caption(
            _("Without a verified outcome: {silent} of {count}, of which {shown} are drawn on top.").format(
                silent=silent, count=f"{len(rows):,}", shown=int((drawn["state"] == charts.SILENT).sum())
            )
        )
    if len(drawn) < len(rows):
        st.caption(
            _("The chart shows {shown} of {count}: after those, the largest shortfalls; the table shows all.").format(
                shown=len(drawn), count=f"{len(rows):,}"
            )
            if silent
            else _("The chart shows the {shown} of {count} with the largest shortfall; the table shows all.").format(
                shown=len(drawn), count=f"{len(rows):,}"
            )
        )


def outcome_rows(rows: pd.DataFrame, kind: str, by: str) -> pd.DataFrame:
    """Return wide rows for the outcomes chart, largest shortfall first, unknown outcomes last.

    reported is drawn with verified only where both are of the same items. alone: reported where nothing is verified.
    met: whether all items were met, of rows with outcomes and no percentage.
    """
    total = {name: rows[f"{kind}_{name}"].astype(float) for name in TOTALS_DRAWN}
    verified, known = total["verified_completion"], total["verified_known"].fillna(0) > 0
    same = total["same_items"] == total["verified_measured"]
    rows = rows.assign(
        verified=verified,
        reported=total["same_reported_completion"].where(same & verified.notna()),
        alone=total["reported_completion"].where(~known & verified.isna()),
        met=(total["verified_share_met"] == 1).astype("boolean").where(known & verified.isna()),
        all_reported=total["reported_completion"],
    )
    rows = rows.assign(gap=rows["verified"] - 100).sort_values(["gap", "roster_no"], ignore_index=True)
    several = by == "post" and rows["unit_code"].duplicated().any()
    posts = rows["post"] if "post" in rows else pd.Series("", index=rows.index)
    names = [f"{unit} {post}" if several else str(unit) for unit, post in zip(rows["unit_name"], posts, strict=True)]
    rows = charts.with_states(rows.assign(name=names))
    return rows.assign(
        difference=[_difference(row, kind) for row in rows.to_dict("records")],
        about=[_about(row, kind) for row in rows.to_dict("records")],
    )


def _difference(row: dict, kind: str) -> str:
    """Return the text to the right of a row: the distance from the promise and the number of its items."""
    counted = int(row[f"{kind}_counted"])
    if row["state"] == charts.SILENT:
        return _("no verified outcome")
    if row["state"] == charts.MET_ONLY:
        known = int(row[f"{kind}_verified_known"])
        return _("met {share} of {known}").format(
            share=tables.percent(row[f"{kind}_verified_share_met"], 0), known=known
        )
    return f"{signed(row['gap'], 1)}  {int(row[f'{kind}_verified_measured'])}/{counted}"


def _about(row: dict, kind: str) -> str:
    """Return the hover text of a row: each completion with the number of its items."""
    count = {
        name: int(row[f"{kind}_{name}"]) for name in ("counted", "reported_measured", "verified_measured", "same_items")
    }
    completion_words = _(
        "Verified {verified}% ({verified_measured} of {counted} items), reported {reported}% ({reported_measured} of "
        "{counted} items)."
    ).format(
        verified=tables.number(row["verified"], 1),
        reported=tables.number(row["all_reported"], 1),
        **count,
    )
    parts = [charts.label(row["name"], 30), completion_words]
    if count["same_items"]:
        parts.append(_("{same} ({same_items} items with both).").format(same=_same(row, kind), **count))
    return "<br>".join(parts)


def _same(row: dict, kind: str) -> str:
    """Return reported against verified completion of the same items: 92.0% → 88.1%."""
    reported, verified = (tables.number(row[f"{kind}_same_{sort}_completion"], 1) for sort in ("reported", "verified"))
    return f"{reported}% → {verified}%"


def _outcome_figures(rows: pd.DataFrame, kind: str, by: str) -> pd.DataFrame:
    """Return all columns of the outcomes table."""
    counts = {name: rows[f"{kind}_{name}"].astype(int) for name in ("pledges", "overdue", "unverified", "soft")}
    known, reported = (rows[f"{kind}_{sort}"].astype(int) for sort in ("verified_known", "reported_known"))
    shown: dict[str, object] = {"unit_name": rows["unit_name"]}
    shown |= {"post": rows["post"]} if by == "post" else {}
    shown |= {
        "pledges": counts["pledges"],
        "counted": rows[f"{kind}_counted"].astype(int),
        "known": known,
        "verified": rounded(rows["verified"], 1),
        "difference": rounded(rows["gap"], 1),
        "share_met": rounded(rows[f"{kind}_verified_share_met"], 0, percent=True),
        "reported_known": reported,
        "reported": rounded(rows["all_reported"], 1),
        "same": [
            f"{_same(row, kind)}  {int(row[f'{kind}_same_items'])}" if row[f"{kind}_same_items"] else ""
            for row in rows.to_dict("records")
        ],
        "overdue": counts["overdue"],
        "unverified": counts["unverified"],
        "soft": counts["soft"],
    }
    for name in ("vote", "public") if by == "post" else ("public",):
        shown[f"{name}_n"] = rows[f"{name}_n"].astype("Int64")
        shown |= {f"{name}_{part}": rounded(rows[f"{name}_{part}"], 1) for part in ("score", "low", "high")}
    if by == "post":
        shown["final_level"] = rows["final_level"].astype(object).where(rows["final_level"].notna(), "")
    return pd.DataFrame(shown)


def _outcome_table(rows: pd.DataFrame, kind: str, by: str, chosen: Chosen) -> None:
    shown = _outcome_figures(rows, kind, by)
    view = address.choose(
        "columns", TABLE_VIEWS, st.segmented_control, _("Columns"), lambda code: _(TABLE_VIEWS[code]), required=True
    )
    names = [name for name in ("unit_name", "post", *TABLE_COLUMNS[view]) if name in shown]
    picked = printing.grid(
        shown[names],
        hide_index=True,
        key=f"outcome_table_{kind}_{by}_{view}",
        height="content" if len(rows) <= 12 else 460,
        on_select="rerun",
        selection_mode="single-row",
        column_config=_outcome_columns(),
        alt=_("Pledges, outcomes and scores of every row."),
    )
    for at in picked.selection.rows:
        book_link(rows["unit_code"][at], rows["unit_name"][at], chosen.round_.id)
    sheet = partial(sheets.pledges, chosen.round_, chosen.as_of, by, chosen.category or None, language())
    depends = (chosen.as_of.isoformat(), by, chosen.category)
    of = layout.category_name(chosen.category) if chosen.category else _("all categories")
    downloads.table("pledges", chosen.round_, sheet, depends=depends, of=of)


def _outcome_columns() -> dict[str, ColumnConfig | str | None]:
    text, whole = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "unit_name": text(_("Unit"), width=150),
        "post": text(_("Post"), width=75),
        "pledges": whole(_("Items"), width=60),
        "counted": whole(_("Items counted"), width=90),
        "known": whole(_("Outcome verified"), width=110, help=_("Items with a verified outcome, of those counted.")),
        "verified": whole(_("Completion, verified"), width=120, format="%.1f%%"),
        "difference": signed_column(
            _("Difference"), 1, width=80, help=_("Verified outcome minus the promise, percentage points.")
        ),
        "share_met": whole(_("Share met"), width=80, format="%.0f%%", help=_("Of the items with a verified outcome.")),
        "reported_known": whole(
            _("Outcome reported"), width=110, help=_("Items with a reported outcome, of those counted.")
        ),
        "reported": whole(_("Completion, reported"), width=120, format="%.1f%%"),
        "same": text(
            _("Reported → verified, same items"),
            width=190,
            help=_("Completion over the items that have both values, and how many these are."),
        ),
        "overdue": whole(_("Overdue"), width=70),
        "unverified": whole(_("Not verified"), width=90),
        "soft": whole(_("Targets no better than last year"), width=190),
        "vote_n": whole(_("Ballots of the hall"), width=90, help=_("Ballots of the hall")),
        "vote_score": whole(_("Vote score"), width=80, format="%.1f"),
        "vote_low": whole(_("Interval from"), width=85, format="%.1f"),
        "vote_high": whole(_("Interval to"), width=75, format="%.1f"),
        "public_n": whole(_("Votes of the public"), width=95, help=_("Votes of the public")),
        "public_score": whole(_("Public score"), width=85, format="%.1f"),
        "public_low": whole(_("Interval from"), width=85, format="%.1f"),
        "public_high": whole(_("Interval to"), width=75, format="%.1f"),
        "final_level": text(_("Level set by the superior"), width=104, help=_("Level set by the superior")),
    }


def book_link(code: str, name: str, round_id: str) -> None:
    """Show a link to the pledge book of a unit."""
    query = {"view": BOOK, "unit": code, "round": round_id, "lang": language()}
    st.page_link(PLEDGES_PAGE, label=_("Pledge book of {unit}").format(unit=layout.plain(name)), query_params=query)


def show_halls(chosen: Chosen) -> None:
    """Show the chart of hall and public, the named posts that differ, and a table of all posts."""
    compared = chosen.of_category(chosen.year.compared.rows).reset_index(drop=True)
    if compared.empty:
        st.info(
            _(
                "No votes on duty reports in this round. Upload the table “Votes on duty reports”: each row "
                "gives unit, post, group, grade and count."
            )
        )
        return
    level = tables.percent(chosen.year.compared.level, 0)
    named = chosen.of_category(chosen.year.compared.named)
    drawn = compared[compared["vote_gap"].notna()]
    if drawn.empty:
        st.info(_("No post has both a vote score and a public score to compare; the table gives the reasons."))
    else:
        st.subheader(opposite_words(len(named), len(drawn), language()))
        for row in named.head(charts.MOST_NAMED).to_dict("records"):
            _named(row)
        order = drawn.assign(sure=drawn["p"].where(drawn["differs"].notna(), 2.0)).sort_values("sure")
        alt = _("Each post by its position in the hall vote and in the public score.")
        charts.show_kept(chosen.key, partial(charts.halls_chart, order), "halls", alt)
        markup.show(markup.source(chosen.round_.release.short, len(drawn), of=markup.POSTS))
        st.caption(
            _(
                "Each axis shows points above or below the category mean in this round, with a {level} interval. "
                "A post is named only if it is significantly above the mean on one axis and significantly below "
                "it on the other; the chance that any post is named wrongly is at most {error}. For the others "
                "no difference is established, whatever their position on the chart."
            ).format(level=level, error=tables.percent(1 - chosen.year.compared.level, 0))
        )
    _halls_table(compared)
    _few_and_many(chosen)


def _named(row: dict) -> None:
    """Show a post that differs: the sentence, always with ballots and intervals."""
    with st.container(border=True):
        st.markdown("◆ " + layout.plain(difference_sentence(row, language())))
        st.caption(
            _(
                "Hall: {vote_n} ballots, {vote} ({vote_interval}). Public: {public_n} votes, {public} ({interval})."
            ).format(
                vote_n=f"{row['vote_n']:,}",
                vote=tables.number(row["vote_score"], 1),
                vote_interval=tables.interval(row["vote_low"], row["vote_high"], 1),
                public_n=f"{row['public_n']:,.0f}",
                public=tables.number(row["public_score"], 1),
                interval=tables.interval(row["public_low"], row["public_high"], 1),
            )
        )


def _halls_table(compared: pd.DataFrame) -> None:
    findings = [_finding(*pair) for pair in zip(compared["differs"], compared["reason"], strict=True)]
    shown = compared[["unit_name", "post"]].assign(
        finding=findings,
        vote_n=compared["vote_n"],
        vote_score=rounded(compared["vote_score"], 1),
        vote_low=rounded(compared["vote_low"], 1),
        vote_high=rounded(compared["vote_high"], 1),
        public_n=compared["public_n"].astype("Int64"),
        public_score=rounded(compared["public_score"], 1),
        public_low=rounded(compared["public_low"], 1),
        public_high=rounded(compared["public_high"], 1),
    )
    printing.grid(
        shown,
        hide_index=True,
        key="halls_table",
        height="content" if len(shown) <= 12 else 460,
        column_config=_outcome_columns() | {"finding": st.column_config.TextColumn(_("Finding"), width=260)},
        alt=_("Vote score and public score of every post, with the finding."),
    )


def _finding(differs: object, reason: object) -> str:
    """Return the finding on a post: how it differs, why it is not compared, or no clear difference."""
    if isinstance(differs, str):
        return _(DIFFERS[differs])
    return _(COMPARED_REASONS[reason]) if isinstance(reason, str) else _("No clear difference")


def _few_and_many(chosen: Chosen) -> None:
    """Explain how the rule treats few and many ballots, with halls of this round as examples."""
    votes = chosen.year.votes
    with st.expander(_("Number of ballots and reliability of the findings: 9 and 100")):
        cell = votes.smallest_cell
        st.markdown(
            _(
                "With fewer than {cell} ballots, nothing is shown. With fewer than {double} ballots that all "
                "have the same grade, nothing is shown, because every vote would be known. If one group is "
                "withheld, all groups of that hall are withheld, because the total would reveal it. 9 ballots "
                "with different grades are shown, but their interval is too wide to support a conclusion; with "
                "100 ballots it is about a third as wide. With fewer than about 100 ballots a post can hardly be "
                "shown to differ between hall and public."
            ).format(cell=cell, double=2 * cell)
        )
        scored = votes.rows[votes.rows["score"].notna()]
        if len(scored) > 1:
            few, many = (scored[scored["n"] == end].iloc[0] for end in (scored["n"].min(), scored["n"].max()))
            st.markdown(
                _("In this round, {few} ballots give ±{wide} points and {many} ballots ±{narrow}.").format(
                    few=f"{few['n']:,}",
                    wide=tables.number(_reach(few), 1),
                    many=f"{many['n']:,}",
                    narrow=tables.number(_reach(many), 1),
                )
            )
        withheld = votes.rows["reason"].dropna().value_counts()
        for reason, count in withheld.items():
            sentence = _(VOTE_REASON_SENTENCES[str(reason)])
            st.markdown(f"- {sentence} ({count})")


def _reach(row: pd.Series) -> float:
    """Return the half-width of the interval of a vote score, on the side not cut off by the end of the scale."""
    return max(row["score"] - row["score_low"], row["score_high"] - row["score"])


def ballots(n: int, reason: object) -> str:
    """Return a number of ballots, or "fewer than" the limit if it is withheld."""
    return _("too few") if reason == SMALL_CELL else f"{n:,}"
