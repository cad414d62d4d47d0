"""How commands speak: results on standard output, talk on standard error, exit codes."""

import json
import sys
from typing import Any, NoReturn

import typer

from waste_trace.errors import WasteTraceError

#: done and proven; found false or tampered; incomplete or unwitnessed; wrong use.
PROVEN, FALSE, INCOMPLETE, WRONG_USE = 0, 1, 2, 3


def say(text: str) -> None:
    """A line for the person at the terminal."""
    typer.echo(text, err=True)


def print_json(value: Any) -> None:
    """One JSON value on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, default=str)
    sys.stdout.write("\n")
    sys.stdout.flush()


def stop(error: WasteTraceError, code: int = WRONG_USE) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    say(f"✗ {error.zh} {error.en}")
    say(f"  {error.do_zh} {error.do_en}")
    raise typer.Exit(code)
