"""Files of labels: writing layouts in five formats, and reading back what a file carries."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from scanner.decode import load_image, read
from waste_trace.errors import WasteTraceError
from waste_trace.labels.layout import Layout
from waste_trace.labels.pdf import render_pdf
from waste_trace.labels.png import render_png
from waste_trace.labels.svg import render_svg
from waste_trace.labels.tspl import render_tspl
from waste_trace.labels.zpl import render_zpl

_ZPL_QR = re.compile(rb"\^BQN,2,\d+\^FDMA,(.*?)\^FS", re.DOTALL)
_TSPL_QR = re.compile(rb'QRCODE \d+,\d+,[LMQH],\d+,A,0,"([^"]*)"')
_SVG_QR = re.compile(
    r'<path transform="translate\(\S+ \S+\) scale\(\S+\)" shape-rendering="crispEdges" d="([^"]*)"'
)
_SVG_RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1")
_PAGE_DPI = 300
_QUIET, _DOTS = 4, 4


class Format(StrEnum):
    """How labels leave."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    ZPL = "zpl"
    TSPL = "tspl"


class UnreadableLabelFile(WasteTraceError):
    """A file is none of the formats of labels, or damaged."""

    code = "unreadable-label-file"
    default_do_zh = "请给出PDF、PNG、JPEG、SVG、ZPL或TSPL文件。"
    default_do_en = "Give a PDF, PNG, JPEG, SVG, ZPL or TSPL file."


def write_labels(
    layouts: Mapping[str, Layout], font: Path, to: Path, form: Format, dpi: int
) -> list[Path]:
    """Write layouts by name: one PDF of all, or a file each in the folder ``to``."""
    if form is Format.PDF:
        file = to if to.suffix == ".pdf" else to / "labels.pdf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(render_pdf(list(layouts.values()), font))
        return [file]
    renderers: dict[Format, Callable[[Layout], bytes]] = {
        Format.PNG: lambda layout: render_png(layout, font, dpi),
        Format.SVG: lambda layout: render_svg(layout, font).encode("utf-8"),
        Format.ZPL: lambda layout: render_zpl(layout, font, dpi),
        Format.TSPL: lambda layout: render_tspl(layout, font, dpi),
    }
    to.mkdir(parents=True, exist_ok=True)
    files = []
    for name, layout in layouts.items():
        files.append(to / f"{name}.{form.value}")
        files[-1].write_bytes(renderers[form](layout))
    return files


def read_labels(file: Path) -> list[str]:
    """Return the texts of all codes in a file: decoded from pixels, or as a printer is told them.

    Raises:
        UnreadableLabelFile, ReadError: of a picture.
    """
    data = file.read_bytes()
    if data.startswith(b"%PDF"):
        return _from_pdf(data)
    if data.lstrip().startswith((b"<svg", b"<?xml")):
        return _from_svg(data)
    if data.lstrip().startswith(b"^XA"):
        return [text.decode("ascii", "replace") for text in _ZPL_QR.findall(data)]
    if data.startswith(b"SIZE "):
        return [text.decode("ascii", "replace") for text in _TSPL_QR.findall(data)]
    return _from_pixels(load_image(data))


def _from_pixels(image: npt.NDArray[np.uint8]) -> list[str]:
    return [found.text for found in read(image)]


def _from_pdf(data: bytes) -> list[str]:
    # Only this command looks at PDFs; all others work without the renderer.
    try:
        import pypdfium2
    except ImportError:
        raise UnreadableLabelFile(
            "核对PDF需要pypdfium2。",
            "Looking at PDFs needs pypdfium2.",
            do_zh="请运行 pip install pypdfium2，或改用PNG。",
            do_en="Run pip install pypdfium2, or give PNGs.",
        ) from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        raise UnreadableLabelFile("PDF已损坏。", "The PDF is damaged.") from problem
    texts: list[str] = []
    for page in document:
        picture = page.render(scale=_PAGE_DPI / 72, grayscale=True).to_numpy()
        texts += _from_pixels(np.ascontiguousarray(picture.reshape(picture.shape[:2])))
    document.close()
    return texts


def _from_svg(data: bytes) -> list[str]:
    """Draw the codes' paths, as ``render_svg`` writes them, and decode the pixels."""
    texts: list[str] = []
    for path in _SVG_QR.findall(data.decode("utf-8", "replace")):
        runs = [(int(c), int(r), int(n)) for c, r, n in _SVG_RUN.findall(path)]
        side = max((max(c + n, r + 1) for c, r, n in runs), default=0) + 2 * _QUIET
        if side > 200:
            continue
        modules = np.full((side, side), 255, np.uint8)
        for column, row, length in runs:
            start = column + _QUIET
            modules[row + _QUIET, start : start + length] = 0
        size = (side * _DOTS, side * _DOTS)
        picture = cv2.resize(modules, size, interpolation=cv2.INTER_NEAREST)
        texts += _from_pixels(picture.astype(np.uint8))
    return texts
