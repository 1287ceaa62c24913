"""biaochi rules: add, list, show."""

from pathlib import Path
from typing import Annotated

import typer

from cli.app import app
from cli.context import Format, Output, session, text_of
from cli.output import emit_rows, print_line
from i18n import N_

rules_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules", help=N_("Scoring rules: add, list, show."))


@rules_app.command("add", help=N_("Add a rule set; the content behind a name never changes."))
def rules_add(file: Annotated[Path, typer.Argument(metavar="FILE.toml")]) -> None:
    """`biaochi rules add`."""
    print_line(session.store().add_rules(text_of(file)).name)


@rules_app.command("list", help=N_("List the rule sets of the store."))
def rules_list(form: Format = "csv", output: Output = None) -> None:
    """`biaochi rules list`."""
    rows = [
        {"name": r.name, "title": r.title, "date": r.date.isoformat(), "digest": r.digest}
        for r in session.store().rule_sets()
    ]
    headers = {
        "name": N_("Rule set"),
        "title": N_("Title"),
        "date": N_("Date"),
        "digest": N_("SHA-256"),
    }
    emit_rows(rows, headers, N_("Rule sets"), form, output)


@rules_app.command("show", help=N_("Print the text of a rule set."))
def rules_show(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """`biaochi rules show`."""
    print_line(session.store().rule_set(name).text.rstrip("\n"))
