"""``waste-trace balance``: make mass-balance certificates, and check them without a server."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.opening import opened
from api.cli.output import print_json, say
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.reports.certificate import MalformedCertificate
from waste_trace.reports.check_certificate import check_certificate
from waste_trace.reports.form import Period
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.make import certify_balance
from waste_trace.services.sign_in import Person

balance = typer.Typer(help="物料平衡 mass balance", no_args_is_help=True)
#: Who sits at the server's terminal sees what a regulator sees.
_OPERATOR = Person("operator", "本机", REGULATOR, "", "")


@balance.command("certify")
def certify(
    org: Annotated[str, typer.Argument(help="统一社会信用代码 unified code")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="首日 first day")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="末日 last day")],
    site: Annotated[str, typer.Option(help="只含此场所 one site only")] = "",
) -> None:
    """生成物料平衡证明（JSON）。 Make the certificate of a unit or site and a period."""
    asked = Asked(org, site or None, Period(first.date(), last.date()))
    with opened() as deployment:
        print_json(certify_balance(deployment, _OPERATOR, asked))


@balance.command("check")
def check(
    certificate: Annotated[Path, typer.Argument(help="证明 certificate (JSON)")],
    bundle: Annotated[Path, typer.Argument(help="审计包 audit bundle: folder or zip")],
    keys: Annotated[Path | None, typer.Option(help="policy.txt 和 registrar.vkey")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """离线复核证明。 Check every figure offline: 0 as the ledger says, 1 not, 2 incomplete."""
    checked = check_certificate(_read(certificate), bundle, keys)
    if as_json:
        print_json(checked.to_value())
    else:
        say(f"{'✗' if checked.exit_code else '✓'} {checked.zh} {checked.en}")
    raise typer.Exit(checked.exit_code)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise MalformedCertificate(
            f"无法读取证明 {path.name}。", f"Cannot read the certificate {path.name}."
        ) from error
    if not isinstance(value, dict):
        raise MalformedCertificate("不是物料平衡证明。", "This is no mass-balance certificate.")
    return value
