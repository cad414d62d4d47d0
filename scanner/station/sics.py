"""Mettler Toledo Standard Interface Command Set (MT-SICS level 0): ``S``, ``SI`` and ``SIR``.

Answers: ``S S     100.00 g`` stable, ``S D`` dynamic, ``S +``/``S -`` over and under range, ``S I``
not now, ``ES``/``ET``/``EL`` not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from scanner.station.weight import ScaleFault, ScaleReading, no_weight, reading

_WEIGHT = re.compile(rb"S ([SD]) {1,11}(-?[0-9]{1,10}(?:\.[0-9]{1,6})?) ([A-Za-z]{1,5})")
_MOST = 80


@dataclass(slots=True)
class Sics:
    """``request``: ``S`` waits in the scale for a stable weight, ``SI`` answers at once."""

    request: bytes = b"SI\r\n"
    _lines: _Lines = field(default_factory=lambda: _Lines())

    def feed(self, data: bytes) -> list[ScaleReading | ScaleFault]:
        """See ``ScaleProtocol``."""
        return [_answer(line) for line in self._lines.feed(data)]


@dataclass(slots=True)
class _Lines:
    """CR LF lines; an endless one is cut, and is then no answer."""

    held: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[bytes]:
        self.held += data
        *lines, rest = re.split(rb"[\r\n]+", bytes(self.held))
        if len(rest) > _MOST:
            lines.append(rest)
            rest = b""
        self.held = bytearray(rest)
        return [line for line in lines if line]


def _answer(line: bytes) -> ScaleReading | ScaleFault:
    if line == b"S +":
        return no_weight("overload", line)
    if line == b"S -":
        return no_weight("underload", line)
    if line == b"S I":
        return ScaleFault("busy", line)
    if line in (b"ES", b"ET", b"EL", b"S L"):
        return ScaleFault("command", line)
    match = _WEIGHT.fullmatch(line)
    if match is None:
        return ScaleFault("frame", line)
    how, digits, unit = match.groups()
    shown = Decimal(digits.decode("ascii"))
    return reading(shown, unit.decode("ascii"), line, stable=how == b"S", net=False)


@dataclass(slots=True)
class StatusLine:
    """``ST,GS,+  182.50kg``: the A&D text format and its many imitations (Yaohua among them).

    ST stable, US unstable, OL over range; GS gross, NT net (TR, a tare alone, is no weight). The
    second word may be absent. The format has no checksum, so its shape is held to strictly.
    """

    request: bytes = b""
    _lines: _Lines = field(default_factory=_Lines)

    def feed(self, data: bytes) -> list[ScaleReading | ScaleFault]:
        """See ``ScaleProtocol``."""
        return [_status(line) for line in self._lines.feed(data)]


_STATUS = re.compile(
    rb"(ST|US),(?:(GS|NT),)?([+-]) *([0-9]{1,10}(?:\.[0-9]{1,6})?) *(kg|g|t|lb|[A-Za-z]{1,3})"
)


def _status(line: bytes) -> ScaleReading | ScaleFault:
    if line.startswith(b"OL,"):
        return no_weight("underload" if b"-" in line else "overload", line)
    match = _STATUS.fullmatch(line.rstrip())
    if match is None:
        return ScaleFault("frame", line)
    motion, kind, sign, digits, unit = match.groups()
    weight = Decimal(digits.decode("ascii"))
    shown = weight.copy_negate() if sign == b"-" and weight else weight
    return reading(shown, unit.decode("ascii"), line, stable=motion == b"ST", net=kind == b"NT")
