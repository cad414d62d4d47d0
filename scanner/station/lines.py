"""Bytes of a scanner to texts: ends, silence, and what line noise leaves behind.

A stall must never cut a good label in two: a text without its end waits, and is then reported as
unfinished, not delivered. Only a scanner that is set to send no end at all ends by silence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

_ENDS = {0x0D: "cr", 0x0A: "lf", 0x09: "tab"}


class LineConfig(BaseModel):
    """How a scanner ends its texts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    silence_s: float = Field(
        2.0,
        gt=0,
        title="Silence after which a text without an end is given up, seconds",
        description="Bluetooth scanners pause up to 0.1 s between characters and stall for a "
        "second when the radio is disturbed.",
    )
    ends_by_silence: bool = Field(
        False,
        title="Silence is the end",
        description="For a scanner that sends no Enter, Tab, CR or LF. With 0.15 s of silence_s.",
    )
    most_bytes: int = Field(
        4096,
        ge=1,
        title="Longest text, bytes",
        description="A QR code holds 2,953 bytes at most; more is a device gone mad.",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One text. ``end``: "cr", "lf", "tab" or "silence"; ``noise``: bytes taken out of it."""

    text: str
    end: str
    noise: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """Bytes that are no text: "unfinished", "too-long", "not-text", "noise", "overrun"."""

    kind: str
    count: int


@dataclass(slots=True)
class LineDecoder:
    """Bytes in, lines out; ``now_s`` is any clock that only grows."""

    config: LineConfig = field(default_factory=LineConfig)
    _held: bytearray = field(default_factory=bytearray)
    _last_s: float = 0.0
    _skipping: int = 0

    def feed(self, data: bytes, now_s: float) -> list[Line | Fault]:
        """Texts and faults that ``data`` completes; also those that silence before it did."""
        out = self.idle(now_s)
        self._last_s = now_s
        for byte in data:
            if byte in _ENDS:
                out += self._finish(_ENDS[byte])
            elif self._skipping:
                self._skipping += 1
            else:
                self._held.append(byte)
                if len(self._held) > self.config.most_bytes:
                    self._skipping = len(self._held)
                    self._held.clear()
        return out

    def idle(self, now_s: float) -> list[Line | Fault]:
        """What silence until ``now_s`` ends."""
        if now_s - self._last_s < self.config.silence_s or not (self._held or self._skipping):
            return []
        if self.config.ends_by_silence or self._skipping:
            return self._finish("silence")
        count = len(self._held)
        self._held.clear()
        return [Fault("unfinished", count)]

    def overrun(self) -> list[Line | Fault]:
        """The device says that it has lost bytes: what is held is incomplete until the next end."""
        self._skipping += max(1, len(self._held))
        self._held.clear()
        return [Fault("overrun", self._skipping)]

    def _finish(self, end: str) -> list[Line | Fault]:
        held, skipped = bytes(self._held), self._skipping
        self._held.clear()
        self._skipping = 0
        if skipped:
            return [Fault("too-long", skipped)] if skipped > self.config.most_bytes else []
        if not held:
            return []  # the LF of a CR LF, or Enter by itself
        clean = bytes(b for b in held if b >= 0x20 and b != 0x7F)
        noise = len(held) - len(clean)
        if not clean:
            return [Fault("noise", noise)]
        try:
            return [Line(clean.decode("utf-8"), end, noise)]
        except UnicodeDecodeError:
            return [Fault("not-text", len(held))]
