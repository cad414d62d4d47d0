"""Commands that look and prove: scan, frames verify, trace, verify."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.opening import opened
from api.cli.output import FALSE, INCOMPLETE, PROVEN, print_json, say
from api.recognise import describe_code
from scanner.decode import load_image
from scanner.decode.errors import ReadError
from scanner.decode.files import scan_files
from scanner.vision import verify_frame
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_text import render
from waste_trace.services.trace_container import trace_container
from waste_trace.settings import Settings


def scan(
    files: Annotated[list[Path], typer.Argument(help="图片或视频 pictures or clips")],
    as_json: Annotated[bool, typer.Option("--json", help="每文件一行 JSON lines")] = False,
) -> None:
    """从图片读码。 Read every code in pictures; whether it is ours, and genuine where known."""
    registry = None
    settings = Settings()
    if not settings.database_url and (settings.data_dir / "waste-trace.db").exists():
        with opened(settings) as deployment:
            registry = deployment.sequencer.registry
    failed = 0
    for line in scan_files(files, recognise=lambda text: describe_code(registry, text)):
        failed += "error" in line
        if as_json:
            print_json(line)
        else:
            _show_scan(line)
    raise typer.Exit(INCOMPLETE if failed else PROVEN)


def trace(
    code: Annotated[str, typer.Argument(help="数字识别码 37-character code")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """追溯一个容器的全过程。 A container's life end to end."""
    with opened() as deployment:
        found = trace_container(deployment, code)
    if as_json:
        print_json(
            {
                "container": found.container,
                "events": found.events,
                "sources": found.sources,
                "ends": found.ends,
                "batches": found.batches,
                "findings": found.findings,
                "complete": found.complete,
            }
        )
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


def verify_frames(
    files: Annotated[list[Path], typer.Argument(help="同一摄像机的画面，按时间先后")],
    reference: Annotated[Path | None, typer.Option(help="基准画面 healthy frame")] = None,
    expect: Annotated[list[str] | None, typer.Option(help="应在画面中的码 expected code")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """核验监控画面。 Verify a camera's frames: health, freshness, labels seen against expected."""
    healthy = load_image(reference.read_bytes()) if reference else None
    previous = None
    worst = PROVEN
    for path in files:
        line: dict[str, Any] = {"file": str(path)}
        try:
            frame = load_image(path.read_bytes())
        except (ReadError, OSError) as error:
            line["error"] = {"code": getattr(error, "code", "unreadable"), "en": str(error)}
            worst = max(worst, INCOMPLETE)
        else:
            found = verify_frame(
                frame, reference=healthy, previous=previous, expected=expect or [],
                identify=_container_in,
            )  # fmt: skip
            line |= found.as_value()
            worst = max(worst, PROVEN if found.verdict == "verified" else FALSE)
            previous = frame
        if as_json:
            print_json(line)
        else:
            say(f"{path}: {line.get('verdict', 'error')} {line.get('zh', line.get('error'))}")
    raise typer.Exit(worst)


def _container_in(text: str) -> str | None:
    described = describe_code(None, text)
    return str(described.get("container", described["value"])) if described else text


def _show_scan(line: dict[str, Any]) -> None:
    if "error" in line:
        typer.echo(f"{line['file']}: ✗ {line['error']['zh']} {line['error']['en']}")
        return
    typer.echo(f"{line['file']}: {len(line['codes'])} 个码 codes, {line['ms']} ms")
    for code in line["codes"]:
        label = code["label"]
        mark = {True: "真码 genuine", False: "伪码 FORGED", None: ""}[label and label["genuine"]]
        typer.echo(f"  {code['text']}  [{code['engine']}] {mark}")
