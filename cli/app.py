"""The command line app that the commands register with."""

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
