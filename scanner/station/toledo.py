"""Mettler Toledo continuous output, which most industrial indicators can imitate.

STX, three status words, six digits of weight, six of tare, CR, and a checksum: the low seven bits
of the two's complement of the sum of the low seven bits of everything before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from scanner.station.weight import ScaleFault, ScaleReading, no_weight, reading

_STX, _CR = 0x02, 0x0D
_BODY = 17  # STX to CR
# Bits 0 to 2 of status word A: the power of ten of the last digit.
_EXPONENTS = (2, 1, 0, -1, -2, -3, -4, -5)
# Bits 0 to 2 of status word C; 0 leaves it to bit 4 of word B. Troy units and pieces: refused.
_UNITS = {1: "g", 2: "t"}


@dataclass(slots=True)
class ToledoContinuous:
    """Frames of 17 bytes, 18 with checksum. Without a checksum a flipped digit passes: use it."""

    checksum: bool = True
    request: bytes = b""
    _held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[ScaleReading | ScaleFault]:
        """See ``ScaleProtocol``. Bytes before a frame's STX are line noise and skipped."""
        self._held += bytes(b & 0x7F for b in data)  # the eighth bit is parity where sent
        out: list[ScaleReading | ScaleFault] = []
        size = _BODY + self.checksum
        while (start := self._held.find(_STX)) >= 0 and len(self._held) - start >= size:
            frame = bytes(self._held[start : start + size])
            good = _well_formed(frame)
            # A frame that lost bytes swallows the next one's STX: look again one byte further on.
            del self._held[: start + (size if good else 1)]
            if not good:
                out.append(ScaleFault("frame", frame))
            elif self.checksum and checksum(frame[:_BODY]) != frame[_BODY]:
                out.append(ScaleFault("checksum", frame))
            else:
                out.append(_decode(frame))
        if start < 0:
            self._held.clear()
        return out


def checksum(body: bytes) -> int:
    """The checksum character of STX to CR."""
    return -sum(b & 0x7F for b in body) & 0x7F


def _well_formed(frame: bytes) -> bool:
    a, b, c = frame[1:4]
    # Bit 5 of each status word is always set, bit 6 of word A never.
    fixed = a & 0x60 == 0x20 and b & 0x20 and c & 0x20
    return bool(fixed) and frame[16] == _CR and _digits(frame[4:10]) and _digits(frame[10:16])


def _digits(field_: bytes) -> bool:
    # Leading zeros may come as blanks; an indicator over its range may send anything else.
    text = field_.lstrip(b" ")
    return text.isdigit() or not text


def _decode(frame: bytes) -> ScaleReading | ScaleFault:
    a, b, c = frame[1:4]
    if b & 0x40:
        return no_weight("starting", frame)
    if b & 0x04:
        return no_weight("underload" if b & 0x02 else "overload", frame)
    if c & 0x10:
        # Ten times finer than the scale's division: for adjusting, no legal weight.
        return ScaleFault("expanded", frame)
    exponent = _EXPONENTS[a & 0x07]
    unit = ("kg" if b & 0x10 else "lb") if c & 0x07 == 0 else _UNITS.get(c & 0x07, "?")
    weight = _number(frame[4:10], exponent)
    shown = weight.copy_negate() if b & 0x02 and weight else weight
    return reading(
        shown,
        unit,
        frame,
        stable=not b & 0x08,
        net=bool(b & 0x01),
        tare=_number(frame[10:16], exponent),
    )


def _number(digits: bytes, exponent: int) -> Decimal:
    whole = int(digits.strip() or b"0")
    # A positive exponent must not become 1.2E+3 in a report.
    return Decimal(whole).scaleb(exponent) if exponent < 0 else Decimal(whole * 10**exponent)
