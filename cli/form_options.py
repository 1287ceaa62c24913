"""Options for the parts of an official paper, shared by the commands that write papers."""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

import settings
from cli.context import session
from i18n import N_

if TYPE_CHECKING:
    from formats.document import Form

OPTIONS: dict[str, tuple[str, str, str]] = {
    "office": ("--office", "NAME", N_("Issuing office, for the heading and the signature.")),
    "mark": ("--mark", "NAME", N_("Name in red at the head; else the office.")),
    "date": ("--date", "DATE", N_("The date of the document, as it is written.")),
    "number": ("--number", "TEXT", N_("Number of the paper.")),
    "signer": ("--signer", "NAME", N_("Who signed the paper off, for a paper to a higher office.")),
    "copy_number": ("--copy-number", "N", N_("Number of this copy, six digits.")),
    "classification": ("--classification", "TEXT", N_("Degree of secrecy by law.")),
    "term": ("--term", "TEXT", N_("How long the degree of secrecy holds.")),
    "recipients": ("--to", "NAMES", N_("Whom the paper is sent to.")),
    "copies_to": ("--copies-to", "NAMES", N_("Who receives a copy.")),
    "printed_by": ("--printed-by", "NAME", N_("Office that prints the paper.")),
    "printed_on": ("--printed-on", "DATE", N_("Date of printing.")),
}
"""Field of `Form` -> option, kind of value, help."""
REMEMBERED = ("office", "mark", "signer", "classification", "term", "recipients", "copies_to", "printed_by", "sealed")
"""What is the same on paper after paper: `--remember` keeps it in the store, for options that are not given."""


def with_form(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a paper; it receives them together as `form`."""

    @functools.wraps(command)
    def run(*args: object, **given: Any) -> None:
        own = {name: given.pop(name) for name in (*OPTIONS, "annex", "sealed", "remember")}
        command(*args, form=asked_form(**own), **given)

    signature = inspect.signature(command)
    kept = [one for name, one in signature.parameters.items() if name != "form"]
    parameters = [*kept, *_parameters()]
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    vars(run)["__signature__"] = signature.replace(parameters=parameters)
    return run


def asked_form(
    annex: list[str] | None = None, sealed: bool | None = None, remember: bool = False, **texts: str | None
) -> "Form":
    """Return the form of what was asked and, for what was not, of what the store remembers, else the settings."""
    from data.store.paper_form import remember_form, remembered_form
    from formats.document import Form

    asked = {name: text for name, text in texts.items() if text is not None}
    if sealed is not None:
        asked["sealed"] = "yes" if sealed else ""
    if remember:
        remember_form(session.path, {name: text for name, text in asked.items() if name in REMEMBERED})
    chosen = settings.load()
    known = {name: text for name, text in remembered_form(session.path).items() if name in REMEMBERED and text}
    wanted = {"office": chosen.office} | known | asked
    return Form(
        **{name: text for name, text in wanted.items() if name != "sealed"},
        attachments=tuple(annex or ()),
        sealed=bool(wanted.get("sealed")),
        city=chosen.city,
    )


def _parameters() -> list[inspect.Parameter]:
    options: list[tuple[str, Any, Any, Any]] = [
        (name, str | None, typer.Option(option, metavar=kind, help=meaning), None)
        for name, (option, kind, meaning) in OPTIONS.items()
    ]
    annex = typer.Option("--annex", metavar="NAME", help=N_("Name of an annex; repeat it for several."))
    sealed = typer.Option("--sealed/--not-sealed", help=N_("Leave room for a seal over office and date."))
    remember = typer.Option(
        "--remember", help=N_("Keep office, recipients, copies, printer and secrecy for the next papers of this store.")
    )
    options += [("annex", list[str] | None, annex, None), ("sealed", bool | None, sealed, None)]
    options.append(("remember", bool, remember, False))
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])
        for name, kind, option, default in options
    ]
