"""biaochi rules: add, check, list, show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.app import app
from cli.context import Format, Output, checked_round, session, text_of
from cli.output import emit_rows, print_line
from cli.results import open_release
from i18n import N_

if TYPE_CHECKING:
    from data.model.rule_sets import RuleSet
    from data.store import Store
    from results.notes import Note

rules_app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules", help=N_("Scoring rules: add, check, list, show."))


@rules_app.command("add", help=N_("Add a rule set; the content behind a name never changes."))
def rules_add(file: Annotated[Path, typer.Argument(metavar="FILE.toml")]) -> None:
    """`biaochi rules add`."""
    from data.model.rule_sets import parse_rules
    from results.quality.rule_lint import lint_rules
    from results.ranking.component_sources import refuse_unknown

    store, text = session.store(), text_of(file)
    refuse_unknown(parse_rules(text))
    added = store.add_rules(text)
    for remark in lint_rules(added):
        session.say(remark.sentence(session.language))
    print_line(added.name)


@rules_app.command("check", help=N_("Say what a rule set can never do or always does; with --round, on its ballots."))
def rules_check(
    rules: Annotated[str, typer.Argument(metavar="FILE.toml|NAME")],
    round_id: Annotated[str | None, typer.Option("--round", metavar="ROUND", help=N_("Round to try it on."))] = None,
) -> None:
    """`biaochi rules check`."""
    from results.quality.rule_lint import lint_rules
    from results.ranking.component_sources import refuse_unknown

    store = session.store()  # with it come the measures that schemes offer
    chosen = _rules_of(rules, store)
    refuse_unknown(chosen)
    remarks = lint_rules(chosen) + (_on_round(chosen, round_id) if round_id else [])
    for remark in remarks:
        print_line(remark.sentence(session.language))
    if not remarks:
        session.say(N_("No remarks on the rule set {name}."), name=chosen.name)


def _rules_of(given: str, store: "Store") -> "RuleSet":
    """Return the rule set of a file, or of the store by its name."""
    from data.model.rule_sets import parse_rules

    return parse_rules(text_of(Path(given))) if given.endswith(".toml") else store.rule_set(given)


def _on_round(rules: "RuleSet", round_id: str) -> "list[Note]":
    """Return the remarks of a rule set on the ballots of a round, which are counted again under it."""
    from results.quality.rule_lint import lint_on
    from results.ranking.what_if import what_if

    with open_release(None) as release:
        round_ = release.round(checked_round(round_id))
        return lint_on(round_, what_if(session.store(), round_, rules))


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
