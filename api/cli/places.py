"""``waste-trace label place`` and ``label mark``: stickers for places, and far marks."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.label_files import Format, write_labels
from api.cli.opening import opened
from api.cli.output import print_json, say
from waste_trace.codes import digital_id
from waste_trace.codes.place_token import PlaceKind
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.labels.far_mark import FarMark, layout_far_mark
from waste_trace.services.account_labels import account_labels
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.render_label import label_font
from waste_trace.services.render_place import layout_place
from waste_trace.services.sign_in import Person


def print_place(
    kind: Annotated[PlaceKind, typer.Argument(help="类型 kind", case_sensitive=False)],
    subject: Annotated[str, typer.Argument(help="编码：TS001、浙F7K21挂、CAM-HD-01 ...")],
    to: Annotated[Path, typer.Option(help="PDF 文件或文件夹 a .pdf file or a folder")],
    name: Annotated[str, typer.Option(help="名称 what people call it")] = "",
    form: Annotated[Format, typer.Option("--format")] = Format.PDF,
    dpi: Annotated[int, typer.Option(min=72, max=1200)] = 300,
) -> None:
    """设施、车辆、摄像机、人员贴码。 A signed sticker for a place, vehicle, camera or person."""
    with opened() as deployment:
        open_ledger(deployment)
        layout = layout_place(deployment, kind, subject, name)
        font = label_font(deployment)
    for path in write_labels({f"{kind.value}-{subject}": layout}, font, to, form, dpi):
        say(f"✓ {path}")


def print_mark(
    number: Annotated[int, typer.Argument(min=0, max=586, help="AprilTag 36h11")],
    code: Annotated[str, typer.Argument(help="容器的数字识别码 the container that it is for")],
    to: Annotated[Path, typer.Option(help="PDF 文件或文件夹 a .pdf file or a folder")],
    side_mm: Annotated[float, typer.Option("--side", help="边长毫米 side in mm")] = 80.0,
    form: Annotated[Format, typer.Option("--format")] = Format.PDF,
    dpi: Annotated[int, typer.Option(min=72, max=1200)] = 300,
) -> None:
    """远距标贴。 The companion sticker that an overview camera reads; bind it by an event."""
    with opened() as deployment:
        font = label_font(deployment)
    layout = layout_far_mark(FarMark(number, digital_id.parse(code)), font, side_mm)
    for path in write_labels({f"mark-{number}": layout}, font, to, form, dpi):
        say(f"✓ {path}")


def account() -> None:
    """标签台账。 Every issued code accounted for: waiting, bound, void, lost; JSON."""
    auditor = Person("cli", "", REGULATOR, "", "")
    with opened() as deployment:
        print_json(account_labels(deployment, auditor))
