"""The decoders behind one protocol: zxing-cpp, WeChat's ZXing port in OpenCV, and zbar.

zxing-cpp is fastest and has given no wrong text on any public set; the others read what it misses
and are believed only where their known faults cannot reach: zbar corrupts one Chinese UTF-8 text
in eleven (mchehab/zbar#212), so neither may bring anything but printable ASCII.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any, Protocol

import cv2
import numpy as np
import zxingcpp

from scanner.decode.charset import chinese
from scanner.decode.orient import orient
from scanner.decode.reads import Gray, Hit, as_quad


class Engine(Protocol):
    """Pixels to hits. ``decode`` never raises for a picture that it merely cannot read."""

    name: str

    def decode(self, image: Gray) -> list[Hit]:
        """All codes of an HxW uint8 image; located but undecoded ones with text ""."""
        ...


def is_plain_ascii(text: str) -> bool:
    """True for non-empty text of printable ASCII and line breaks: all that a witness may bring."""
    return bool(text) and all(" " <= c <= "~" or c in "\t\r\n" for c in text)


class Zxing:
    """zxing-cpp over given symbologies."""

    name = "zxing"

    def __init__(self, formats: tuple[str, ...] = ("QRCodeModel2",), binarizer: str = "") -> None:
        self._formats = zxingcpp.BarcodeFormats(
            [getattr(zxingcpp.BarcodeFormat, f) for f in formats]
        )
        self._binarizer = getattr(zxingcpp.Binarizer, binarizer or "LocalAverage")

    def decode(self, image: Gray) -> list[Hit]:
        """See ``Engine``. Erroneous QR codes are kept as located, other symbologies dropped:
        a linear code that fails its checksum is usually a grating, not a code."""
        found = zxingcpp.read_barcodes(
            np.ascontiguousarray(image),
            formats=self._formats,
            binarizer=self._binarizer,
            text_mode=zxingcpp.TextMode.Plain,
            return_errors=True,
        )
        return [hit for hit in map(_zxing_hit, found) if hit is not None]


def _zxing_hit(code: zxingcpp.Barcode) -> Hit | None:
    p = code.position
    corners = (p.top_left, p.top_right, p.bottom_right, p.bottom_left)
    quad = as_quad(np.array([(c.x, c.y) for c in corners], np.float64))
    name = code.format.name
    # ]Q1: a QR code that names no character set (ISO/IEC 15424), so its text is a guess.
    text = (chinese(code.bytes) if code.symbology_identifier == "]Q1" else None) or code.text
    # U+FFFD is where the bytes were no text of the assumed character set: not a text to believe.
    if code.valid and text and "\ufffd" not in text:
        return Hit(text, name, quad)
    return Hit("", name, quad) if name == "QRCode" else None


class Wechat:
    """``cv2.wechat_qrcode`` without model files: best at blur, tears and very low light.

    One code an image; 0.5 to 0.9 s on a full 1080p frame, so it is given reduced images and crops.
    """

    name = "wechat"

    def __init__(self) -> None:
        # The detector keeps buffers between calls; one for each thread.
        self._local = threading.local()

    def decode(self, image: Gray) -> list[Hit]:
        """See ``Engine``."""
        detector: Any = getattr(self._local, "detector", None)
        if detector is None:
            detector = self._local.detector = cv2.wechat_qrcode.WeChatQRCode()
        try:
            texts, quads = detector.detectAndDecode(image)
        except (UnicodeDecodeError, cv2.error):
            return []  # its bytes were no UTF-8, or it stumbled: unread either way
        return [
            Hit(text, "QRCode", as_quad(np.asarray(quad, np.float64).reshape(4, 2)))
            for text, quad in zip(texts, quads, strict=False)
            if is_plain_ascii(text)
        ]


class Zbar:
    """zbar through pyzbar: best at tilt of 55 degrees and more, and at glare."""

    name = "zbar"

    def __init__(self) -> None:
        from pyzbar import pyzbar  # lazy: the shared library may be absent from the machine

        self._pyzbar = pyzbar

    def decode(self, image: Gray) -> list[Hit]:
        """See ``Engine``. zbar tells no corner order, so the finder patterns are looked up."""
        found = self._pyzbar.decode(image, symbols=[self._pyzbar.ZBarSymbol.QRCODE])
        hits = []
        for symbol in found:
            text = symbol.data.decode("utf-8", "replace")
            corners = np.array([(p.x, p.y) for p in symbol.polygon], np.float64)
            if is_plain_ascii(text) and corners.shape == (4, 2):
                hits.append(Hit(text, "QRCode", as_quad(orient(image, corners))))
        return hits


@cache
def zbar() -> Zbar | None:
    """The zbar engine, None where pyzbar or its shared library is absent."""
    try:
        return Zbar()
    except (ImportError, OSError):
        return None


@cache
def wechat() -> Wechat | None:
    """The WeChat engine, None where OpenCV was built without its contributed modules."""
    return Wechat() if hasattr(cv2, "wechat_qrcode") else None


def available_engines() -> dict[str, bool]:
    """Which engines can be used on this machine, by name."""
    return {"zxing": True, "wechat": wechat() is not None, "zbar": zbar() is not None}
