"""How large labels and their text must be (HJ 1276-2022 label table, from a secondary source)."""

from dataclasses import dataclass
from decimal import Decimal

from waste_trace.labels.errors import LabelError


@dataclass(frozen=True, slots=True)
class LabelSize:
    """One row of the table: side of the square and least text height in millimetres.

    ``min_qr`` and ``good_qr`` are sides of the white patch with the QR code; the standard gives no
    number. At 29 mm a module of a signed label is half a millimetre, which phones read at arm's
    length; a 1080p camera with a wide lens wants 45 mm at one metre.
    """

    side: float
    min_text: float
    both_sides: bool
    min_qr: float
    good_qr: float
    source: str = "HJ 1276-2022, label size by container volume"
    certainty: str = "1"


SMALL = LabelSize(100, 3, both_sides=False, min_qr=29, good_qr=33)
MEDIUM = LabelSize(150, 5, both_sides=False, min_qr=36, good_qr=45)
LARGE = LabelSize(200, 6, both_sides=True, min_qr=46, good_qr=60)

OUTER_MARGIN = 3.0
"""Blank outside the border, at least 3 mm."""
MIN_BORDER = 1.0
"""Thickness of the border, at least 1 mm."""


def size_for_volume(volume_l: Decimal) -> LabelSize:
    """Return the size for a container of ``volume_l`` litres; above 450 L two labels are stuck."""
    if volume_l <= 0:
        raise LabelError(
            "volume_l",
            f"容器容积{volume_l}升应大于0。",
            f"A container volume of {volume_l} L is not above 0.",
        )
    if volume_l <= 50:
        return SMALL
    return MEDIUM if volume_l <= 450 else LARGE
