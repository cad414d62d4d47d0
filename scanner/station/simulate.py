"""Devices without hardware: pseudo-terminals and byte streams that speak the real protocols.

For tests, for a demonstration at a desk, and to try a station's settings before the scanner comes.
"""

from __future__ import annotations

import os
import pty
import threading
import tty
from collections.abc import Callable
from decimal import Decimal
from types import TracebackType

from scanner.station.keys import DOWN, EV_KEY, EV_SYN, EVENT, PLAIN, SHIFTED, SYN_REPORT, UP
from scanner.station.toledo import checksum

_LEFT_SHIFT = 42


def key_events(text: str) -> bytes:
    """The ``input_event`` structs with which a US-keyboard scanner types ``text``.

    "\\r" is Enter, "\\t" Tab. Raises KeyError for a character that such a keyboard has not.
    """
    plain = {c: code for code, c in reversed(PLAIN.items())}
    shifted = {c: code for code, c in reversed(SHIFTED.items())}
    out = b""
    for character in text:
        if character in plain:
            out += _press(plain[character])
        else:
            code = shifted[character]
            out += _event(EV_KEY, _LEFT_SHIFT, DOWN) + _press(code)
            out += _event(EV_KEY, _LEFT_SHIFT, UP) + _event(EV_SYN, SYN_REPORT, 0)
    return out


def _press(code: int) -> bytes:
    report = _event(EV_SYN, SYN_REPORT, 0)
    return _event(EV_KEY, code, DOWN) + report + _event(EV_KEY, code, UP) + report


def _event(kind: int, code: int, value: int) -> bytes:
    return EVENT.pack(0, 0, kind, code, value)


class PseudoPort:
    """A pseudo-terminal; what is sent here arrives at ``path`` as from a serial device."""

    def __init__(self) -> None:
        self._near, far = pty.openpty()
        tty.setraw(far)
        self.path = os.ttyname(far)
        self._far = far  # kept open, or the master reads EIO before anybody has opened the path

    def send(self, data: bytes) -> None:
        """As if the device had sent ``data``."""
        while data:
            data = data[os.write(self._near, data) :]

    def receive(self) -> bytes:
        """What the program sent to the device; waits for some."""
        return os.read(self._near, 4096)

    def unplug(self) -> None:
        """Pull the cable; a second time does nothing."""
        if self._near >= 0:
            os.close(self._far)
            os.close(self._near)
            self._near = -1

    def __enter__(self) -> PseudoPort:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.unplug()


def answering(port: PseudoPort, answer: Callable[[bytes], bytes]) -> threading.Thread:
    """A device that answers each line it is sent, until its port is unplugged."""

    def run() -> None:
        held = b""
        while True:
            try:
                held += port.receive()
                while b"\r\n" in held:
                    line, held = held.split(b"\r\n", 1)
                    port.send(answer(line))
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def toledo_frame(
    weight: Decimal,
    *,
    decimals: int = 2,
    stable: bool = True,
    net: bool = False,
    overload: bool = False,
    kg: bool = True,
    tare: Decimal = Decimal(0),
) -> bytes:
    """One frame of Toledo continuous output with its checksum; ``decimals`` 0 to 5."""
    a = 0x28 | (decimals + 2)
    b = 0x20 | net | (weight < 0) << 1 | overload << 2 | (not stable) << 3 | kg << 4
    digits = f"{int(abs(weight).scaleb(decimals)):06d}{int(tare.scaleb(decimals)):06d}"
    body = bytes((2, a, b, 0x20)) + digits.encode("ascii") + b"\r"
    return body + bytes((checksum(body),))


def status_line(
    weight: Decimal, *, stable: bool = True, net: bool = False, unit: str = "kg"
) -> bytes:
    """``ST,GS,+  182.50kg`` and its end."""
    sign = "-" if weight < 0 else "+"
    how, kind = "ST" if stable else "US", "NT" if net else "GS"
    return f"{how},{kind},{sign}{abs(weight):>8}{unit}\r\n".encode("ascii")
