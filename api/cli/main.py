"""The ``waste-trace`` program."""

import logging
import sys

import typer

from api.cli.demo import demo
from api.cli.output import stop
from waste_trace.errors import WasteTraceError

app = typer.Typer(
    name="waste-trace",
    help="一码溯源 Waste Trace",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)


@app.callback()
def _root() -> None:
    """一码溯源：证明危险废物去向的开放台账。 An open ledger that proves where waste went."""


def run() -> None:
    """The entry point: errors that we know leave as two sentences and an exit code."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    try:
        app()
    except WasteTraceError as error:
        try:
            stop(error)
        except typer.Exit as leaving:
            sys.exit(leaving.exit_code)
