"""Medical labels, bundles, rolls, far marks and the printed manifest, decoded from their pixels."""

import base64
import hashlib
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar

from tests.labels.samples import FONT, ID, KEY
from waste_trace.codes import digital_id, label_token, manifest_number
from waste_trace.labels import LabelError, Layout, render_pdf, render_png
from waste_trace.labels.bundle import BundleLabel, layout_bundle_label
from waste_trace.labels.far_mark import FarMark, layout_far_mark
from waste_trace.labels.fonts import load_font
from waste_trace.labels.layout import YELLOW, Rect, Text
from waste_trace.labels.manifest import Carriage, Party, PrintedManifest, WasteLine
from waste_trace.labels.manifest_page import layout_manifest
from waste_trace.labels.medical import MedicalLabel, layout_medical_label
from waste_trace.labels.roll import RollLabel, layout_roll_label

MEDICAL = digital_id.parse("12100000470095016Q8410010120261123007")
DRUMS = tuple(
    digital_id.build(ID.unit, ID.waste, date(2026, 11, 23), number) for number in range(1, 200)
)
NUMBER = manifest_number.parse("20263304000001")


def medical() -> MedicalLabel:
    return MedicalLabel(
        MEDICAL, label_token.sign(MEDICAL, 0, KEY).text, "感染性废物", "平湖市第一人民医院",
        "检验科", date(2026, 11, 23), Decimal("12.500"), "李护士", "",
    )  # fmt: skip


def bundle(count: int = 12) -> BundleLabel:
    return BundleLabel(
        NUMBER, "平湖市某某精密机械制造有限公司", "嘉兴市某某环保科技有限公司",
        "浙江某某危险货物运输有限公司", "浙F12345", DRUMS[:count], Decimal("2190.000"),
    )  # fmt: skip


def receipt(proof: int) -> str:
    """A text of the form of c2sp.org/tlog-proof@v1 with ``proof`` hashes."""
    hashes = [
        base64.b64encode(hashlib.sha256(bytes([i])).digest()).decode() for i in range(max(1, proof))
    ]
    name = "pinghu.waste-trace.example/1"
    head = "c2sp.org/tlog-proof@v1\nextra eyJtcyI6MTc5NTQyMDgwMDAwMH0=\nindex 4711\n"
    note = f"{name}\n5000\n{hashes[0]}\n\n— {name} {base64.b64encode(bytes(68)).decode()}\n"
    return head + "\n".join(hashes[:proof]) + "\n\n" + note


def manifest(lines: int = 2, proof: int = 20, count: int = 12) -> PrintedManifest:
    kind = ("废矿物油", "900-249-08", Decimal("1.8250"), 10)
    waste = WasteLine(*kind, hazards="T,I", form="液态", package_zh="铁桶")
    return PrintedManifest(
        NUMBER,
        Party("平湖市某某精密机械制造有限公司", "91330100716105852F", "某某路88号", "陈仓管"),
        Party("浙江某某危险货物运输有限公司", "91330100716105852F"),
        Party("嘉兴市某某环保科技有限公司", "91330100716105852F"),
        (waste,) * lines,
        Carriage("浙F12345", "王师傅"),
        DRUMS[:count],
        receipt(proof),
        state_zh="运输中",
    )


def pixels(layout: Layout, dpi: int = 300) -> Image.Image:
    return Image.open(io.BytesIO(render_png(layout, FONT, dpi))).convert("L")


def codes(picture: Image.Image) -> tuple[list[str], list[str]]:
    zxing = [found.text for found in zxingcpp.read_barcodes(np.array(picture))]
    return zxing, [found.data.decode() for found in pyzbar.decode(picture)]


def words(layout: Layout) -> list[str]:
    return [element.text for element in layout.elements if isinstance(element, Text)]


def inside(layout: Layout) -> bool:
    return all(
        e.x >= 0 and e.x + e.width <= layout.width and 0 < e.y <= layout.height
        for e in layout.elements
        if isinstance(e, Text)
    )


def test_a_medical_label_is_yellow_and_says_department_date_and_weight() -> None:
    layout = layout_medical_label(medical(), FONT)
    assert layout.elements[0] == Rect(0, 0, 100, 100, YELLOW)
    printed = words(layout)
    for word in ("医疗废物", "检验科", "2026-11-23", "12.5 kg", "感染性废物", str(MEDICAL)[:18]):
        assert word in printed
    assert inside(layout)
    assert codes(pixels(layout)) == ([medical().token_text], [medical().token_text])
    blank = layout_medical_label(replace(medical(), weight_kg=None, department=""), FONT)
    assert "kg" in words(blank)


def test_a_medical_label_is_for_medical_waste_and_its_own_code() -> None:
    oil = replace(medical(), digital_id=ID, token_text=label_token.sign(ID, 0, KEY).text)
    other = replace(medical(), token_text=oil.token_text)
    crowded = replace(medical(), unit="很长的单位名称" * 30)
    for label, field in ((oil, "digital_id"), (other, "token_text"), (crowded, "unit")):
        with pytest.raises(LabelError) as caught:
            layout_medical_label(label, FONT)
        assert caught.value.field == field


def test_a_roll_label_has_the_largest_code_and_blanks() -> None:
    text = label_token.sign(ID, 0, KEY).text
    layout = layout_roll_label(RollLabel(ID, text), FONT)
    assert codes(pixels(layout, 203)) == ([text], [text])
    assert "900-249-08  2026-11-23" in words(layout)
    blanks = [e for e in layout.elements if isinstance(e, Rect) and e.height == 0.2]
    assert len(blanks) == 5
    assert min(blank.width for blank in blanks) > 25
    assert inside(layout)
    with pytest.raises(LabelError):
        layout_roll_label(RollLabel(ID, label_token.sign(MEDICAL, 0, KEY).text), FONT)


@pytest.mark.parametrize("mark", [0, 321, 586])
def test_the_companion_mark_names_itself_and_its_container(mark: int) -> None:
    layout = layout_far_mark(FarMark(mark, ID), FONT)
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    far_away = np.pad(np.array(pixels(layout, 8)), 10, constant_values=120)
    _, ids, _ = cv2.aruco.ArucoDetector(family).detectMarkers(far_away)
    assert ids is not None
    assert ids.tolist() == [[mark]]
    assert f"远距标记 {mark}" in words(layout)
    assert any(word.endswith(str(ID)[18:]) for word in words(layout))
    assert inside(layout)
    with pytest.raises(LabelError):
        layout_far_mark(FarMark(mark, ID), FONT, side=20)


def test_a_bundle_lists_its_containers_and_its_code_is_the_manifest() -> None:
    layout = layout_bundle_label(bundle(), FONT)
    assert codes(pixels(layout)) == ([str(NUMBER)], [str(NUMBER)])
    printed = words(layout)
    assert [w for w in printed if w.startswith("913301")] == [str(code) for code in DRUMS[:12]]
    assert "12 个" in printed
    assert "2190 kg" in printed
    assert inside(layout)
    many = words(layout_bundle_label(bundle(199), FONT))
    listed = [w for w in many if w.startswith("913301")]
    assert f"另有 {199 - len(listed)} 个，见联单" in many
    assert inside(layout_bundle_label(bundle(199), FONT))
    for wrong in (replace(bundle(), containers=()), replace(bundle(), containers=DRUMS[:1] * 2)):
        with pytest.raises(LabelError):
            layout_bundle_label(wrong, FONT)


@pytest.mark.parametrize("proof", [0, 20, 40, 57])
def test_the_receipt_is_read_from_the_printed_page(proof: int) -> None:
    pages = layout_manifest(manifest(proof=proof), FONT)
    document = pypdfium2.PdfDocument(render_pdf(pages, FONT))
    assert len(document) == 2
    text = receipt(proof)
    assert len(text.encode()) <= 2951
    first = document[0].render(scale=300 / 72, grayscale=True).to_pil()
    last = document[1].render(scale=300 / 72, grayscale=True).to_pil()
    assert codes(first) == ([str(NUMBER)], [str(NUMBER)])
    assert codes(last) == ([text], [text])
    document.close()


def test_the_manifest_has_three_parts_and_places_to_sign() -> None:
    page = layout_manifest(manifest(), FONT)[0]
    printed = words(page)
    for part in ("移出", "运输", "接受"):
        assert any(f"危险废物{part}信息" in word for word in printed)
    assert printed.count("签字（盖章）：") == 3
    for value in (str(NUMBER), "900-249-08", "3.6500 吨", "浙F12345", "陈仓管", "状态：运输中"):
        assert any(value in word for word in printed), value
    assert (page.width, page.height) == (210, 297)
    assert inside(page)


@pytest.mark.parametrize("lines", [1, 6, 7, 8, 12, 20])
def test_many_wastes_take_more_pages_and_lose_nothing(lines: int) -> None:
    pages = layout_manifest(manifest(lines), FONT)
    printed = [word for page in pages for word in words(page)]
    assert printed.count("900-249-08") == lines
    assert printed.count("签字（盖章）：") == 3
    assert f"{lines}. 处理意见：" in printed
    for page in pages:
        assert inside(page)
        for element in page.elements[1:]:
            if isinstance(element, Rect):
                assert element.y + element.height <= 297 - 11
    assert len(pages) == {1: 2, 6: 2, 20: 4}.get(lines, len(pages))


@pytest.mark.parametrize(("count", "pages"), [(0, 2), (12, 2), (120, 3), (199, 3)])
def test_many_containers_take_more_pages_and_lose_nothing(count: int, pages: int) -> None:
    laid = layout_manifest(manifest(count=count, proof=30), FONT)
    assert len(laid) == pages
    printed = [word for page in laid for word in words(page)]
    for number, code in enumerate(DRUMS[:count], start=1):
        assert f"{number}. {code}" in printed
    assert all(inside(page) for page in laid)
    assert codes(pixels(laid[-1]))[0] == [receipt(30)]


def test_a_manifest_that_cannot_be_printed_says_why() -> None:
    for wrong, field in (
        (manifest(lines=0), "lines"),
        (manifest(proof=64), "receipt"),
    ):
        with pytest.raises(LabelError) as caught:
            layout_manifest(wrong, FONT)
        assert caught.value.field == field


def test_text_on_forms_is_as_high_as_on_the_smallest_label() -> None:
    hanzi = load_font(FONT).hanzi_height
    for layout in (layout_medical_label(medical(), FONT), layout_bundle_label(bundle(), FONT)):
        captions = [e for e in layout.elements if isinstance(e, Text) and e.text.endswith("：")]
        assert min(e.size * hanzi for e in captions) >= 3 - 1e-9
