"""QR codes for pages: one SVG path, no script and no style, so the strict CSP has no say."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_QUIET_ZONE = 4  # modules of white (ISO/IEC 18004)


@dataclass(frozen=True, slots=True)
class QrPath:
    """A QR code: the length of a side in modules, quiet zone included, and its dark modules."""

    side: int
    path: str


def qr_path(text: str) -> QrPath:
    """The QR code of ``text`` at error correction M."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    return QrPath(len(rows), path)


def _runs(row: list[bool]) -> list[tuple[int, int]]:
    """Start and length of each run of dark modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
