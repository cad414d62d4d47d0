"""``waste-trace label``: issue codes, print labels, look at what printed labels carry."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.label_files import Format, read_labels, write_labels
from api.cli.opening import opened
from api.cli.output import FALSE, INCOMPLETE, PROVEN, WRONG_USE, print_json, say
from api.cli.places import account, print_mark, print_place
from api.recognise import describe_code
from waste_trace.codes import gs1
from waste_trace.errors import WasteTraceError
from waste_trace.labels.layout import Layout
from waste_trace.labels.sheet import a4_sheets
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.render_label import (
    label_font,
    layout_label,
    layout_medical,
    layout_roll,
)
from waste_trace.services.render_manifest import layout_bundle, layout_manifest_pages
from waste_trace.settings import Settings

label = typer.Typer(help="赋码与标签 codes and labels", no_args_is_help=True)
for verb, act in (("place", print_place), ("mark", print_mark), ("account", account)):
    label.command(verb)(act)


class Form(StrEnum):
    """What a code is printed on."""

    CONTAINER = "container"
    ROLL = "roll"
    MEDICAL = "medical"
    SHEET = "sheet"


@label.command("issue")
def issue(
    unit: Annotated[str, typer.Argument(help="统一社会信用代码")],
    waste_code: Annotated[str, typer.Argument(help="危险废物代码，如 900-249-08")],
    count: Annotated[int, typer.Option(min=1, max=200)] = 1,
    day: Annotated[str, typer.Option(help="YYYY-MM-DD，默认今天 today")] = "",
) -> None:
    """赋码。 Issue signed codes; JSON on standard output."""
    when = date.fromisoformat(day) if day else datetime.now(UTC).astimezone().date()
    with opened() as deployment:
        issued = issue_labels(deployment, unit, waste_code, when, count)
    print_json(
        [{"container": str(token.digital_id), "text": token.text} for token in issued.tokens]
    )


@label.command("print")
def print_labels(
    codes: Annotated[list[str], typer.Argument(help="数字识别码 codes")],
    to: Annotated[Path, typer.Option(help="PDF 文件，或文件夹 a .pdf file or a folder")],
    form: Annotated[Form, typer.Option(help="标签种类：容器、卷、医废、A4拼版")] = Form.CONTAINER,
    chosen: Annotated[Format | None, typer.Option("--format", help="默认随文件名")] = None,
    contact: Annotated[str, typer.Option(help="联系人")] = "",
    phone: Annotated[str, typer.Option(help="联系方式")] = "",
    remark: Annotated[str, typer.Option(help="备注")] = "",
    gln: Annotated[str, typer.Option(help="GS1参与方位置码，印入备注")] = "",
    grai: Annotated[str, typer.Option(help="GS1可回收资产代码，印入备注")] = "",
    department: Annotated[str, typer.Option(help="科室（医废） of medical waste")] = "",
    dpi: Annotated[int, typer.Option(min=72, max=1200)] = 300,
) -> None:
    """打印标签。 Render labels: on the size that HJ 1276 wants, on rolls, or several on A4."""
    style = chosen or (Format.PDF if to.suffix == ".pdf" else Format.PNG)
    alternates = gs1.spell_remark(
        gs1.parse_gln(gln) if gln else None, gs1.parse_grai(grai) if grai else None
    )
    remark = " ".join(part for part in (remark, alternates) if part)
    draw: dict[Form, Callable[[Deployment, str], Layout]] = {
        Form.ROLL: layout_roll,
        Form.MEDICAL: lambda house, code: layout_medical(house, code, department, remark=remark),
    }

    def container(house: Deployment, code: str) -> Layout:
        return layout_label(house, code, contact=contact, phone=phone, remark=remark)

    with opened() as deployment:
        font = label_font(deployment)
        layouts = {code: draw.get(form, container)(deployment, code) for code in codes}
    if form is Form.SHEET:
        layouts = _sheets(layouts)
    files = write_labels(layouts, font, to, style, dpi)
    say(f"{len(codes)} → {files[0] if len(files) == 1 else to}")


@label.command("manifest")
def print_manifest(
    number: Annotated[str, typer.Argument(help="联单编号 14 digits")],
    to: Annotated[Path, typer.Option(help="PDF 文件，或文件夹 a .pdf file or a folder")],
    bundle: Annotated[
        bool, typer.Option("--bundle", help="转运单元标签 the bundle's label")
    ] = False,
    chosen: Annotated[Format | None, typer.Option("--format", help="默认随文件名")] = None,
    dpi: Annotated[int, typer.Option(min=72, max=1200)] = 300,
) -> None:
    """打印联单或转运单元标签。 Print a manifest with its receipt, or the label of its bundle."""
    style = chosen or (Format.PDF if to.suffix == ".pdf" else Format.PNG)
    with opened() as deployment:
        font = label_font(deployment)
        pages = (
            [layout_bundle(deployment, number)]
            if bundle
            else layout_manifest_pages(deployment, number)
        )
    named = {f"{number}-{index}": page for index, page in enumerate(pages, start=1)}
    say(f"{number} → {write_labels(named, font, to, style, dpi)[0]}")


@label.command("verify")
def verify_labels(
    files: Annotated[list[Path], typer.Argument(help="PDF、图片、SVG、ZPL、TSPL")],
    as_json: Annotated[bool, typer.Option("--json", help="每文件一行 JSON lines")] = False,
) -> None:
    """核对打印文件中的码。 Decode what labels really carry, and say whether it is genuine."""
    registry = _registry()
    worst = PROVEN
    for file in files:
        try:
            texts = read_labels(file)
        except (WasteTraceError, OSError) as problem:
            zh = problem.zh if isinstance(problem, WasteTraceError) else "无法读取。"
            say(f"✗ {file}: {zh} {problem}")
            worst = WRONG_USE
            continue
        found: list[dict[str, object]] = [
            {"text": text, "code": describe_code(registry, text)} for text in texts
        ]
        if as_json:
            print_json({"file": str(file), "codes": found})
        else:
            _show(file, found)
        worst = max(worst, _judge(found))
    raise typer.Exit(worst)


def _judge(found: list[dict[str, object]]) -> int:
    """None of ours is incomplete, a forged one is false; those of others are not our business."""
    codes = [one["code"] for one in found]
    forged = any(isinstance(code, dict) and code["genuine"] is False for code in codes)
    return FALSE if forged else PROVEN if any(codes) else INCOMPLETE


def _show(file: Path, found: list[dict[str, object]]) -> None:
    typer.echo(f"{file}: {len(found)} 个码 codes")
    words = {True: "✓ 真实 genuine", False: "✗ 伪造或未知签发 forged", None: "· 未验签 not checked"}
    for one in found:
        code = one["code"]
        if isinstance(code, dict):
            subject = code.get("container") or code["value"]
            typer.echo(f"  {words[code['genuine']]}  {code['scheme']}  {subject}")
        else:
            typer.echo(f"  · 非本系统编码 not ours  {str(one['text'])[:60]!r}")


def _registry() -> KeyRegistry | None:
    """The keys to check signatures with, where this machine has a ledger."""
    settings = Settings()
    if settings.database_url or not (settings.data_dir / "waste-trace.db").exists():
        return None
    with opened(settings) as deployment:
        return deployment.sequencer.registry


def _sheets(layouts: dict[str, Layout]) -> dict[str, Layout]:
    """Labels of one size together, as many on a page as fit."""
    sides = dict.fromkeys((one.width, one.height) for one in layouts.values())
    pages = [
        page
        for side in sides
        for page in a4_sheets([x for x in layouts.values() if (x.width, x.height) == side])
    ]
    return {f"sheet-{number}": page for number, page in enumerate(pages, start=1)}
