"""Thermal printers, stickers, sheets and signs: decoded back from what is sent or drawn."""

import base64
import binascii
import io
import re
import zlib
from decimal import Decimal

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from tests.labels.samples import FONT, KEY, sample
from waste_trace.codes import place_token
from waste_trace.codes.place_token import PlaceKind
from waste_trace.labels import LabelError, Layout, layout_container_label, render_pdf, render_png
from waste_trace.labels.layout import Matrix, Rect, Text
from waste_trace.labels.matrices import qr_modules, qr_modules_by_qrcode
from waste_trace.labels.png import render_image
from waste_trace.labels.runs import dark_runs
from waste_trace.labels.sheet import a4_sheets
from waste_trace.labels.signs import (
    FacilitySign,
    Viewing,
    Zone,
    ZoneSign,
    layout_facility_sign,
    layout_zone_sign,
)
from waste_trace.labels.sticker import Sticker, layout_sticker
from waste_trace.labels.tspl import render_tspl
from waste_trace.labels.zpl import render_zpl

PLACE = place_token.sign(PlaceKind.FACILITY, "91330100716105852F001P-TS001", KEY).text
STICKER = Sticker(PLACE, "设施码", ("平湖市某某精密机械制造有限公司", "危险废物贮存库", "TS001"))
ZONES = (
    Zone("A区", ("HW08 废矿物油", "900-249-08"), 0, 0),
    Zone("B区", ("HW49 废活性炭",), 1, 0),
    Zone("C区", ("HW34 废酸",), 0, 1),
)


class Paper:
    """A one-bit page on which the test prints what a printer was told."""

    def __init__(self, layout: Layout, dpi: int) -> None:
        size = (round(layout.width / 25.4 * dpi), round(layout.height / 25.4 * dpi))
        self.image = Image.new("L", size, 255)
        self.draw = ImageDraw.Draw(self.image)

    def bar(self, x: int, y: int, width: int, height: int) -> None:
        self.draw.rectangle((x, y, x + width - 1, y + height - 1), fill=0)

    def bitmap(self, x: int, y: int, row_bytes: int, data: bytes) -> None:
        bits = Image.frombytes("1", (row_bytes * 8, len(data) // row_bytes), data)
        self.image.paste(0, (x, y), bits)

    def qr(self, x: int, y: int, cell: int, text: str) -> None:
        for row, column, length in dark_runs(qr_modules(text)):
            self.bar(x + column * cell, y + row * cell, length * cell, cell)


def print_zpl(data: bytes, layout: Layout, dpi: int) -> Image.Image:
    paper = Paper(layout, dpi)
    text = data.decode("ascii")
    assert text.startswith("^XA")
    assert text.rstrip().endswith("^XZ")
    for x, y, field in re.findall(r"\^FO(\d+),(\d+)\^(.*?)\^FS", text):
        if field.startswith("GB"):
            width, height, thickness = map(int, field[2:].split(","))
            assert thickness == min(width, height)
            paper.bar(int(x), int(y), width, height)
        elif field.startswith("BQN"):
            found = re.fullmatch(r"BQN,2,(\d+)\^FDMA,(.*)", field)
            assert found
            paper.qr(int(x), int(y) + 10, int(found[1]), found[2])  # as Zebra printers do
        else:
            head, packed, crc = field.split(":")[0], field.split(":")[2], field.split(":")[3]
            assert f"{binascii.crc_hqx(packed.encode(), 0):04X}" == crc
            total, _, row_bytes = (int(n) for n in head.removeprefix("GFA,").split(",")[:3])
            bits = zlib.decompress(base64.b64decode(packed))
            assert len(bits) == total
            paper.bitmap(int(x), int(y), row_bytes, bits)
    return paper.image


def print_tspl(data: bytes, layout: Layout, dpi: int) -> Image.Image:
    paper = Paper(layout, dpi)
    rest = data
    while rest:
        if found := re.match(rb"BITMAP (\d+),(\d+),(\d+),(\d+),0,", rest):
            x, y, row_bytes, height = map(int, found.groups())
            end = found.end() + row_bytes * height
            paper.bitmap(x, y, row_bytes, bytes(b ^ 0xFF for b in rest[found.end() : end]))
            rest = rest[end + 2 :]
            continue
        line, _, rest = rest.partition(b"\r\n")
        if found := re.fullmatch(rb"BAR (\d+),(\d+),(\d+),(\d+)", line):
            paper.bar(*map(int, found.groups()))
        elif found := re.fullmatch(rb'QRCODE (\d+),(\d+),M,(\d+),A,0,"(.*)"', line):
            paper.qr(int(found[1]), int(found[2]), int(found[3]), found[4].decode())
    return paper.image


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("volume", [20, 200, 1000])
@pytest.mark.parametrize("language", ["zpl", "tspl"])
def test_printers_draw_the_layout(dpi: int, volume: int, language: str) -> None:
    label = sample(volume_l=Decimal(volume), far_mark_id=5)
    layout = layout_container_label(label, FONT)
    if language == "zpl":
        data = render_zpl(layout, FONT, dpi)
        printed = print_zpl(data, layout, dpi)
        assert data == render_zpl(layout, FONT, dpi)
    else:
        data = render_tspl(layout, FONT, dpi)
        printed = print_tspl(data, layout, dpi)
        assert data == render_tspl(layout, FONT, dpi)
    assert [r.text for r in zxingcpp.read_barcodes(np.array(printed))] == [label.token_text]
    orange = 164  # as luma; half covered by ink is half of that
    drawn = np.array(render_image(layout, FONT, dpi).convert("L")) < orange / 2
    words = np.zeros_like(drawn)
    scale = dpi / 25.4
    for e in layout.elements:
        if isinstance(e, Text):
            top, bottom = int((e.y - e.size) * scale), int((e.y + 0.3 * e.size) * scale)
            words[top:bottom, int(e.x * scale) : int((e.x + e.width) * scale)] = True
    ink = np.array(printed) < 128
    differing = (ink != drawn) & words
    assert differing.sum() < 0.05 * (drawn & words).sum()


def test_both_qr_engines_agree_on_text_and_version() -> None:
    ours, theirs = qr_modules(PLACE), qr_modules_by_qrcode(PLACE)
    assert len(ours) == len(theirs)
    for rows in (ours, theirs):
        picture = np.pad(np.where(np.array(rows), 0, 255).astype(np.uint8), 4, constant_values=255)
        found = zxingcpp.read_barcodes(np.kron(picture, np.ones((4, 4), np.uint8)))
        assert [read.text for read in found] == [PLACE]


@pytest.mark.parametrize(("width", "height"), [(80, 50), (60, 40), (100, 60)])
def test_stickers_decode_and_name_their_place(width: float, height: float) -> None:
    layout = layout_sticker(STICKER, FONT, width, height)
    picture = Image.open(io.BytesIO(render_png(layout, FONT))).convert("L")
    assert [r.text for r in zxingcpp.read_barcodes(np.array(picture))] == [PLACE]
    words = "".join(e.text for e in layout.elements if isinstance(e, Text))
    assert "设施码" in words
    assert "TS001" in words


def test_a_sticker_that_is_too_narrow_or_too_full_is_refused() -> None:
    with pytest.raises(LabelError) as narrow:
        layout_sticker(STICKER, FONT, 50, 50)
    with pytest.raises(LabelError) as full:
        layout_sticker(Sticker(PLACE, "设施码", ("很长的文字" * 60,)), FONT)
    assert (narrow.value.field, full.value.field) == ("size", "lines")


def test_a_sheet_holds_as_many_as_fit_and_every_code_decodes() -> None:
    labels = [layout_container_label(sample(), FONT)] * 5
    sheets = a4_sheets(labels)
    assert [len([e for e in s.elements if isinstance(e, Matrix)]) for s in sheets] == [4, 1]
    for sheet in sheets:
        assert (sheet.width, sheet.height) == (210, 297)
        for element in sheet.elements:
            if isinstance(element, Rect):
                assert element.x >= 0
                assert element.x + element.width <= 210
    document = pypdfium2.PdfDocument(render_pdf(sheets, FONT))
    assert len(document) == 2
    picture = document[0].render(scale=300 / 72).to_numpy()
    found = zxingcpp.read_barcodes(picture[:, :, :3].mean(axis=2).astype(np.uint8))
    assert [read.text for read in found] == [sample().token_text] * 4
    document.close()


def test_sheets_refuse_nothing_mixed_sizes_and_large_labels() -> None:
    small = layout_sticker(STICKER, FONT)
    large = layout_container_label(sample(volume_l=Decimal(1000)), FONT)
    huge = layout_zone_sign(ZoneSign(ZONES, "A区"), FONT)
    assert len(a4_sheets([large])) == 1
    for layouts in ([], [small, large], [huge]):
        with pytest.raises(LabelError) as caught:
            a4_sheets(layouts)
        assert caught.value.field == "size"
    with pytest.raises(LabelError):
        render_pdf([], FONT)


@pytest.mark.parametrize(
    ("viewing", "side"), [(Viewing.NEAR, 300), (Viewing.MIDDLE, 450), (Viewing.FAR, 600)]
)
def test_zone_signs_mark_where_the_reader_stands(viewing: Viewing, side: int) -> None:
    layout = layout_zone_sign(ZoneSign(ZONES, "B区", viewing), FONT)
    assert (layout.width, layout.height) == (side, side)
    words = [e for e in layout.elements if isinstance(e, Text)]
    here = next(e for e in words if "当前位置" in e.text)
    zone_b = next(e for e in words if e.text == "B区")
    middle = here.x + here.width / 2
    assert middle == pytest.approx(zone_b.x + zone_b.width / 2)
    with pytest.raises(LabelError) as unknown:
        layout_zone_sign(ZoneSign(ZONES, "Z区", viewing), FONT)
    full = (Zone("A区", ("很长的废物名称" * 200,), 0, 0),)
    with pytest.raises(LabelError) as crowded:
        layout_zone_sign(ZoneSign(full, "A区", viewing), FONT)
    assert (unknown.value.field, crowded.value.field) == ("here", "zones")


@pytest.mark.parametrize("viewing", list(Viewing))
def test_facility_signs_decode_and_name_the_facility(viewing: Viewing) -> None:
    sign = FacilitySign(
        "贮存", "平湖市某某精密机械制造有限公司", "TS001", "张三", "0573-85001234", PLACE, viewing
    )
    layout = layout_facility_sign(sign, FONT)
    picture = render_image(layout, FONT, 75).convert("L")
    assert [r.text for r in zxingcpp.read_barcodes(np.array(picture))] == [PLACE]
    words = [e.text for e in layout.elements if isinstance(e, Text)]
    assert "危险废物贮存设施" in words
    assert "TS001" in words
    for e in layout.elements:
        if isinstance(e, Text):
            assert e.x + e.width <= layout.width - 6
