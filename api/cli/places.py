"""``waste-trace label place``: stickers for sites, vehicles, cameras and people."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.label_files import Format, write_labels
from api.cli.opening import opened
from api.cli.output import say
from waste_trace.codes.place_token import PlaceKind
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.render_label import label_font
from waste_trace.services.render_place import layout_place


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
