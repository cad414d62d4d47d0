"""Layout to TSPL for TSC printers and the many that speak it: bitmaps, bars, native QR codes."""

from pathlib import Path

from waste_trace.labels.layout import Layout
from waste_trace.labels.printer import Bar, Bitmap, NativeQr, Piece, pieces

_END = b"\r\n"


def render_tspl(
    layout: Layout, font: Path, dpi: int = 300, copies: int = 1, gap_mm: float = 2.0
) -> bytes:
    """Return one label as TSPL; ``gap_mm`` is the space between labels on the roll."""
    head = (
        f"SIZE {layout.width:g} mm,{layout.height:g} mm",
        f"GAP {gap_mm:g} mm,0 mm",
        "DIRECTION 1",
        "CLS",
    )
    body = [_command(piece) for piece in pieces(layout, font, dpi)]
    lines = [*(line.encode("ascii") for line in head), *body, f"PRINT 1,{copies}".encode("ascii")]
    return _END.join(lines) + _END


def _command(piece: Piece) -> bytes:
    if isinstance(piece, Bar):
        return f"BAR {piece.x},{piece.y},{piece.width},{piece.height}".encode("ascii")
    if isinstance(piece, NativeQr):
        return f'QRCODE {piece.x},{piece.y},M,{piece.cell},A,0,"{piece.text}"'.encode("ascii")
    return _bitmap(piece)


def _bitmap(piece: Bitmap) -> bytes:
    """TSPL prints zeros: the bits are turned round."""
    head = f"BITMAP {piece.x},{piece.y},{piece.row_bytes},{piece.height},0,".encode("ascii")
    return head + bytes(byte ^ 0xFF for byte in piece.data)
