"""Scales over a real pseudo-terminal, and what must never become a weight."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.station import (
    DeviceLost,
    NoWeight,
    OutOfRange,
    Scale,
    ScaleFault,
    ScaleReading,
    SerialWire,
    Sics,
    StatusLine,
    ToledoContinuous,
)
from scanner.station.simulate import PseudoPort, answering, status_line, toledo_frame
from scanner.station.toledo import checksum
from scanner.station.weight import ScaleProtocol

WEIGHT = Decimal("182.50")


@contextmanager
def scale(protocol: ScaleProtocol) -> Iterator[tuple[Scale, PseudoPort]]:
    with PseudoPort() as port:
        item = Scale(SerialWire(port.path), protocol, ask_s=0.05)
        try:
            yield item, port
        finally:
            item.close()


@contextmanager
def sending(port: PseudoPort, frames: list[bytes]) -> Iterator[None]:
    """The frames again and again, twenty a second or so, as a continuous output does."""
    stop = threading.Event()

    def run() -> None:
        for frame in itertools.cycle(frames):
            if stop.wait(0.02):
                return
            port.send(frame)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def only(items: list[ScaleReading | ScaleFault]) -> ScaleReading:
    (item,) = items
    assert isinstance(item, ScaleReading), item
    return item


@given(st.integers(-999999, 999999), st.integers(0, 5), st.booleans(), st.booleans())
def test_toledo_frames_come_back_digit_for_digit(
    number: int, decimals: int, stable: bool, net: bool
) -> None:
    weight = Decimal(number).scaleb(-decimals)
    frame = toledo_frame(weight, decimals=decimals, stable=stable, net=net)
    got = only(ToledoContinuous().feed(frame))
    assert (got.weight_kg, str(got.shown)) == (weight, f"{weight:f}")
    assert (got.stable, got.net, got.unit, got.raw) == (stable, net, "kg", frame)


@given(st.integers(0, 16), st.integers(0, 6))
def test_no_flipped_bit_in_a_toledo_frame_becomes_a_weight(index: int, bit: int) -> None:
    frame = bytearray(toledo_frame(WEIGHT))
    frame[index] ^= 1 << bit
    got = ToledoContinuous().feed(bytes(frame))
    assert all(isinstance(item, ScaleFault) for item in got)


def test_a_wrong_checksum_is_refused_and_named() -> None:
    frame = bytearray(toledo_frame(WEIGHT))
    frame[7] ^= 0x01  # one digit
    (fault,) = ToledoContinuous().feed(bytes(frame))
    assert isinstance(fault, ScaleFault)
    assert fault.kind == "checksum"


def test_toledo_finds_its_frames_again_after_lost_bytes() -> None:
    frame = toledo_frame(WEIGHT)
    protocol = ToledoContinuous()
    got = protocol.feed(b"\x00\xff" + frame[5:] + frame[:9] + frame + frame)
    weights = [item.weight_kg for item in got if isinstance(item, ScaleReading)]
    assert weights == [WEIGHT, WEIGHT]
    assert any(isinstance(item, ScaleFault) for item in got)


@pytest.mark.parametrize("stray", [b"", b"junk", b"\x02\x02", b"\r"])
def test_toledo_bytes_may_arrive_in_any_pieces(stray: bytes) -> None:
    protocol = ToledoContinuous()
    data = stray + toledo_frame(WEIGHT) * 3
    got = [x for byte in data for x in protocol.feed(bytes((byte,)))]
    assert [x.weight_kg for x in got if isinstance(x, ScaleReading)] == [WEIGHT] * 3


def test_toledo_pounds_tonnes_tare_and_what_is_no_weight() -> None:
    pounds = only(ToledoContinuous().feed(toledo_frame(Decimal("100.00"), kg=False)))
    assert (pounds.unit, pounds.weight_kg) == ("lb", Decimal("45.359237"))
    assert only(ToledoContinuous().feed(toledo_frame(WEIGHT, tare=Decimal("20.50")))).tare_kg == (
        Decimal("20.50")
    )
    assert only(ToledoContinuous().feed(toledo_frame(WEIGHT, overload=True))).state == "overload"
    below = only(ToledoContinuous().feed(toledo_frame(-WEIGHT, overload=True)))
    assert (below.state, below.weight_kg) == ("underload", None)
    for index, mask, want in ((2, 0x40, "starting"), (3, 0x10, "expanded"), (3, 0x03, "unit")):
        frame = bytearray(toledo_frame(WEIGHT))
        frame[index] |= mask
        frame[17] = checksum(bytes(frame[:17]))
        (got,) = ToledoContinuous().feed(bytes(frame))
        assert want == (got.kind if isinstance(got, ScaleFault) else got.state)
        assert isinstance(got, ScaleFault) or got.weight_kg is None
    tonnes = bytearray(toledo_frame(Decimal("12.34")))
    tonnes[3] |= 0x02
    tonnes[17] = checksum(bytes(tonnes[:17]))
    assert only(ToledoContinuous().feed(bytes(tonnes))).weight_kg == Decimal(12340)


@pytest.mark.parametrize(
    ("line", "state", "stable", "kg"),
    [
        (b"S S     100.00 g", "ok", True, "0.10000"),
        (b"S D    -182.50 kg", "ok", False, "-182.50"),
        (b"S S       1.250 t", "ok", True, "1250.000"),
        (b"S +", "overload", False, None),
        (b"S -", "underload", False, None),
    ],
)
def test_sics_answers(line: bytes, state: str, stable: bool, kg: str | None) -> None:
    got = only(Sics().feed(line + b"\r\n"))
    assert (got.state, got.stable) == (state, stable)
    assert got.weight_kg == (None if kg is None else Decimal(kg))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"S I", "busy"),
        (b"ES", "command"),
        (b"S S 1e5 kg", "frame"),
        (b"S S     100.00 pcs", "unit"),
        (b"S S     100.00", "frame"),
        (b"S S     1O0.00 kg", "frame"),
    ],
)
def test_sics_refuses_what_is_no_weight(line: bytes, kind: str) -> None:
    (got,) = Sics().feed(line + b"\r\n")
    assert isinstance(got, ScaleFault)
    assert got.kind == kind


@pytest.mark.parametrize(
    ("line", "stable", "net", "kg"),
    [
        (b"ST,GS,+  182.50kg", True, False, "182.50"),
        (b"US,NT,-    0.5 kg", False, True, "-0.5"),
        (b"ST,+00123.45  g", True, False, "0.12345"),
        (b"ST,GS,+  1.250t", True, False, "1250"),
    ],
)
def test_status_lines(line: bytes, stable: bool, net: bool, kg: str) -> None:
    got = only(StatusLine().feed(line + b"\r\n"))
    assert (got.stable, got.net, got.weight_kg) == (stable, net, Decimal(kg))


@pytest.mark.parametrize(
    "line", [b"ST,TR,+  20.00kg", b"ST,GS,+  18 .50kg", b"T,GS,+  182.50kg", b"ST,GS,+ 182.50kgST"]
)
def test_status_lines_of_another_shape_are_refused(line: bytes) -> None:
    (got,) = StatusLine().feed(line + b"\r\n")
    assert isinstance(got, ScaleFault)


def test_weighing_waits_for_the_load_to_rest() -> None:
    moving = [toledo_frame(Decimal(f"{n}.00"), stable=False) for n in range(60, 66)]
    frames = [*moving, *[toledo_frame(WEIGHT)] * 20]
    with scale(ToledoContinuous()) as (item, port), sending(port, frames):
        got = item.weigh(5)
    assert (got.weight_kg, got.stable) == (WEIGHT, True)
    assert isinstance(got.weight_kg, Decimal)


def test_weights_that_are_called_stable_and_differ_are_not_taken() -> None:
    restless = [status_line(Decimal(f"{n}.00")) for n in (10, 10, 11, 11)]
    with (
        scale(StatusLine()) as (item, port),
        sending(port, restless),
        pytest.raises(NoWeight) as caught,
    ):
        item.weigh(0.6)
    assert caught.value.code == "no-stable-weight"
    assert set(caught.value.facts["received"]) == {"ok"}  # type: ignore[call-overload]


def test_a_scale_that_must_be_asked_is_asked() -> None:
    asked: list[bytes] = []

    def answer(line: bytes) -> bytes:
        asked.append(line)
        return b"S S     182.50 kg\r\n" if len(asked) > 2 else b"S D     100.00 kg\r\n"

    with scale(Sics()) as (item, port):
        thread = answering(port, answer)
        got = item.weigh(5)
        port.unplug()
        thread.join(2)
    assert got.weight_kg == WEIGHT
    assert set(asked) == {b"SI"}
    assert len(asked) >= 5


def test_an_overload_is_an_error_and_not_a_weight() -> None:
    with (
        scale(ToledoContinuous()) as (item, port),
        sending(port, [toledo_frame(Decimal("999.99"), overload=True)]),
        pytest.raises(OutOfRange) as caught,
    ):
        item.weigh(3)
    assert caught.value.facts == {"state": "overload"}
    assert "超载" in caught.value.zh


def test_a_silent_scale_and_an_unplugged_one_are_told_apart() -> None:
    with scale(StatusLine()) as (item, port):
        with pytest.raises(NoWeight) as caught:
            item.weigh(0.2)
        assert caught.value.facts["received"] == {}
        threading.Timer(0.1, port.unplug).start()
        with pytest.raises(DeviceLost):
            item.weigh(3)


def test_all_readings_can_be_watched() -> None:
    with scale(StatusLine()) as (item, port):
        port.send(status_line(WEIGHT) + status_line(WEIGHT, stable=False) + b"garbage\r\n")
        got = [item.take(2) for _ in range(3)]
        time.sleep(0.05)
        assert item.take(0.05) is None
    kinds = [x.stable if isinstance(x, ScaleReading) else x.kind for x in got if x is not None]
    assert kinds == [True, False, "frame"]
