"""The chain of one device key: what arrived, what is missing, what does not fit.

Events may arrive late or out of order, so a gap is evidence and not an error. The state is small:
the head, the open gaps, and the hashes at the edges of gaps that late arrivals must fit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.encoding import b64url, decode_b64url
from waste_trace.ledger.errors import BrokenChain
from waste_trace.ledger.event import Event


class ChainFlag(StrEnum):
    """What is remarkable about an event's place in its chain."""

    GAP = "gap"  # earlier events of this key have not arrived
    OUT_OF_ORDER = "out_of_order"  # fills a gap
    PREV_MISMATCH = "prev_mismatch"  # its neighbour is not the event that the chain names
    FORK = "fork"  # this seq was already taken: the key was copied, or the device lies


@dataclass(slots=True)
class DeviceChain:
    """The state of one (dev, ep) chain. Feed it events in the order of the log.

    ``head``: the highest seq so far, -1 at the start. ``gaps``: missing ranges [first, last].
    ``known``: hash of each event whose successor is still missing. ``wanted``: hash that a
    missing event must have, because its successor names it.
    """

    head: int = -1
    gaps: list[tuple[int, int]] = field(default_factory=list)
    known: dict[int, bytes] = field(default_factory=dict)
    wanted: dict[int, bytes] = field(default_factory=dict)

    def accept(self, event: Event, payload_hash: bytes) -> list[ChainFlag]:
        """Place an event; the flags say what is remarkable. A fork changes nothing.

        The caller has already dropped exact repeats (same payload hash).
        """
        if event.seq > self.head:
            return self._advance(event.seq, event.prev, payload_hash)
        for position, (first, last) in enumerate(self.gaps):
            if first <= event.seq <= last:
                return self._fill(position, event.seq, event.prev, payload_hash)
        return [ChainFlag.FORK]

    @property
    def missing(self) -> int:
        """How many events are known to exist but have not arrived."""
        return sum(last - first + 1 for first, last in self.gaps)

    def _advance(self, seq: int, prev: bytes, payload_hash: bytes) -> list[ChainFlag]:
        flags: list[ChainFlag] = []
        if seq == self.head + 1:
            if self.known.pop(self.head, b"") != prev:
                flags.append(ChainFlag.PREV_MISMATCH)
        else:
            flags.append(ChainFlag.GAP)
            self.gaps.append((self.head + 1, seq - 1))
            self.wanted[seq - 1] = prev
        self.known[seq] = payload_hash
        self.head = seq
        return flags

    def _fill(self, position: int, seq: int, prev: bytes, payload_hash: bytes) -> list[ChainFlag]:
        first, last = self.gaps[position]
        fits = True
        if seq == first:
            fits = self.known.pop(seq - 1, b"") == prev
        else:
            self.wanted[seq - 1] = prev
        if seq == last:
            fits = self.wanted.pop(seq) == payload_hash and fits
        else:
            self.known[seq] = payload_hash
        rest = [(first, seq - 1), (seq + 1, last)]
        self.gaps[position : position + 1] = [gap for gap in rest if gap[0] <= gap[1]]
        flags = [ChainFlag.OUT_OF_ORDER]
        return flags if fits else [*flags, ChainFlag.PREV_MISMATCH]

    def to_value(self) -> dict[str, JsonValue]:
        """The state as a JSON value."""
        return {
            "head": self.head,
            "gaps": [[first, last] for first, last in self.gaps],
            "known": {str(seq): b64url(digest) for seq, digest in self.known.items()},
            "wanted": {str(seq): b64url(digest) for seq, digest in self.wanted.items()},
        }

    @classmethod
    def from_value(cls, value: Mapping[str, JsonValue]) -> "DeviceChain":
        """Read `to_value`; BrokenChain if no sequence of events leads to such a state."""
        try:
            chain = cls(
                head=_integer(value["head"]),
                gaps=[_gap(gap) for gap in _array(value["gaps"])],
                known=_hashes(value["known"]),
                wanted=_hashes(value["wanted"]),
            )
        except (KeyError, ValueError) as error:
            raise _broken() from error
        chain._check()
        return chain

    def _check(self) -> None:
        bounds = [bound for gap in self.gaps for bound in gap]
        before = {first - 1 for first, _ in self.gaps if first} | ({self.head} - {-1})
        after = {last for _, last in self.gaps}
        ordered = bounds == sorted(bounds) and all(first <= last for first, last in self.gaps)
        inside = self.head >= -1 and (not bounds or (bounds[0] >= 0 and bounds[-1] < self.head))
        if not (ordered and inside and set(self.known) == before and set(self.wanted) == after):
            raise _broken()


def _integer(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("not an integer")
    return value


def _array(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise ValueError("not an array")
    return value


def _gap(value: JsonValue) -> tuple[int, int]:
    first, last = _array(value)
    return _integer(first), _integer(last)


def _hashes(value: JsonValue) -> dict[int, bytes]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return {int(seq): decode_b64url(digest) for seq, digest in _texts(value)}


def _texts(value: dict[str, JsonValue]) -> list[tuple[str, str]]:
    pairs = [(key, item) for key, item in value.items() if isinstance(item, str)]
    if len(pairs) != len(value):
        raise ValueError("not text")
    return pairs


def _broken() -> BrokenChain:
    return BrokenChain("设备链状态已损坏。", "The stored device chain state is broken.")
