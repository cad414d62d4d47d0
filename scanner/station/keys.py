"""Keyboard-wedge scanners: Linux ``input_event`` structs to characters (linux/input.h).

Read from the event device itself, not from a window: no focus, no input method, no other layout
can come between. Scanners type as a US keyboard unless told otherwise, so its map is the rule.
"""

from __future__ import annotations

import fcntl
import struct
from dataclasses import dataclass, field

from scanner.station.errors import NotExclusive

EVENT = struct.Struct("llHHi")
"""timeval (two longs), type, code, value: 24 bytes on 64 bit."""
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN, REPEAT = 0, 1, 2
_EVIOCGRAB = 0x40044590  # _IOW('E', 0x90, int)

_SHIFTS = {42, 54}
_CAPS_LOCK = 58
# Modifiers that type nothing: control, alt, meta of both sides, num lock, scroll lock.
_SILENT = {29, 97, 56, 100, 125, 126, 69, 70}
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (15, "\t", "\t"),
    (28, "\r", "\r"),
    (96, "\r", "\r"),
    (55, "*", "*"),
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
)
PLAIN: dict[int, str] = {start + i: c for start, row, _ in _ROWS for i, c in enumerate(row)}
SHIFTED: dict[int, str] = {start + i: c for start, _, row in _ROWS for i, c in enumerate(row)}


@dataclass(slots=True)
class Typed:
    """What a run of events typed. ``lost``: the kernel's buffer overran, characters are missing."""

    text: bytes = b""
    lost: bool = False
    unknown: int = 0


@dataclass(slots=True)
class KeyDecoder:
    """Events in, characters out (Enter as CR, Tab as TAB). Keeps shift, caps lock, half events."""

    _rest: bytes = b""
    _shifts: set[int] = field(default_factory=set)
    _caps: bool = False
    _dropping: bool = False

    def feed(self, data: bytes) -> list[Typed]:
        """Characters in order, cut wherever events were lost."""
        data = self._rest + data
        whole = len(data) // EVENT.size * EVENT.size
        self._rest = data[whole:]
        out = [Typed()]
        for _, _, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN and code == SYN_DROPPED:
                self._dropping = True
                out += [Typed(lost=True), Typed()]
            elif kind == EV_SYN and code == SYN_REPORT:
                self._dropping = False
            elif kind == EV_KEY and not self._dropping:
                self._key(code, value, out[-1])
        return [typed for typed in out if typed.text or typed.lost or typed.unknown]

    def _key(self, code: int, value: int, typed: Typed) -> None:
        if code in _SHIFTS:
            (self._shifts.discard if value == UP else self._shifts.add)(code)
        elif value != DOWN:
            return  # a scanner types each character once; a repeat is a stall, not a character
        elif code == _CAPS_LOCK:
            self._caps = not self._caps
        elif code in PLAIN:
            typed.text += self._character(code).encode("ascii")
        elif code not in _SILENT:
            typed.unknown += 1

    def _character(self, code: int) -> str:
        shifted = bool(self._shifts)
        if self._caps and PLAIN[code].isalpha():
            shifted = not shifted
        return (SHIFTED if shifted else PLAIN)[code]


def grab(fd: int, name: str) -> None:
    """Take the device for ourselves, so that a scan types into no window. Raises NotExclusive."""
    try:
        fcntl.ioctl(fd, _EVIOCGRAB, 1)
    except OSError as error:
        raise NotExclusive(
            f"无法独占键盘式扫码器“{name}”。",
            f"The keyboard scanner {name} cannot be taken exclusively.",
            reason=str(error),
        ) from error
