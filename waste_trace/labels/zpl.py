"""Layout to ZPL II for Zebra printers: text as compressed graphics, lines and QR codes native.

Graphics are ``^GFA`` in Z64: zlib, base64, and a CRC-16/XMODEM in upper-case hex. A ``^BQ``
sinks below its origin by the bar code height that the printer remembers from the label before
(found by u8array/ZPLab #401): the height is pinned with ``^BY`` and the origin moved up by as much.
"""

import base64
import binascii
import zlib
from pathlib import Path

from waste_trace.labels.layout import Layout
from waste_trace.labels.printer import Bar, Bitmap, NativeQr, Piece, dots, pieces

_QR_DROP = 10


def render_zpl(layout: Layout, font: Path, dpi: int = 300, copies: int = 1) -> bytes:
    """Return one label as ZPL for a printer of ``dpi`` (203, 300 or 600)."""
    lines = [
        "^XA",
        f"^PW{dots(layout.width, dpi)}",
        f"^LL{dots(layout.height, dpi)}",
        "^LH0,0",
        f"^BY2,3,{_QR_DROP}",
        *(_field(piece) for piece in pieces(layout, font, dpi)),
        f"^PQ{copies}",
        "^XZ",
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _field(piece: Piece) -> str:
    origin = f"^FO{piece.x},{piece.y}"
    if isinstance(piece, Bar):
        thickness = min(piece.width, piece.height)
        return f"{origin}^GB{piece.width},{piece.height},{thickness}^FS"
    if isinstance(piece, NativeQr):
        origin = f"^FO{piece.x},{max(0, piece.y - _QR_DROP)}"
        return f"{origin}^BQN,2,{piece.cell}^FDMA,{piece.text}^FS"
    return f"{origin}^GFA,{_z64(piece)}^FS"


def _z64(piece: Bitmap) -> str:
    packed = base64.b64encode(zlib.compress(piece.data, 9))
    crc = binascii.crc_hqx(packed, 0)
    total = piece.row_bytes * piece.height
    return f"{total},{total},{piece.row_bytes},:Z64:{packed.decode('ascii')}:{crc:04X}"
