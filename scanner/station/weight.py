"""A scale's answer as Decimal kilograms, whatever unit the indicator shows; never a float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

_IN_KG = {
    "kg": Decimal(1),
    "g": Decimal("0.001"),
    "t": Decimal(1000),
    "lb": Decimal("0.45359237"),  # the international pound, exact by definition (1959)
}


@dataclass(frozen=True, slots=True)
class ScaleReading:
    """One weight as the indicator sent it.

    Attributes:
        state: "ok", "overload", "underload", or "starting" (not zeroed since power-up); only with
            "ok" is there a weight.
        shown, unit: digits and unit as displayed, trailing zeros kept: they tell the division.
        weight_kg: the same in kilograms; None unless the state is "ok".
        tare_kg: as the indicator sent it, None if its protocol sends none.
        raw: the bytes of the frame, as evidence.
    """

    state: str
    stable: bool
    net: bool
    shown: Decimal | None
    unit: str
    weight_kg: Decimal | None
    tare_kg: Decimal | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class ScaleFault:
    """A frame that is refused: "checksum", "frame", "unit", "expanded", "command", "busy"."""

    kind: str
    raw: bytes


class ScaleProtocol(Protocol):
    """Bytes of one kind of indicator to readings. Holds a part of a frame between calls."""

    request: bytes
    """What asks for a weight; b"" for an indicator that sends continuously."""

    def feed(self, data: bytes) -> list[ScaleReading | ScaleFault]:
        """Readings and refused frames that ``data`` completes."""
        ...


def to_kg(shown: Decimal, unit: str) -> Decimal | None:
    """Kilograms without rounding; None for a unit that is no unit of mass we know."""
    factor = _IN_KG.get(unit)
    return None if factor is None else shown * factor


def reading(
    shown: Decimal,
    unit: str,
    raw: bytes,
    *,
    stable: bool,
    net: bool,
    tare: Decimal | None = None,
) -> ScaleReading | ScaleFault:
    """A reading that is in range; a fault if its unit is unknown."""
    weight_kg = to_kg(shown, unit)
    if weight_kg is None:
        return ScaleFault("unit", raw)
    tare_kg = None if tare is None else to_kg(tare, unit)
    return ScaleReading("ok", stable, net, shown, unit, weight_kg, tare_kg, raw)


def no_weight(state: str, raw: bytes) -> ScaleReading:
    """A reading that says why there is no weight."""
    return ScaleReading(state, False, False, None, "", None, None, raw)
