"""Commands that speak GS1 EPCIS 2.0."""

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import FALSE, PROVEN, WRONG_USE, print_json, say
from waste_trace.custody.epcis.rules import validate_document
from waste_trace.services.export_epcis import export_epcis

epcis = typer.Typer(help="EPCIS 2.0 事件 GS1 EPCIS events", no_args_is_help=True)


@epcis.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="输出文件，缺省为标准输出")] = None,
    manifest: Annotated[str, typer.Option(help="只含此联单 one manifest only")] = "",
    first: Annotated[int, typer.Option(help="首条序号 first index")] = 0,
    last: Annotated[int | None, typer.Option(help="末条序号 last index")] = None,
) -> None:
    """导出 EPCIS 2.0 JSON-LD。 Write ledger events as an EPCIS 2.0 document."""
    with opened() as deployment:
        document = export_epcis(deployment, first=first, last=last, manifest=manifest)
    if file is None:
        print_json(document)
        return
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    say(f"EPCIS 2.0: {file}")


@epcis.command("validate")
def validate(
    file: Annotated[Path, typer.Argument(help="EPCIS 2.0 JSON 文件")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """核对 EPCIS 2.0 文件。 Check a document: 0 it is one, 1 it is not, 3 unusable."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        say(f"✗ 无法读取 {file}。 It cannot be read: {error}")
        raise typer.Exit(WRONG_USE) from None
    problems = validate_document(value)
    if as_json:
        shown = [{"path": one.path, "zh": one.zh, "en": one.en} for one in problems]
        print_json({"valid": not problems, "problems": shown})
    else:
        for one in problems:
            typer.echo(f"✗ {one.path}: {one.zh} {one.en}")
        typer.echo("不符合 EPCIS 2.0 not valid" if problems else "符合 EPCIS 2.0 valid")
    raise typer.Exit(FALSE if problems else PROVEN)
