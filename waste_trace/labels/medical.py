"""The label of a bag or box of medical waste (医疗废物), in the manner of HJ 421-2008.

Medical waste is outside HJ 1276. Known of HJ 421: yellow, the sign 医疗废物 [2]; department, date
and weight on the label [1]. Size and shade are ours.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from waste_trace.catalogue.model import Hazard
from waste_trace.codes.digital_id import DigitalId
from waste_trace.labels.cells import Field, centred
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import load_font
from waste_trace.labels.form import Row, Table, draw_code, require_room
from waste_trace.labels.layout import WHITE, YELLOW, Element, Layout, Rect, frame
from waste_trace.labels.matrices import qr_modules
from waste_trace.labels.pictograms import pictogram

WIDTH, HEIGHT = 100.0, 100.0
_MARGIN, _BORDER = 2.0, 1.0
_QR = 40.0
_TEXT = 3.0
TITLE = "医疗废物"
MEDICAL_CATEGORY = "HW01"


@dataclass(frozen=True, slots=True)
class MedicalLabel:
    """One bag or box; an empty text or no weight leaves room to write by hand."""

    digital_id: DigitalId
    token_text: str
    kind_zh: str
    unit: str
    department: str
    packed_on: date
    weight_kg: Decimal | None
    person: str = ""
    remark: str = ""


def layout_medical_label(label: MedicalLabel, font: Path) -> Layout:
    """Lay the label out; raise LabelError for another waste, another code or too many words."""
    face = load_font(font)
    if label.digital_id.waste.category != MEDICAL_CATEGORY:
        raise LabelError(
            "digital_id",
            f"{label.digital_id.waste}不是医疗废物（HW01）代码。",
            f"{label.digital_id.waste} is no medical waste (HW01).",
        )
    if str(label.digital_id) not in label.token_text:
        raise LabelError(
            "token_text",
            "二维码内容不含本标签的数字识别码。",
            "The QR text does not carry this label's digital id.",
        )
    inset = _MARGIN + _BORDER
    inner = WIDTH - 2 * inset
    em = face.em_for_height(_TEXT)
    elements: list[Element] = [
        Rect(0, 0, WIDTH, HEIGHT, YELLOW),
        *frame(_MARGIN, _MARGIN, WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN, _BORDER),
        *pictogram(Hazard.INFECTIOUS, inset + 12, inset + 12, 10.5),
        centred(TITLE, face, 13.0, inset + 24 + (inner - 24) / 2, inset + 9.5, bold=True),
        centred("MEDICAL WASTE", face, 4.6, inset + 24 + (inner - 24) / 2, inset + 19.5, bold=True),
    ]
    table = Table(inset, inset + 24, inner, em, 0.3)
    across, y = table.draw(
        [
            Row(((Field("unit", "产生单位：", label.unit), 1.0),)),
            Row(((Field("department", "科室：", label.department), 1.0),)),
        ],
        face,
    )
    elements += across
    left = inner - _QR - 1
    beside, end = Table(inset, y, left, em, 0.3).draw(_beside(label), face, until=HEIGHT - inset)
    elements += beside
    require_room("unit", max(end, y + _QR), HEIGHT - inset)
    top = y + (HEIGHT - inset - y - _QR) / 2
    x = inset + left + 0.5
    rows = qr_modules(label.token_text)
    elements += [Rect(x, top, _QR, _QR, WHITE), draw_code(rows, label.token_text, x, top, _QR)]
    return Layout(WIDTH, HEIGHT, tuple(elements), f"{TITLE} {label.digital_id}")


def _beside(label: MedicalLabel) -> list[Row]:
    code = str(label.digital_id)
    weight = f"{label.weight_kg.normalize():f} kg" if label.weight_kg else "          kg"
    fields = (
        Field("kind_zh", "类别：", label.kind_zh),
        Field("packed_on", "日期：", label.packed_on.isoformat()),
        Field("weight_kg", "重量：", weight),
        Field("person", "交接人：", label.person),
        Field("remark", "备注：", label.remark),
        Field("digital_id", "编码：", code, (code[:18], code[18:])),
    )
    return [Row(((field, 1.0),)) for field in fields]
