"""Commands that look at pictures: scan, frames verify."""

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
from waste_trace.settings import Settings

frames = typer.Typer(help="监控画面 camera frames", no_args_is_help=True)


@frames.callback()
def _group() -> None:
    """监控画面 camera frames"""


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


@frames.command("verify")
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
