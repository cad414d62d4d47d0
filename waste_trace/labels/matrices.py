"""The square codes of labels: QR codes and the far mark.

zxing-cpp makes a QR twelve times faster than ``qrcode`` and chooses the same version; both are
here, so that one can check the other. The far mark is AprilTag 36h11: a camera reads it several
times further away than a QR of the same size.
"""

from functools import lru_cache

import cv2
import numpy as np
import qrcode
import zxingcpp
from qrcode.constants import ERROR_CORRECT_M

from waste_trace.labels.errors import LabelError

Modules = tuple[tuple[bool, ...], ...]
QUIET_ZONE = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""
FAR_MARKS = 587
"""How many marks AprilTag 36h11 has; ids are 0 to 586."""
_FAR_MARK_MODULES = 8


@lru_cache(maxsize=64)
def qr_modules(text: str) -> Modules:
    """Return the QR code of ``text`` at error correction M, without quiet zone."""
    _require_ascii(text)
    return _encoded(text, "M")


def page_qr_modules(text: str) -> Modules:
    """Return a QR code for a page, at L: up to 2,951 bytes, UTF-8 named as such for all decoders.

    Raises:
        LabelError: the text is longer.
    """
    return _encoded(text, "L", eci="UTF-8")


def _encoded(text: str, level: str, **more: str) -> Modules:
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, **more)
    except ValueError as problem:
        raise LabelError(
            "token_text",
            f"内容共{len(text)}字符，一个二维码放不下。",
            f"{len(text)} characters are more than one QR code holds.",
        ) from problem
    image = np.array(code.to_image(scale=1, add_quiet_zones=False))
    return tuple(map(tuple, (image == 0).tolist()))


def qr_modules_by_qrcode(text: str) -> Modules:
    """Return the same from the ``qrcode`` package: the mask may differ, the text never."""
    _require_ascii(text)
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(v) for v in row) for row in code.get_matrix())


def far_mark_modules(mark_id: int) -> Modules:
    """Return the 8x8 modules of a mark; raise LabelError for an id that does not exist."""
    if not 0 <= mark_id < FAR_MARKS:
        raise LabelError(
            "far_mark_id",
            f"远距标记编号{mark_id}应为0至{FAR_MARKS - 1}。",
            f"Far mark {mark_id} does not exist: ids are 0 to {FAR_MARKS - 1}.",
        )
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    image = cv2.aruco.generateImageMarker(family, mark_id, _FAR_MARK_MODULES)
    return tuple(tuple(bool(v == 0) for v in row) for row in image)


def _require_ascii(text: str) -> None:
    """Refuse what decoders disagree about: one of them garbles Chinese text without a word."""
    if not text or not text.isascii():
        raise LabelError(
            "token_text",
            "二维码内容只能是ASCII字符。",
            "A QR code may carry ASCII text only.",
        )
