"""``waste-trace verify``: what the verifier says of a bundle; needs no database and no server."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.output import print_json
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_text import render


def verify(
    bundle: Annotated[Path, typer.Argument(help="审计包：文件夹或 zip")],
    keys: Annotated[Path | None, typer.Option(help="policy.txt 和 registrar.vkey")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """离线核验审计包。 Verify a bundle offline: 0 proven, 1 tampered, 2 incomplete, 3 unusable."""
    report = verify_bundle(bundle, keys, processes=max(1, (os.cpu_count() or 1) - 1))
    if as_json:
        print_json(report.to_value())
    else:
        sys.stdout.write(render(report))
    raise typer.Exit(report.exit_code)
