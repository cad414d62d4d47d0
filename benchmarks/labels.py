"""Container labels per second and bytes per label: ours against others drawing the same label.

    python benchmarks/labels.py [--labels N] [--json]
    python benchmarks/labels.py --reading N      read N rendered photographs of each size

All draw the same 100 mm label with its 18 texts, hazard diamonds and signed QR, one page each, into
one PDF, with text that the font embeds. ``ours`` lays each label out from its fields (fits text, QR
and rows to the size); the others get the finished layout and only draw it, so they do less:
reportlab with its own primitives and a QR matrix of the ``qrcode`` package, typst if it is
importable. Seconds are processor time of one core; the best of three runs; the QR of every label
is different, and caches are emptied before a run.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

sys.path.insert(0, str(Path(__file__).parents[1]))
from scanner.decode import read
from scanner.scene import Setup, photograph
from tests.labels.samples import FONT, KEY, sample
from waste_trace.codes import digital_id, label_token
from waste_trace.labels import (
    ContainerLabel,
    Layout,
    cells,
    fonts,
    layout_container_label,
    matrices,
    render_pdf,
    wrap,
)
from waste_trace.labels.layout import Matrix, Polygon, Rect
from waste_trace.labels.png import render_image
from waste_trace.labels.tspl import render_tspl
from waste_trace.labels.zpl import render_zpl

_RUNS = 3
_MODULE_PX = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


def batch(count: int, run: int) -> list[ContainerLabel]:
    """Labels of one producer, waste and day, as a printer gets them; each run has a day."""
    unit, waste = sample().digital_id.unit, sample().waste_code
    day = date(2026, 11, 1 + run)
    labels = []
    for number in range(1, count + 1):
        code = digital_id.build(unit, waste, day, number)
        token = label_token.sign(code, 0, KEY).text
        labels.append(replace(sample(), digital_id=code, token_text=token, produced_on=day))
    return labels


def ours(labels: Sequence[ContainerLabel], _: Sequence[Layout]) -> bytes:
    """From fields to PDF."""
    return render_pdf([layout_container_label(label, FONT) for label in labels], FONT)


def ours_drawing(_: Sequence[ContainerLabel], layouts: Sequence[Layout]) -> bytes:
    """From layouts to PDF, as the others do it."""
    return render_pdf(layouts, FONT)


def plain_reportlab(_: Sequence[ContainerLabel], layouts: Sequence[Layout]) -> bytes:
    """The canvas's own calls, a rectangle for each run of modules, a matrix by ``qrcode``."""
    pdfmetrics.registerFont(TTFont("plain", str(FONT), subfontIndex=0))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=1)
    for layout in layouts:
        canvas.setPageSize((layout.width * mm, layout.height * mm))
        for element in layout.elements:
            _plain(canvas, element, layout.height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _plain(canvas: Canvas, element: object, height: float) -> None:
    if isinstance(element, Rect):
        canvas.setFillColorRGB(*(v / 255 for v in element.fill))
        bottom = (height - element.y - element.height) * mm
        canvas.rect(element.x * mm, bottom, element.width * mm, element.height * mm, 0, 1)
    elif isinstance(element, Polygon):
        canvas.setFillColorRGB(*(v / 255 for v in element.fill))
        path = canvas.beginPath()
        path.moveTo(element.points[0][0] * mm, (height - element.points[0][1]) * mm)
        for x, y in element.points[1:]:
            path.lineTo(x * mm, (height - y) * mm)
        canvas.drawPath(path, stroke=0, fill=1)
    elif isinstance(element, Matrix):
        rows = _qrcode_matrix(element.text or "")
        side = element.side / len(rows)
        canvas.setFillColorRGB(0, 0, 0)
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    left, bottom = element.x + x * side, height - element.y - (y + 1) * side
                    canvas.rect(left * mm, bottom * mm, side * mm, side * mm, 0, 1)
    else:
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFont("plain", element.size * mm)  # type: ignore[attr-defined]
        x, y = element.x, element.y  # type: ignore[attr-defined]
        canvas.drawString(x * mm, (height - y) * mm, element.text)  # type: ignore[attr-defined]


def _qrcode_matrix(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(v) for v in row] for row in code.get_matrix()]


def by_typst(_: Sequence[ContainerLabel], layouts: Sequence[Layout]) -> bytes:
    """The same elements placed by typst, a rectangle a module: not the fastest that it could."""
    import typst

    pages = []
    for layout in layouts:
        placed = [_typst(element) for element in layout.elements]
        size = f"width: {layout.width}mm, height: {layout.height}mm, margin: 0mm"
        pages.append(f"#page({size})[\n" + "\n".join(placed) + "\n]")
    source = '#set text(font: "WenQuanYi Micro Hei", top-edge: "baseline")\n' + "\n".join(pages)
    return bytes(typst.compile(source.encode(), format="pdf", font_paths=[str(FONT.parent)]))


def _typst(element: object) -> str:
    if isinstance(element, Rect):
        size = f"width: {element.width}mm, height: {element.height}mm"
        return (
            f"#place(dx: {element.x}mm, dy: {element.y}mm, rect({size}, fill: rgb{element.fill}))"
        )
    if isinstance(element, Polygon):
        points = ", ".join(f"({x}mm, {y}mm)" for x, y in element.points)
        return f"#place(polygon(fill: rgb{element.fill}, {points}))"
    if isinstance(element, Matrix):
        rows = _qrcode_matrix(element.text or "")
        side = element.side / len(rows)
        return "\n".join(
            f"#place(dx: {element.x + x * side}mm, dy: {element.y + y * side}mm, "
            f"rect(width: {side}mm, height: {side}mm, fill: black))"
            for y, row in enumerate(rows)
            for x, dark in enumerate(row)
            if dark
        )
    text = json.dumps(element.text, ensure_ascii=False)  # type: ignore[attr-defined]
    place = f"dx: {element.x}mm, dy: {element.y}mm"  # type: ignore[attr-defined]
    return f"#place({place}, text(size: {element.size}mm, {text}))"  # type: ignore[attr-defined]


def measure(
    draw: Callable[[Sequence[ContainerLabel], Sequence[Layout]], bytes], count: int
) -> dict[str, float]:
    """Labels per second of processor time (best run) and bytes per label of the file."""
    best, size = 0.0, 0
    draw(*_prepared(1, 20))  # fonts are loaded once in a process
    for run in range(_RUNS):
        labels, layouts = _prepared(count, run)
        start = time.process_time()
        size = len(draw(labels, layouts))
        best = max(best, count / (time.process_time() - start))
    return {"labels_per_s": round(best, 1), "bytes_per_label": round(size / count)}


def _prepared(count: int, run: int) -> tuple[list[ContainerLabel], list[Layout]]:
    labels = batch(count, run)
    layouts = [layout_container_label(label, FONT) for label in labels]
    for cached in (matrices.qr_modules, cells.set_field, wrap._units, fonts._advance):
        cached.cache_clear()
    return labels, layouts


def printers(count: int) -> dict[str, dict[str, float]]:
    """The same for thermal printers at 300 dpi."""
    _, layouts = _prepared(count, 0)
    figures = {}
    for name, render in (("zpl 300 dpi", render_zpl), ("tspl 300 dpi", render_tspl)):
        start = time.process_time()
        size = sum(len(render(layout, FONT, 300)) for layout in layouts)
        seconds = time.process_time() - start
        figures[name] = {
            "labels_per_s": round(count / seconds, 1),
            "bytes_per_label": round(size / count),
        }
    return figures


def reading(photographs: int) -> None:
    """Print how many rendered photographs of each label size are read, by pixels a module."""
    print("| label | QR | mm a module | " + " | ".join(f"{px} px" for px in _MODULE_PX) + " |")
    for volume in (50, 200, 1000):
        layout = layout_container_label(sample(volume_l=Decimal(volume)), FONT)
        code = next(e for e in layout.elements if isinstance(e, Matrix))
        art = np.array(render_image(layout, FONT, 200))[:, :, ::-1].copy()
        shares = []
        for px in _MODULE_PX:
            wide = layout.width / code.module * px
            setup = Setup(width=int(wide) + 160, height=int(wide) + 160, label_px=wide)
            read_ones = sum(
                code.text in [found.text for found in read(photograph(art, seed, setup).image)]
                for seed in range(photographs)
            )
            shares.append(f"{100 * read_ones // photographs} %")
        version = (len(code.rows) - 17) // 4
        head = f"{layout.width:g} mm | V{version}-M, {code.side:.1f} mm | {code.module:.2f}"
        print(f"| {head} | " + " | ".join(shares) + " |", flush=True)


def main() -> None:
    """Measure all in one run and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--reading", type=int, metavar="N", help="read N synthetic photographs")
    asked = parser.parse_args()
    if asked.reading:
        reading(asked.reading)
        return
    table = {
        "ours, fields to PDF": measure(ours, asked.labels),
        "ours, layout to PDF": measure(ours_drawing, asked.labels),
        "plain reportlab + qrcode": measure(plain_reportlab, asked.labels),
    }
    try:
        import typst  # noqa: F401
    except ImportError:
        print("typst: not installed, not measured", file=sys.stderr)
    else:
        table["typst + qrcode"] = measure(by_typst, asked.labels)
    table |= printers(min(asked.labels, 20))
    labels, _ = _prepared(asked.labels, 0)
    same = {hashlib.sha256(ours(labels, ())).hexdigest() for _ in range(2)}
    if asked.json:
        json.dump({"figures": table, "deterministic": len(same) == 1}, sys.stdout, indent=1)
        return
    for name, figures in table.items():
        print(f"{name:<26} {figures['labels_per_s']:>8} labels/s {figures['bytes_per_label']:>8} B")
    print(f"same labels, same bytes: {len(same) == 1}")


if __name__ == "__main__":
    main()
