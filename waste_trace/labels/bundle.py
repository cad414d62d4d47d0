"""The label of a transport bundle: all containers of one manifest on a pallet or in a vehicle.

Its QR is the manifest number, which every scanner of ours recognises; the containers keep their own
labels and are listed, so that the bundle can be checked without any device.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from waste_trace.codes.digital_id import DigitalId
from waste_trace.codes.manifest_number import ManifestNumber
from waste_trace.labels.cells import LINE_HEIGHT, Field, centred
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.form import Row, Table, draw_code, require_room
from waste_trace.labels.layout import WHITE, Element, Layout, Rect, Text, frame
from waste_trace.labels.matrices import qr_modules

SIDE = 150.0
_MARGIN, _BORDER = 2.0, 1.0
_QR = 52.0
_TEXT = 4.0
_LIST_TEXT = 2.4
TITLE = "转运单元"


@dataclass(frozen=True, slots=True)
class BundleLabel:
    """The containers of a manifest that travel together."""

    manifest: ManifestNumber
    sender: str
    receiver: str
    carrier: str
    vehicle: str
    containers: tuple[DigitalId, ...]
    total_kg: Decimal


def layout_bundle_label(label: BundleLabel, font: Path) -> Layout:
    """Lay the label out, 150 mm square; raise LabelError for none or for doubles."""
    face = load_font(font)
    if not label.containers or len(set(label.containers)) != len(label.containers):
        raise LabelError(
            "containers",
            "转运单元应含至少一个且互不相同的容器。",
            "A bundle holds at least one container, and none twice.",
        )
    inset = _MARGIN + _BORDER
    inner = SIDE - 2 * inset
    em = face.em_for_height(_TEXT)
    number = str(label.manifest)
    head = 14.0
    rows = qr_modules(number)
    left = inner - _QR
    elements: list[Element] = [
        Rect(0, 0, SIDE, SIDE, WHITE),
        *frame(_MARGIN, _MARGIN, SIDE - 2 * _MARGIN, SIDE - 2 * _MARGIN, _BORDER),
        centred(f"{TITLE}  危险废物", face, 8.0, SIDE / 2, inset + head / 2, bold=True),
        draw_code(rows, number, inset + left, inset + head, _QR),
    ]
    fields = (
        Field("manifest", "联单编号：", number),
        Field("sender", "移出人：", label.sender),
        Field("receiver", "接受人：", label.receiver),
        Field("carrier", "承运人：", label.carrier),
        Field("vehicle", "车牌：", label.vehicle),
        Field("containers", "容器数：", f"{len(label.containers)} 个"),
        Field("total_kg", "总重量：", f"{label.total_kg.normalize():f} kg"),
    )
    table = Table(inset, inset + head, left, em, 0.4)
    drawn, end = table.draw([Row(((field, 1.0),)) for field in fields], face)
    elements += drawn
    start = max(end, inset + head + _QR) + 1
    elements += _list(label, face, inset + 1, start, inner - 2)
    return Layout(SIDE, SIDE, tuple(elements), f"{TITLE} {number}")


def _list(label: BundleLabel, face: LabelFont, x: float, y: float, width: float) -> list[Element]:
    """List as many codes as there is room for, in two columns; say how many more there are."""
    em = face.em_for_height(_LIST_TEXT)
    step = em * LINE_HEIGHT
    lines = int((SIDE - _MARGIN - _BORDER - 1 - y) / step)
    require_room("sender", y + 2 * step, SIDE - _MARGIN - _BORDER)
    codes = [str(code) for code in label.containers]
    room = 2 * lines
    shown = codes if len(codes) <= room else codes[: room - 1]
    if len(shown) < len(codes):
        shown = [*shown, f"另有 {len(codes) - len(shown)} 个，见联单"]
    return [
        Text(
            x + index // lines * width / 2,
            y + index % lines * step + em,
            text,
            em,
            face.width(text, em),
        )
        for index, text in enumerate(shown)
    ]
