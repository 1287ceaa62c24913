"""Command `scheme`: measures, to-do lists, templates and rules of every scheme, and what a scheme adds itself."""

import hashlib
import inspect
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.app import app
from cli.context import CommandError, Format, Output, ReleaseId, checked_round, progress, session, text_of
from cli.examples import EXAMPLES
from cli.output import check_choice, check_form, check_output, parsed_date, print_line, sheet_bytes, write
from cli.results import open_release
from i18n import N_, PUNCTUATION, translate
from schemes import SCHEMES
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.model.working_days import Calendar
    from data.store.release import Release
    from formats.spreadsheet import Sheet
    from schemes.chosen import Chosen
    from schemes.command import Answer, Command
    from schemes.frame import Period
    from schemes.rules import Rules

schemes_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(schemes_app, name="scheme", help=N_("Measures, to-do lists, templates and rules of a scheme."))

NO_TABLES = N_("The release has no tables of this scheme. They are: {tables}.")
Form = Annotated[str | None, typer.Option("--format", help=N_("csv, json or xlsx; a table to read if it is left out."))]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help=N_("As it stood on this day, else on that of the newest file.")),
]
Unit = Annotated[str, typer.Option("--unit", metavar="CODE", help=N_("Of this unit alone."))]
Place = Annotated[str, typer.Option("--place", metavar="CODE", help=N_("Of this place and those inside it alone."))]


class Call:
    """What one call works with: the scheme, and the release once it is asked for (`schemes.command.Given`)."""

    def __init__(self, scheme: Scheme, release: str | None, stack: ExitStack) -> None:
        self.scheme, self._wanted, self._stack = scheme, release, stack
        self._release: Release | None = None

    @property
    def release(self) -> "Release":
        """The release; opened when it is first asked for."""
        if self._release is None:
            self._release = self._stack.enter_context(open_release(self._wanted))
        return self._release

    @property
    def release_id(self) -> str:
        """Id of the release that the call has read, else nothing."""
        return self._release.id if self._release is not None else ""

    def calendar(self) -> "Calendar":
        """Return the working days that the store knows."""
        return session.store().calendar()

    def rules(self, day: date) -> "Rules[Any]":
        """Return the rules of the scheme on a day."""
        from schemes.kept_rules import rules_of_store, rules_on

        return rules_on(rules_of_store(session.store(), self.scheme), day)

    def day(self, option: str, text: str) -> date:
        """Return the day that an option was given."""
        return parsed_date(option, text)

    def chosen(self, period: "Period | None" = None, as_of: str | None = None, **narrowed: Any) -> "Chosen":
        """Return what is asked of the release: as of its newest day and over the year of that day, if not named."""
        from schemes.chosen import choose
        from schemes.frame import Period

        day = parsed_date("--as-of", as_of) if as_of else self._newest()
        return choose(self.scheme, self.release, period or Period.of(str(day.year)), day, **narrowed)

    def _newest(self) -> date:
        found = self.scheme.latest_day(self.release)
        if found is None:
            raise CommandError(NO_TABLES, tables=", ".join(self.scheme.tables))
        return found


def register(scheme: Scheme) -> None:
    """Register the command of a scheme with its parts."""
    own = typer.Typer(add_completion=False, rich_markup_mode=None)
    schemes_app.add_typer(own, name=scheme.name, help=scheme.title)
    path = f"biaochi scheme {scheme.name}"
    own.callback(invoke_without_command=True)(_measures(scheme))
    own.command("attention", help=N_("List what has to be done."))(_attention(scheme))
    own.command("template", help=N_("Write an empty workbook to fill in and import."))(_template(scheme))
    own.command("close", help=N_("Keep the figures of a month as its circular prints them."))(_close(scheme))
    own.command("public", help=N_("Write what may be published of a year; small numbers are withheld."))(
        _public(scheme)
    )
    if scheme.posts:
        own.command("text", help=N_("Release a redacted text of the posted list for the public, or list them."))(
            _text_command(scheme)
        )
        EXAMPLES[f"{path} text"] = (f"{path} text", f'{path} text HY-2026-0131 "路灯不亮" --second 李四')
    EXAMPLES[f"{path} public"] = (f"{path} public --year 2026 -o {scheme.name}-2026.csv",)
    rules = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
    own.add_typer(rules, name="rules", help=N_("Rules of the scheme: add, show."))
    rules.command("add", help=N_("Add rules that apply from a day on; what began before keeps its term."))(
        _rules_add(scheme)
    )
    rules.command("show", help=N_("Print the rules of the scheme with the reason for each setting."))(
        _rules_show(scheme)
    )
    for name, command in scheme.commands.items():
        own.command(name, help=command.help)(_own(scheme, name, command))
        EXAMPLES[f"{path} {name}"] = tuple(f"{path} {words}" for words in command.examples)
    if scheme == SCHEMES[0]:
        EXAMPLES["biaochi bulletin"] += (f"biaochi bulletin --kind {scheme.name}-month --period 2026-03 -o month.pdf",)
    EXAMPLES[path] = (
        path,
        f"{path} --month 2026-03 --by unit",
        f"{path} --year 2026 --format xlsx -o {scheme.name}.xlsx",
    )
    EXAMPLES[f"{path} attention"] = (f"{path} attention", f"{path} attention --as-of 2026-03-31 --format csv")
    EXAMPLES[f"{path} template"] = (f"{path} template {scheme.tables[0]} -o {scheme.tables[0]}.xlsx",)
    EXAMPLES[f"{path} close"] = (
        f"{path} close 2026-03",
        f'{path} close 2026-03 --reopen --note "the circular was called back"',
    )
    EXAMPLES[f"{path} rules"] = (f"{path} rules show",)
    EXAMPLES[f"{path} rules add"] = (f"{path} rules add rules.toml --from 2026-04-01",)
    EXAMPLES[f"{path} rules show"] = (f"{path} rules show", f"{path} rules show --as-of 2026-03-31")


def _measures(scheme: Scheme) -> Callable[..., None]:
    def measures(
        context: typer.Context,
        month: Annotated[str | None, typer.Option(metavar="M", help=N_("Month, such as 2026-03."))] = None,
        quarter: Annotated[str | None, typer.Option(metavar="Q", help=N_("Quarter, such as 2026Q1."))] = None,
        year: Annotated[str | None, typer.Option(metavar="Y", help=N_("Year, such as 2026."))] = None,
        by: Annotated[str, typer.Option(metavar="BY", help=N_("all, month, quarter, unit, place, …"))] = "all",
        as_of: AsOf = None,
        unit: Unit = "",
        place: Place = "",
        release: ReleaseId = None,
        form: Form = None,
        output: Output = None,
    ) -> None:
        if context.invoked_subcommand is not None:
            return
        from reports import measure_table
        from schemes.chosen import rows, ways

        period = _period(month=month, quarter=quarter, year=year)
        _check(form, output)
        check_choice("--by", by, ("all", *ways(scheme.measures)))
        with ExitStack() as stack, progress(N_("Computing")):
            call = Call(scheme, release, stack)
            chosen = call.chosen(period, as_of, by=by, unit=unit, place=place)
            found, names = rows(chosen), scheme.names(call.release, chosen.asked.as_of)
            _emit(
                call,
                scheme.name,
                form,
                output,
                _Writers(
                    lambda: measure_table.as_json(found, scheme, names, call.release),
                    lambda: measure_table.as_sheet(found, scheme, names, call.release, session.language),
                    lambda: measure_table.lines(found, scheme, names, call.release, session.language),
                ),
            )

    return measures


def _attention(scheme: Scheme) -> Callable[..., None]:
    def attention(
        as_of: AsOf = None,
        unit: Unit = "",
        place: Place = "",
        release: ReleaseId = None,
        form: Form = None,
        output: Output = None,
    ) -> None:
        from reports import measure_table
        from schemes.chosen import attention as waiting

        _check(form, output)
        with ExitStack() as stack, progress(N_("Computing")):
            call = Call(scheme, release, stack)
            chosen = call.chosen(None, as_of, unit=unit, place=place)
            found, names = waiting(chosen), scheme.names(call.release, chosen.asked.as_of)
            writers = _Writers(
                lambda: measure_table.waiting_json(found, scheme, names, call.release),
                lambda: measure_table.waiting_sheet(found, scheme, names, call.release, session.language),
                lambda: measure_table.waiting_lines(found, scheme, names, call.release, session.language),
            )
            _emit(call, f"{scheme.name}-attention", form, output, writers)

    return attention


def _public(scheme: Scheme) -> Callable[..., None]:
    def public(
        year: Annotated[str, typer.Option(metavar="Y", help=N_("Year, such as 2026."))],
        release: ReleaseId = None,
        form: Format = "csv",
        output: Output = None,
    ) -> None:
        from data.store.audit_log import log_export
        from data.store.public_sets import noted
        from formats.spreadsheet import json_bytes
        from reports import measure_table
        from reports.public_measures import prepare_measures
        from schemes.chosen import public_rows

        _check(form, output)
        period = _period(year=year)
        with ExitStack() as stack, progress(N_("Computing")):
            call = Call(scheme, release, stack)
            call.chosen()
            first = period.first.year if period else 0
            rows = public_rows(scheme, call.release, first)
            if rows.empty:
                raise CommandError(N_("Nothing of this scheme and year is public."))
            found = prepare_measures(session.store(), scheme, call.release, first, rows)
            about = (found.rows, scheme, scheme.names(call.release, date(first, 12, 31)), call.release)
            if form == "json":
                content = json_bytes(measure_table.as_json(*about))
            else:
                content = sheet_bytes(measure_table.as_sheet(*about, session.language), form)
            digest, note = hashlib.sha256(content).hexdigest(), noted(found.keep(session.store()))
            log_export(
                session.path, found.logged, release=call.release_id, round_id=found.round, sha256=digest, note=note
            )
        write(content, output)

    return public


def _text_command(scheme: Scheme) -> Callable[..., None]:
    def text(
        item: Annotated[str | None, typer.Argument(metavar="[ITEM]", help=N_("Entry of the posted list."))] = None,
        words: Annotated[
            str | None, typer.Argument(metavar="[TEXT]", help=N_("Its redacted text; empty takes it back."))
        ] = None,
        second: Annotated[str, typer.Option("--second", metavar="NAME", help=N_("Who checked the text."))] = "",
    ) -> None:
        from data.store.history import user
        from data.store.released_texts import release_text, released_texts

        if item is None:
            for kept in released_texts(session.path):
                if kept.scheme == scheme.name:
                    print_line(f"{kept.number}\t{kept.item}\t{kept.text}\t{kept.released_by}\t{kept.checked_by}")
            return
        if words is None:
            raise CommandError(N_("Give the redacted text after the entry; an empty text takes it back."))
        released = release_text(session.path, scheme.name, item, words, user(), second)
        print_line(str(released.number))
        session.say(
            N_("Released: the public page prints it with --wall.") if released.text else N_("The text is taken back.")
        )

    return text


def _template(scheme: Scheme) -> Callable[..., None]:
    def template(
        table: Annotated[
            str, typer.Argument(metavar="[TABLE]", help=N_("A table of the scheme; the first if it is left out."))
        ] = scheme.tables[0],
        round_id: Annotated[
            str | None, typer.Option("--round", metavar="R", help=N_("Round whose units are listed."))
        ] = None,
        output: Output = None,
    ) -> None:
        from reports.templates import choices_of
        from reports.templates import template as workbook

        check_choice("TABLE", table, scheme.tables)
        check_form("xlsx", output)
        check_output(output)
        choices = choices_of(session.store(), checked_round(round_id) if round_id else "")
        write(workbook(table, choices, session.language), output)
        others = PUNCTUATION[session.language].listed.join(name for name in scheme.tables if name != table)
        session.say(N_("Other tables of this scheme: {tables}."), tables=others) if others else None

    return template


def _close(scheme: Scheme) -> Callable[..., None]:
    def close(
        month: Annotated[str, typer.Argument(metavar="M", help=N_("Month, such as 2026-03."))],
        reopen: Annotated[bool, typer.Option("--reopen", help=N_("Open a month again; --note says why."))] = False,
        note: Annotated[str, typer.Option("--note", help=N_("A note for the history."))] = "",
        release: ReleaseId = None,
    ) -> None:
        from data.store.closing import reopen_month
        from schemes.printed_months import close as close_month

        if reopen:
            reopen_month(session.store(), scheme.name, month, note)
            session.say(N_("The month {month} is open again; the figures that were printed stay kept."), month=month)
            return
        _period(month=month)
        with open_release(release) as chosen, progress(N_("Computing")):
            closing = close_month(session.store(), chosen, scheme, month, note)
        print_line(closing.digest)
        session.say(
            N_("The month {month} is closed with the figures of release {id}."), month=month, id=closing.release
        )

    return close


def _rules_add(scheme: Scheme) -> Callable[..., None]:
    def rules_add(
        file: Annotated[Path, typer.Argument(metavar="FILE.toml")],
        first: Annotated[str, typer.Option("--from", metavar="DATE", help=N_("First day on which they apply."))],
    ) -> None:
        from schemes.kept_rules import add_rules

        day = parsed_date("--from", first)
        rules, report = add_rules(session.store(), scheme, text_of(file), day)
        print_line(rules.name)
        session.say(N_("Stored; they apply once “biaochi publish” has been run.") if report.stored else SAME)

    return rules_add


SAME = N_("These rules are stored already.")


def _rules_show(scheme: Scheme) -> Callable[..., None]:
    def rules_show(as_of: AsOf = None) -> None:
        from schemes.kept_rules import as_text, rules_of_store, rules_on

        dated = rules_of_store(session.store(), scheme)
        rules = rules_on(dated, parsed_date("--as-of", as_of)) if as_of else dated[-1].rules
        print_line(as_text(rules).rstrip("\n"))

    return rules_show


def _own(scheme: Scheme, name: str, command: "Command") -> Callable[..., None]:
    """Return the call of a scheme's command: its options, and those of every command that writes a table."""

    def call_own(release: ReleaseId = None, form: Form = None, output: Output = None, **words: Any) -> None:
        _check(form, output)
        with ExitStack() as stack:
            call = Call(scheme, release, stack)
            answer = command.run(call, **words)
            writers = _Writers(
                lambda: {**_head(answer), "rows": list(answer.rows)}, lambda: _sheet(answer), lambda: _lines(answer)
            )
            _emit(call, f"{scheme.name}-{name}", form, output, writers)

    asked = list(inspect.signature(command.run).parameters.values())[1:]
    added = [p for p in inspect.signature(call_own).parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
    keyword = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*asked, *added)]
    vars(call_own)["__signature__"] = inspect.Signature(keyword)  # what Typer reads
    call_own.__annotations__ = {p.name: p.annotation for p in keyword}
    return call_own


@dataclass(frozen=True)
class _Writers:
    """How an answer is written: as JSON, as a sheet, and as lines to read."""

    json: "Callable[[], dict[str, object]]"
    sheet: "Callable[[], Sheet]"
    lines: Callable[[], list[str]]


def _emit(call: Call, what: str, form: str | None, output: Path | None, writers: _Writers) -> None:
    """Write an answer in a form; recorded in the audit log first, unless it is only shown on the terminal."""
    from formats.spreadsheet import json_bytes

    if form == "json":
        content = json_bytes(writers.json())
    elif form is not None:
        content = sheet_bytes(writers.sheet(), form)
    else:
        content = "".join(f"{line}\n" for line in writers.lines()).encode()
    if form is not None or output is not None:
        _log(call, f"scheme-{what}.{form or 'txt'}", hashlib.sha256(content).hexdigest())
    write(content, output)


def _log(call: Call, what: str, digest: str) -> None:
    """Log the file if it says anything of a release; a count of days says nothing of the store."""
    from data.store.audit_log import log_export

    if call.release_id:
        log_export(session.path, what, release=call.release_id, sha256=digest)


def _check(form: str | None, output: Path | None) -> None:
    if form is not None:
        check_form(form, output)
    check_output(output)


def _period(**given: str | None) -> "Period | None":
    """Return the period of --month, --quarter or --year; None if none is named."""
    from schemes.frame import Period

    named = {name: text for name, text in given.items() if text is not None}
    if not named:
        return None
    if len(named) > 1:
        raise CommandError(N_("Name a month, a quarter or a year, not several."))
    ((name, text),) = named.items()
    if len(text.strip()) != LENGTHS[name]:
        raise CommandError(PERIOD_FORMS[name], value=text)
    try:
        return Period.of(text.strip())
    except ValueError:
        raise CommandError(PERIOD_FORMS[name], value=text) from None


def period_of(text: str) -> "Period":
    """Return the period of a text: a month, a quarter or a year."""
    from schemes.frame import Period

    try:
        return Period.of(text.strip())
    except ValueError:
        raise CommandError(PERIOD, value=text) from None


PERIOD = N_("A period is a month, a quarter or a year, such as 2026-03, 2026Q1 or 2026, not {value}.")
LENGTHS = {"month": 7, "quarter": 6, "year": 4}
PERIOD_FORMS = {
    "month": N_("--month should be a month such as 2026-03, not {value}."),
    "quarter": N_("--quarter should be a quarter such as 2026Q1, not {value}."),
    "year": N_("--year should be a year such as 2026, not {value}."),
}


def _head(answer: "Answer") -> dict[str, object]:
    return {"facts": dict(answer.facts)}


def _sheet(answer: "Answer") -> "Sheet":
    from formats.spreadsheet import Sheet

    language = session.language
    headers = [translate(words, "zh") if language == "zh" else name for name, words in answer.headers.items()]
    facts = [(translate(name, language), value) for name, value in answer.facts.items()]
    return Sheet(translate(answer.title, language), headers, _cells(answer), facts, translate(N_("About"), language))


def _cells(answer: "Answer") -> list[list[Any]]:
    def cell(name: str, value: Any) -> Any:
        words = answer.words.get(name, {})
        return translate(words[value], session.language) if isinstance(value, str) and value in words else value

    return [[cell(name, row[name]) for name in answer.headers] for row in answer.rows]


def _lines(answer: "Answer") -> list[str]:
    from reports.measure_table import text_table

    language = session.language
    colon = PUNCTUATION[language].colon
    facts = " · ".join(f"{translate(name, language)}{colon}{value}" for name, value in answer.facts.items())
    headers = [translate(words, language) for words in answer.headers.values()]
    table = text_table(headers, [[_text(value) for value in row] for row in _cells(answer)])
    return [translate(answer.title, language), facts, "", *table]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return translate(N_("yes") if value else N_("no"), session.language)
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else str(value)


EXAMPLES["biaochi scheme"] = tuple(f"biaochi scheme {_scheme.name}" for _scheme in SCHEMES[:3])
for _scheme in SCHEMES:
    register(_scheme)
