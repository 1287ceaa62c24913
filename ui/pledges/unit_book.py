"""Pledge book of a unit: every item with its evidence, hall votes by group, and the years side by side."""

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from data.store.release import Round
from i18n import N_
from results.missing import is_missing
from results.number_format import signed
from results.pledges.by_year import PledgeYear
from results.pledges.counts import states
from results.pledges.holders import span
from results.pledges.labels import PLEDGE_KINDS, VOTE_REASON_SENTENCES, VOTE_REASONS, word
from results.pledges.register import ADJUSTED, CANCELLED
from results.pledges.vote_scores import WHOLE
from ui import address, cached, charts, downloads, guard, layout, markup, sheets, tables
from ui.i18n import _, language
from ui.pledges import page as pledges_page
from ui.pledges.quarters import status, value

STATE_NAMES = {
    "kept": N_("● Kept"),
    "missed": N_("◀ Not kept"),
    "running": N_("○ Still running"),
    "unknown": N_("– No verified outcome"),
    ADJUSTED: N_("≈ Adjusted for objective reasons"),
    CANCELLED: N_("✕ Cancelled"),
}
UNSCORED_NAMES = {
    "dont_know": N_("don't know"),
    "abstain": N_("abstained"),
    "blank": N_("blank"),
    "invalid": N_("invalid"),
}
PANELS = {"headline": N_("Headline, completion %"), "routine": N_("Routine, completion %")}
SCORES = {"vote": N_("Hall, score"), "public": N_("Public, score")}


def show(chosen: pledges_page.Chosen) -> None:
    """Show a unit, and let the user choose a post if it has several."""
    year = chosen.year
    both = [chosen.of_category(rows)[["unit_code", "unit_name", "post"]] for rows in (year.book.lines, year.votes.rows)]
    posts = pd.concat(both).drop_duplicates(["unit_code", "post"])
    if posts.empty:
        st.info(_("No unit of this category has pledges in this round."))
        return
    names = dict(zip(posts["unit_code"], posts["unit_name"], strict=True))
    left, right = st.columns([2, 1])
    with left:
        code = address.choose(
            "unit",
            names,
            st.selectbox,
            _("Unit"),
            lambda code: names[code] if names[code] == code else f"{names[code]}  {code}",
        )
    own = list(posts.loc[posts["unit_code"] == code, "post"])
    with right:
        post = address.choose("post", own, st.selectbox, _("Post"), lambda name: name or _("No post given"))
    lines = year.book.lines
    lines = lines[(lines["unit_code"] == code) & (lines["post"] == post)].reset_index(drop=True)
    st.subheader(layout.plain(f"{names[code]} · {post}" if post else names[code]))
    _level(year, code, post)
    if lines.empty:
        st.info(_("This post has no pledges in this round."))
    else:
        _items(chosen, lines)
    st.subheader(_("Vote in the hall"))
    show_hall(year, code, post)
    st.subheader(_("The years of this post side by side"))
    show_years(chosen, code, post)


def _level(year: PledgeYear, code: str, post: str) -> None:
    """Show the level set by the superior, which may differ from the vote."""
    hall = year.votes.rows
    own = hall[(hall["unit_code"] == code) & (hall["post"] == post)]
    if own.empty:
        return
    level, named = own["final_level"].iloc[0], own["comment_points"].iloc[0]
    sentences = []
    if isinstance(level, str):
        sentences.append(
            _(
                "Level set by the superior: {level} (the superior decides; the vote alone does not determine it)."
            ).format(level=level)
        )
    if not pd.isna(named):
        sentences.append(_("Problems noted by the superior: {count}.").format(count=int(named)))
    if sentences:
        st.markdown("\n".join(f"- {layout.plain(sentence)}" for sentence in sentences))


def _items(chosen: pledges_page.Chosen, lines: pd.DataFrame) -> None:
    checks = cached.pledge_checks(chosen.round_, chosen.as_of)
    found = states(lines, chosen.round_.id, chosen.year.book.as_of)
    for kind, name in PLEDGE_KINDS.items():
        part = lines[lines["kind"] == kind]
        if part.empty:
            continue
        st.markdown(f"#### {_(name)} · {len(part)}")
        drawn = part[~found[part.index].isin([ADJUSTED, CANCELLED])]
        _chart(drawn, kind)
        markup.show(markup.source(chosen.round_.release.short, len(drawn), of=markup.PLEDGES))
        for row, state in zip(part.to_dict("records"), found[part.index], strict=True):
            _item(row, state, checks[checks["pledge_id"] == row["pledge_id"]])


def _chart(part: pd.DataFrame, kind: str) -> None:
    """Draw promise and outcome by item; only adjusted and cancelled items are left out."""
    if part.empty:
        return
    verified = part["verified_completion"].astype(float)
    nothing = part["verified_met"].isna() & verified.isna()
    rows = pd.DataFrame(
        {
            "name": part["item"],
            "verified": verified,
            "reported": part["reported_completion"].astype(float).where(verified.notna()),
            "alone": part["reported_completion"].astype(float).where(nothing),
            "met": part["verified_met"].astype("boolean").where(verified.isna()),
        }
    )
    rows = charts.with_states(rows.sort_values("verified", na_position="first", ignore_index=True))
    rows["difference"] = [_difference(row) for row in rows.to_dict("records")]
    rows["about"] = [charts.label(name, 40) for name in rows["name"]]
    charts.show(
        charts.outcomes_chart(rows, {}, narrow=guard.on_phone()),
        f"book_{kind}",
        _("Promise and outcome of every item."),
    )


def _difference(row: dict) -> str:
    """Return the text to the right of an item: distance from the promise, met or not, or nothing verified."""
    if row["state"] == charts.SILENT:
        return _("no verified outcome")
    if row["state"] == charts.MET_ONLY:
        return _("met") if row["met"] else _("not met")
    return signed(row["verified"] - 100, 1)


def _item(row: dict, state: str, checks: pd.DataFrame) -> None:
    """Show an item: promise, outcome, and checks by quarter, with the evidence."""
    marks = [_(STATE_NAMES[state])]
    marks += [_("Overdue")] if row["overdue"] else []
    marks += [_("Not verified")] if row["unverified"] else []
    marks += [_("Target no better than last year")] if row["soft"] else []
    title = f"{layout.plain(row['item'])} · **{layout.plain(' · '.join(marks))}**"
    with st.expander(title):
        st.markdown(_promise(row))
        if state in (ADJUSTED, CANCELLED):
            reason = row["status_reason"]
            if isinstance(reason, str) and reason.strip():
                st.markdown(_("Recorded reason: {reason}").format(reason=layout.plain(reason)))
            else:
                st.warning(_("No reason is recorded."))
        if row["soft"]:
            st.caption(_("The target is no better than the year before; meeting it shows little."))
        st.markdown(_checks(checks, row) if len(checks) else _("Nothing was reported on this item."))


def _promise(row: dict) -> str:
    """Return the known facts of a promise, a line for each kind, so that few lines wrap."""
    sorts = (
        (
            (_("Target"), value(row["target"], row["unit_of_measure"])),
            (_("Year before"), value(row["baseline"], row["unit_of_measure"])),
            (_("Direction"), word("direction", row["direction"], language())),
            (_("Due"), row["due"]),
            (_("Weight"), f"{row['weight']:g}"),
        ),
        (
            (_("Origin"), _known("origin", row)),
            (_("Field of work"), _known("area", row)),
            (_("Published on"), row["publicised_on"]),
            (_("Responsible"), row["owner"]),
        ),
        ((_("Measures"), row["measures"]),),
    )
    fact = _("{name}: **{words}**")
    lines = [
        "　".join(fact.format(name=name, words=layout.plain(words)) for name, words in pairs if _is_given(words))
        for pairs in sorts
    ]
    return "  \n".join(filter(None, lines))


def _is_given(text: object) -> bool:
    return isinstance(text, str) and text not in ("", "–")


def _known(field: str, row: dict) -> object:
    """Return a code in words, or None if it is missing."""
    return word(field, row[field], language()) if isinstance(row[field], str) else None


def _checks(checks: pd.DataFrame, row: dict) -> str:
    """Return the quarters of an item as a small table."""
    heads = (_("Quarter"), _("Reported"), _("Verified"), _("Status"), _("Evidence"), _("Checked by"))
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for one in checks.to_dict("records"):
        share = one["completion_pct"]
        reported = value(one["reported"], None)
        if reported == "–" and not pd.isna(share):
            reported = f"{float(share):g}%"
        cells = (one["quarter"], reported, value(one["verified"], None), status(one["status"]))
        words = (one["evidence"], one["verified_by"])
        texts = [str(cell) for cell in cells] + [word if isinstance(word, str) and word else "–" for word in words]
        lines.append("| " + " | ".join(map(layout.plain, texts)) + " |")
    return "\n".join(lines)


def show_hall(year: PledgeYear, code: str, post: str) -> None:
    """Show the on-site vote: score with interval, groups and grades; withheld cells give the reason."""
    hall, groups, grades = year.votes.rows, year.votes.groups, year.votes.grades
    own = hall[(hall["unit_code"] == code) & (hall["post"] == post)]
    if own.empty:
        st.info(_("No votes on duty reports for this post in this round."))
        return
    row = own.iloc[0]
    if isinstance(row["reason"], str):
        st.info(_(VOTE_REASON_SENTENCES[row["reason"]]))
    else:
        st.markdown(
            _("Vote score **{score}** ({interval}), {n} ballots.").format(
                score=tables.number(row["score"], 1),
                interval=tables.interval(row["score_low"], row["score_high"], 1),
                n=f"{row['n']:,}",
            )
        )
    if sentence := _without_a_grade(row.to_dict()):
        st.caption(sentence)
    groups = groups[(groups["unit_code"] == code) & (groups["post"] == post)]
    intervals = zip(groups["score_low"], groups["score_high"], strict=True)
    shown = pd.DataFrame(
        {
            _("Evaluator group"): groups["group"],
            _("Ballots"): [
                pledges_page.ballots(n, reason) for n, reason in zip(groups["n"], groups["reason"], strict=True)
            ],
            _("Score"): [tables.number(score, 1) for score in groups["score"]],
            _("Interval"): [tables.interval(low, high, 1) for low, high in intervals],
            _("Remark"): [_(VOTE_REASONS[why]) if isinstance(why, str) else "" for why in groups["reason"]],
        }
    )
    tables.written(shown[tables.filled(shown, _("Remark"))], _("The hall group by group."))
    for reason in dict.fromkeys(why for why in groups["reason"] if isinstance(why, str)):
        st.caption(_(VOTE_REASON_SENTENCES[reason]))
    grades = grades[(grades["unit_code"] == code) & (grades["post"] == post)]
    grades = grades[grades["points"].notna()]
    if len(grades) and grades["grade"].nunique() <= charts.MOST_GRADES:
        words = grades["group"].where(grades["group"] != WHOLE, _("All groups"))
        charts.show(charts.grade_bars(grades.assign(group=words, kind="scored")), "hall_grades", _("Grades as bars."))
        markup.show(markup.source(year.book.release[:16], int(row["n"]), of=markup.VOTES))


def _without_a_grade(row: dict) -> str:
    """Return how many ballots of a hall have no grade; empty where all have a grade or the numbers are withheld."""
    counts = [(words, row[name]) for name, words in UNSCORED_NAMES.items() if not pd.isna(row[name]) and row[name] > 0]
    counted = [_("{name} {count}").format(name=_(words), count=f"{int(count):,}") for words, count in counts]
    return _("Ballots kept and not scored: {counted}.").format(counted=_(", ").join(counted)) if counted else ""


def show_years(chosen: pledges_page.Chosen, code: str, post: str) -> None:
    """Show a post in every round with pledges or votes, newest first."""
    today, trial, release = date.today(), chosen.round_.is_trial, chosen.round_.release
    rows, _own_trends = cached.post_years(release, code, post, today, trial)
    if rows.empty:
        st.info(_("No round to compare."))
        return
    st.caption(
        _("By post, not by person: several people may have held it. Recorded renamings of the unit are followed.")
    )
    panels = {name: _(title) for name, title in PANELS.items() if rows[f"{name}_pledges"].notna().any()}
    panels |= {name: _(title) for name, title in SCORES.items() if rows[f"{name}_score"].notna().any()}
    if len(rows) > 1 and panels:
        charts.show(
            charts.years_chart(_labelled(rows).iloc[::-1].reset_index(drop=True), panels),
            "post_years",
            _("Completion and scores of the post in every round."),
        )
        pledged = int(rows[[f"{name}_pledges" for name in PANELS]].sum().sum())
        markup.show(markup.source(release.short, pledged, of=markup.PLEDGES))
    _years_table(rows)
    sheet = partial(sheets.post, release, code, post, today, trial, language())
    downloads.table("post", chosen.round_, sheet, depends=(code, post, today.isoformat()))


def _labelled(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with a label each: the round, with the span of the holder where several held the post in a year."""
    several = rows["round"].duplicated(keep=False)
    spans = rows["post"].map(span)
    return rows.assign(label=rows["round"].where(~several, rows["round"] + spans))


def _years_table(rows: pd.DataFrame) -> None:
    """Show a table with a column per round, so that the rounds can be compared."""
    years = [(row["label"], _year(row)) for row in _labelled(rows).to_dict("records")]
    shown = pd.DataFrame({_("Figure"): list(years[0][1]), **{name: list(year.values()) for name, year in years}})
    tables.written(shown, _("The rounds of this post side by side."))


def _year(row: dict) -> dict[str, str]:
    figures_of_year: dict[str, str] = {}
    for kind, name in PLEDGE_KINDS.items():
        head, known = _(name), not pd.isna(row[f"{kind}_pledges"])
        count = {part: "–" if not known else str(int(row[f"{kind}_{part}"])) for part in ("pledges", "overdue", "soft")}
        figures = (
            (_("Items"), count["pledges"]),
            (_("Completion, reported"), _with_items(row, kind, "reported")),
            (_("Completion, verified"), _with_items(row, kind, "verified")),
            (_("Share met"), tables.percent(row[f"{kind}_verified_share_met"], 0)),
            (_("Overdue"), count["overdue"]),
            (_("Targets no better than last year"), count["soft"]),
        )
        figures_of_year |= {f"{head} · {figure}": number for figure, number in figures}
    for name, head in (("vote", _("Vote score")), ("public", _("Public score"))):
        score = tables.number(row[f"{name}_score"], 1)
        limits = tables.interval(row[f"{name}_low"], row[f"{name}_high"], 1)
        figures_of_year[head] = (
            score if score == "–" else _("{score} ({interval})").format(score=score, interval=limits)
        )
    figures_of_year[_("Level set by the superior")] = row["final_level"] if isinstance(row["final_level"], str) else "–"
    figures_of_year[_("Rule set")] = row["rules"] if isinstance(row["rules"], str) and row["rules"] else "–"
    return figures_of_year


def _with_items(row: dict, kind: str, sort: str) -> str:
    """Return a completion with the number of its items, of those counted: 88.1% (8/10)."""
    share = _share(row[f"{kind}_{sort}_completion"])
    if share == "–":
        return share
    items = f"{int(row[f'{kind}_{sort}_measured'])}/{int(row[f'{kind}_counted'])}"
    return _("{score} ({interval})").format(score=share, interval=items)


def _share(number: object) -> str:
    return "–" if is_missing(number) else f"{tables.number(number, 1)}%"


def in_short(round_: Round, code: str, name: str) -> None:
    """Show the pledges of a unit in two lines with a link to the book, on the unit page."""
    if round_.id not in cached.pledge_rounds(round_.release):
        return
    year = cached.pledge_year(round_, cached.default_as_of(round_, date.today()))
    key = (round_.release.id, round_.id, year.book.as_of.isoformat(), code, language(), "pledges in short")
    lines = cached.kept(key, lambda: _lines_in_short(year, code))
    if lines is None:
        return
    st.subheader(_("Pledges"))
    for line in lines:
        st.markdown(line)
    pledges_page.book_link(code, name, round_.id)


def _lines_in_short(year: PledgeYear, code: str) -> list[str] | None:
    """Return a line for each kind of pledge that a unit has; None for a unit without pledges."""
    units = cached.pledge_rows(year, "unit")
    own = units[units["unit_code"] == code]
    if own.empty:
        return None
    row = own.iloc[0].to_dict()
    kinds = {kind: title for kind, title in pledges_page.KIND_TITLES.items() if not pd.isna(row[f"{kind}_pledges"])}
    return [f"- **{_(title)}** · " + layout.plain(_in_short(row, kind)) for kind, title in kinds.items()]


def _in_short(row: dict, kind: str) -> str:
    count = {name: int(row[f"{kind}_{name}"]) for name in ("pledges", "counted", "overdue", "verified_known")}
    return _(
        "{pledges} items; outcome verified of {known} out of {counted}; completion {completion} as verified, "
        "{reported} as reported; overdue: {overdue}"
    ).format(
        pledges=count["pledges"],
        known=count["verified_known"],
        counted=count["counted"],
        completion=_with_items(row, kind, "verified"),
        reported=_with_items(row, kind, "reported"),
        overdue=count["overdue"],
    )
