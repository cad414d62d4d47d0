"""``waste-trace label``: issue codes and print labels."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import print_json, say
from waste_trace.labels.pdf import render_pdf
from waste_trace.labels.png import render_png
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.render_label import label_font, layout_label

label = typer.Typer(help="赋码与标签 codes and labels", no_args_is_help=True)


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
    to: Annotated[Path, typer.Option(help="PDF 文件，或 PNG 文件夹 a .pdf file or a folder")],
    contact: Annotated[str, typer.Option(help="联系人")] = "",
    phone: Annotated[str, typer.Option(help="联系方式")] = "",
    dpi: Annotated[int, typer.Option(min=72, max=1200)] = 300,
) -> None:
    """打印标签。 Render labels, in the HJ 1276 size of each container."""
    with opened() as deployment:
        font = label_font(deployment)
        layouts = [layout_label(deployment, code, contact=contact, phone=phone) for code in codes]
    if to.suffix == ".pdf":
        to.write_bytes(render_pdf(layouts, font))
    else:
        to.mkdir(parents=True, exist_ok=True)
        for code, layout in zip(codes, layouts, strict=True):
            (to / f"{code}.png").write_bytes(render_png(layout, font, dpi))
    say(f"{len(codes)} → {to}")
