"""The ``waste-trace`` program."""

import logging
import sys

import typer

from api.cli.commands import lazy_group
from api.cli.output import stop
from waste_trace.errors import WasteTraceError

#: What the program can do, and where it stands.
COMMANDS = {
    "serve": "api.cli.serve:serve",
    "demo": "api.cli.demo:demo",
    "simulate": "api.cli.simulate:simulate",
    "scan": "api.cli.look:scan",
    "trace": "api.cli.trace:trace",
    "verify": "api.cli.verify:verify",
    "rebuild": "api.cli.ledger:rebuild",
    "settings": "api.cli.ledger:settings",
    "worker": "api.cli.serve:worker",
    "review": "api.cli.review:review",
    "import": "api.cli.imports:import_file",
    "account": "api.cli.accounts:account",
    "balance": "api.cli.balance:balance",
    "calendar": "api.cli.calendar:calendar",
    "catalogue": "api.cli.catalogue:catalogue",
    "epcis": "api.cli.epcis:epcis",
    "frames": "api.cli.look:frames",
    "label": "api.cli.labels:label",
    "ledger": "api.cli.ledger:ledger",
    "party": "api.cli.accounts:party",
    "station": "api.cli.station:station",
}

app = typer.Typer(
    name="waste-trace",
    help="一码溯源 Waste Trace",
    cls=lazy_group(COMMANDS),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


if __name__ == "__main__":
    run()
