"""``waste-trace trace``: one container's life."""

from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import INCOMPLETE, PROVEN, print_json
from waste_trace.services.trace_container import trace_container


def trace(
    code: Annotated[str, typer.Argument(help="数字识别码 37-character code")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """追溯一个容器的全过程。 A container's life end to end."""
    with opened() as deployment:
        found = trace_container(deployment, code)
    if as_json:
        print_json(asdict(found))
    else:
        for event in found.events:
            typer.echo(
                f"{event['claimed_at']:%Y-%m-%d %H:%M}Z #{event['idx']:<6} {event['zh']} "
                f"{event['en']:<24} {event['org_name'] or event['dev']}"
            )
        for finding in found.findings:
            mark = "已消除 cleared" if finding["cleared_idx"] is not None else "未消除 open"
            typer.echo(f"! {finding['zh']} ({mark})")
        typer.echo("全程闭环 complete" if found.complete else "未完结 not at its end yet")
    raise typer.Exit(PROVEN if found.complete else INCOMPLETE)
