"""Container labels: sizes, text heights, what machines and people read, and what is refused."""

import io
from decimal import Decimal

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyzbar import pyzbar

from tests.labels.samples import FONT, ID, sample
from waste_trace.catalogue.model import Hazard
from waste_trace.codes import digital_id, gs1, waste_code
from waste_trace.labels import (
    ContainerLabel,
    LabelError,
    Layout,
    layout_container_label,
    render_pdf,
    render_png,
    render_svg,
)
from waste_trace.labels.fonts import load_font
from waste_trace.labels.layout import ORANGE, Matrix, Polygon, Rect, Text
from waste_trace.labels.matrices import QUIET_ZONE

SIZES = [(Decimal(50), 100, 3), (Decimal(200), 150, 5), (Decimal(1000), 200, 6)]
HAZARD_SETS = [
    (Hazard.TOXIC,),
    (Hazard.INFECTIOUS,),
    (Hazard.CORROSIVE, Hazard.TOXIC),
    (Hazard.REACTIVE, Hazard.TOXIC, Hazard.IGNITABLE),
    tuple(Hazard),
]


def read_with_both(image: Image.Image) -> tuple[list[str], list[str]]:
    gray = image.convert("L")
    by_zxing = [found.text for found in zxingcpp.read_barcodes(np.array(gray))]
    by_zbar = [found.data.decode("ascii") for found in pyzbar.decode(gray)]
    return by_zxing, by_zbar


@pytest.mark.parametrize(("volume", "side", "height"), SIZES)
def test_the_size_follows_the_volume_and_text_is_never_too_small(
    volume: Decimal, side: int, height: int
) -> None:
    layout = layout_container_label(sample(volume_l=volume), FONT)
    assert (layout.width, layout.height) == (side, side)
    hanzi = load_font(FONT).hanzi_height
    texts = [e for e in layout.elements if isinstance(e, Text)]
    assert min(text.size * hanzi for text in texts) >= height - 1e-9
    title = max(texts, key=lambda text: text.size)
    assert title.text == "危险废物"
    assert title.bold


@pytest.mark.parametrize(
    ("volume", "side"), [("50", 100), ("50.1", 150), ("450", 150), ("450.1", 200), ("0.5", 100)]
)
def test_sizes_change_exactly_at_the_limits(volume: str, side: int) -> None:
    assert sample(volume_l=Decimal(volume)).size.side == side


@pytest.mark.parametrize(("volume", "side", "height"), SIZES)
def test_border_margin_and_colour_are_the_standards(
    volume: Decimal, side: int, height: int
) -> None:
    layout = layout_container_label(sample(volume_l=volume), FONT)
    ground = layout.elements[0]
    assert ground == Rect(0, 0, side, side, ORANGE)
    border = layout.elements[1]
    assert isinstance(border, Rect)
    assert border.x >= 3
    assert border.y >= 3
    assert border.height >= 1
    assert (ORANGE, border.fill) == ((255, 150, 0), (0, 0, 0))
    inside = [e for e in layout.elements[5:] if isinstance(e, Text)]
    edge = border.x + 1
    for text in inside:
        assert edge <= text.x
        assert text.x + text.width <= side - edge
    assert height


def test_all_fields_of_the_standard_are_printed() -> None:
    label = sample()
    words = [e.text for e in layout_container_label(label, FONT).elements if isinstance(e, Text)]
    printed = "".join(words)
    for caption in (
        "废物名称", "废物类别", "废物代码", "废物形态", "危险特性", "主要成分", "有害成分",
        "注意事项", "数字识别码", "产生/收集单位", "联系人和联系方式", "产生日期",
        "废物重量", "备注",
    ):  # fmt: skip
        assert caption in printed
    for value in (
        label.waste_name, "HW08", "900-249-08", label.form_zh, label.main_components,
        label.harmful_components, label.precautions, label.producer, "2026-11-23", "182.5 kg",
        label.phone, str(ID), label.remark, "毒性", "易燃性",
    ):  # fmt: skip
        assert value in printed


@pytest.mark.parametrize("hazards", HAZARD_SETS)
@pytest.mark.parametrize(("volume", "side", "height"), SIZES)
def test_every_label_decodes_on_paper_and_on_screen(
    hazards: tuple[Hazard, ...], volume: Decimal, side: int, height: int
) -> None:
    label = sample(hazards=hazards, volume_l=volume, precautions="密闭，轻放")
    layout = layout_container_label(label, FONT)
    picture = Image.open(io.BytesIO(render_png(layout, FONT, dpi=300)))
    assert picture.size == (round(side / 25.4 * 300), round(side / 25.4 * 300))
    assert read_with_both(picture) == ([label.token_text], [label.token_text])
    document = pypdfium2.PdfDocument(render_pdf([layout], FONT))
    page = document[0]
    assert page.get_size() == pytest.approx((side / 25.4 * 72, side / 25.4 * 72), abs=0.01)
    page_picture = page.render(scale=300 / 72).to_pil()
    assert read_with_both(page_picture) == ([label.token_text], [label.token_text])
    words = page.get_textpage().get_text_range()
    for word in ("危险废物", "废润滑油", "有害成分", str(ID)[:18], "900-249-08"):
        assert word in words
    document.close()


def test_the_code_is_alphanumeric_with_a_white_quiet_zone() -> None:
    layout = layout_container_label(sample(), FONT)
    code = next(e for e in layout.elements if isinstance(e, Matrix))
    assert len(code.rows) == 49, "183 alphanumeric characters at M are version 8"
    index = layout.elements.index(code)
    patch = layout.elements[index - 1]
    assert isinstance(patch, Rect)
    assert patch.fill == (255, 255, 255)
    assert code.x - patch.x == pytest.approx(QUIET_ZONE * code.module)
    assert patch.x + patch.width - code.x - code.side == pytest.approx(QUIET_ZONE * code.module)
    assert code.module >= 0.5


@pytest.mark.parametrize("mark", [0, 321, 586])
def test_the_far_mark_is_read_from_a_small_picture(mark: int) -> None:
    layout = layout_container_label(sample(volume_l=Decimal(1000), far_mark_id=mark), FONT)
    assert layout.far_mark_side > 20
    small = Image.open(io.BytesIO(render_png(layout, FONT, dpi=25))).convert("L")
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    _, ids, _ = cv2.aruco.ArucoDetector(family).detectMarkers(np.array(small))
    assert ids is not None
    assert ids.tolist() == [[mark]]


def test_a_far_mark_without_room_gives_way_to_the_fields() -> None:
    crowded = sample(far_mark_id=3, remark="交接前复称，见附页；桶身有凹痕")
    layout = layout_container_label(crowded, FONT)
    assert layout.far_mark_side == 0
    assert any(isinstance(e, Text) and "凹痕" in e.text for e in layout.elements)
    with pytest.raises(LabelError) as caught:
        layout_container_label(sample(volume_l=Decimal(1000), far_mark_id=587), FONT)
    assert caught.value.field == "far_mark_id"


def test_the_same_label_gives_the_same_bytes() -> None:
    layout = layout_container_label(sample(), FONT)
    again = layout_container_label(sample(), FONT)
    assert layout == again
    assert render_pdf([layout, again], FONT) == render_pdf([again, layout], FONT)
    assert render_png(layout, FONT) == render_png(again, FONT)
    assert render_svg(layout, FONT) == render_svg(again, FONT)
    assert render_pdf([layout], FONT) != render_pdf(
        [layout_container_label(sample(remark="第4批"), FONT)], FONT
    )


def test_only_one_font_is_in_the_file_and_it_is_embedded() -> None:
    pdf = render_pdf([layout_container_label(sample(), FONT)], FONT)
    assert pdf.count(b"/FontFile2") == 1
    assert b"Helvetica" not in pdf


def test_a_character_that_the_font_lacks_is_named() -> None:
    with pytest.raises(LabelError, match="U\\+1F6E2") as caught:
        layout_container_label(sample(waste_name="废油\U0001f6e2"), FONT)
    assert caught.value.field == "waste_name"
    assert caught.value.facts["characters"] == "\U0001f6e2"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"precautions": "远离火源。" * 40}, "precautions"),
        ({"waste_name": "非常长的废物名称" * 20}, "waste_name"),
        ({"waste_code": waste_code.parse("900-217-08")}, "waste_code"),
        ({"produced_on": digital_id.parse(str(ID)).day.replace(day=1)}, "produced_on"),
        ({"token_text": "HTTPS://EXAMPLE"}, "token_text"),
        ({"token_text": f"{ID}废油"}, "token_text"),
        ({"weight_kg": Decimal(0)}, "weight_kg"),
        ({"volume_l": Decimal(0)}, "volume_l"),
    ],
)
def test_what_cannot_be_a_label_says_which_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(LabelError) as caught:
        layout_container_label(sample(**changes), FONT)
    assert caught.value.field == field
    assert caught.value.zh
    assert caught.value.do_zh


def test_a_file_that_is_no_truetype_font_is_refused() -> None:
    with pytest.raises(LabelError) as caught:
        layout_container_label(sample(), FONT.parent)
    assert caught.value.field == "font"


def test_an_unweighed_container_leaves_room_to_write() -> None:
    layout = layout_container_label(sample(weight_kg=None), FONT)
    texts = [e for e in layout.elements if isinstance(e, Text)]
    caption = next(t for t in texts if t.text == "废物重量：")
    unit = next(t for t in texts if t.text == "kg")
    assert unit.x - (caption.x + caption.width) > 8


def test_a_waste_of_unknown_hazards_leaves_room_for_diamonds() -> None:
    layout = layout_container_label(sample(hazards=()), FONT)
    assert not any(isinstance(e, Polygon) for e in layout.elements)
    assert any(isinstance(e, Text) and e.text == "危险特性" for e in layout.elements)


def label_of(name: str, remark: str, volume: int) -> ContainerLabel:
    return sample(waste_name=name, remark=remark, volume_l=Decimal(volume))


@settings(max_examples=25)
@given(
    st.text("废油泥（含镍铬）HW0-9 ", max_size=40),
    st.text("见附页，桶3A.；", max_size=30),
    st.sampled_from([20, 200, 1000]),
)
def test_no_words_overlap_whatever_the_fields(name: str, remark: str, volume: int) -> None:
    try:
        layout = layout_container_label(label_of(name, remark, volume), FONT)
    except LabelError as problem:
        refused = problem.field
    else:
        refused = ""
        assert overlapping(layout) == []
    assert refused in ("", "waste_name", "remark", "precautions")


def overlapping(layout: Layout) -> list[tuple[str, str]]:
    """Pairs of lines, or of a line and a code or pictogram, whose ink boxes meet."""
    boxes: list[tuple[str, float, float, float, float]] = []
    for element in layout.elements:
        if isinstance(element, Text):
            top, bottom = element.y - 0.8 * element.size, element.y + 0.09 * element.size
            boxes.append((element.text, element.x, top, element.x + element.width, bottom))
        elif isinstance(element, Matrix):
            right, bottom = element.x + element.side, element.y + element.side
            boxes.append(("matrix", element.x, element.y, right, bottom))
        elif isinstance(element, Polygon):
            xs, ys = [x for x, _ in element.points], [y for _, y in element.points]
            boxes.append(("polygon", min(xs), min(ys), max(xs), max(ys)))
    return [
        (a[0], b[0])
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if not (a[0] == b[0] == "polygon")
        and min(a[3], b[3]) - max(a[1], b[1]) > 1e-6
        and min(a[4], b[4]) - max(a[2], b[2]) > 1e-6
    ]


def test_gs1_alternates_are_printed_as_a_remark_and_the_code_stays_the_regulators() -> None:
    remark = gs1.spell_remark(gs1.parse_gln("6901234567892"), gs1.build_grai("690123456789", "A7"))
    layout = layout_container_label(sample(remark=remark, volume_l=Decimal(200)), FONT)
    printed = " ".join(e.text for e in layout.elements if isinstance(e, Text))
    assert gs1.parse_remark(printed) == gs1.parse_remark(remark)
    codes = [e.text for e in layout.elements if isinstance(e, Matrix)]
    assert codes == [sample().token_text]


def test_only_captions_are_bold_on_paper_as_on_screen() -> None:
    layout = layout_container_label(sample(volume_l=Decimal(1000)), FONT)
    document = pypdfium2.PdfDocument(render_pdf([layout], FONT))
    paper = np.array(document[0].render(scale=200 / 72, grayscale=True).to_pil())
    document.close()
    screen = np.array(Image.open(io.BytesIO(render_png(layout, FONT, 200))).convert("L"))
    scale = 200 / 25.4
    for element in layout.elements:
        if isinstance(element, Text):
            top, bottom = int((element.y - element.size) * scale), int(element.y * scale)
            left, right = int(element.x * scale), int((element.x + element.width) * scale)
            inks = [255 - page[top:bottom, left:right].mean() for page in (paper, screen)]
            plain = 255 - 164  # the ground is orange
            drawn, expected = (ink - plain for ink in inks)
            assert drawn == pytest.approx(expected, rel=0.12), element.text
