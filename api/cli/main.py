"""The ``waste-trace`` program."""

import logging
import sys

import typer

from api.cli.accounts import account, party
from api.cli.balance import balance
from api.cli.calendar import calendar
from api.cli.catalogue import catalogue
from api.cli.check import scan, trace, verify, verify_frames
from api.cli.demo import demo
from api.cli.epcis import epcis
from api.cli.imports import import_file
from api.cli.labels import label
from api.cli.ledger import ledger, rebuild, settings
from api.cli.output import stop
from api.cli.places import account as account_labels
from api.cli.places import print_mark, print_place
from api.cli.review import review
from api.cli.serve import serve, worker
from api.cli.simulate import simulate
from api.cli.station import station
from waste_trace.errors import WasteTraceError

app = typer.Typer(
    name="waste-trace",
    help="一码溯源 Waste Trace",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (serve, demo, simulate, scan, trace, verify, rebuild, settings, worker, review):
    app.command()(command)
app.command("import")(import_file)
for verb, act in (("place", print_place), ("mark", print_mark), ("account", account_labels)):
    label.command(verb)(act)
frames = typer.Typer(help="监控画面 camera frames", no_args_is_help=True)
frames.command("verify")(verify_frames)
for name, group in (
    ("account", account),
    ("balance", balance),
    ("calendar", calendar),
    ("catalogue", catalogue),
    ("epcis", epcis),
    ("frames", frames),
    ("label", label),
    ("ledger", ledger),
    ("party", party),
    ("station", station),
):
    app.add_typer(group, name=name)


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
