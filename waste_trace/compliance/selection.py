"""Random selection that anyone can recompute (双随机): whom to inspect, and by whom.

First the draw is announced: purpose, the sorted lists, how many, and a tree size that the ledger
does not have yet. The root at exactly that size gives the randomness: nobody knew it when the lists
were fixed, and nobody chooses between checkpoints, for the leaves alone determine it. Whoever has
the announcement and the tree gets the same result (docs/inspection.md has the recipe and a worked
example). Who runs the ledger sees a root a moment before the others; where that matters, the
announcement names a public number of later (``beacon``, a lottery's drawing) for the seed.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.encoding import b64

DOMAIN = "waste-trace/selection/v1"
#: Code of a purpose to its name.
PURPOSES: Mapping[str, tuple[str, str]] = {
    "routine": ("双随机日常检查", "routine inspection"),
    "joint": ("部门联合双随机检查", "joint inspection of several authorities"),
    "special": ("双随机专项检查", "special inspection"),
    "follow_up": ("双随机复查（回头看）", "follow-up inspection"),
    "other": ("其他双随机检查", "other inspection"),
}
#: Source of a public number to its name; the value is written as digits with spaces in between, or
#: as lower-case hexadecimal for the last two.
BEACONS: Mapping[str, tuple[str, str]] = {
    "ssq": ("福利彩票双色球", "China Welfare Lottery 双色球"),
    "dlt": ("体育彩票大乐透", "China Sports Lottery 大乐透"),
    "fc3d": ("福利彩票3D", "China Welfare Lottery 3D"),
    "drand": ("drand 公共随机信标", "drand, League of Entropy"),
    "nist": ("NIST 随机信标 2.0", "NIST Randomness Beacon 2.0"),
}
_WORD_BYTES = 8
_WORDS = 1 << (8 * _WORD_BYTES)


class ImpossibleSelection(WasteTraceError):
    """A draw that cannot be made as it was announced."""

    code: ClassVar[str] = "impossible-selection"
    default_do_zh: ClassVar[str] = "请更正名单或数量后重新公告抽取。"
    default_do_en: ClassVar[str] = "Correct the lists or the numbers and announce again."


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is fixed before the randomness exists.

    Attributes:
        purpose: as the entry has it: a code of `PURPOSES`; in older entries one line of text.
        at_size: the draw takes the root of the tree of exactly so many leaves.
        candidates: codes of organisations, in any order. inspectors: pseudonyms.
        orgs: how many organisations are drawn. per_org: how many inspectors go to each.
        beacon: which public number of later is mixed in, "SOURCE/ROUND" with a source of
            `BEACONS`; in older entries in words; "" for none.
    """

    purpose: str
    at_size: int
    candidates: tuple[str, ...]
    inspectors: tuple[str, ...]
    orgs: int
    per_org: int
    beacon: str = ""

    def __post_init__(self) -> None:
        _check_list("检查对象", "candidates", self.candidates, self.orgs)
        _check_list("检查人员", "inspectors", self.inspectors, self.per_org)
        for text in (self.purpose, self.beacon):
            if "\n" in text:
                raise ImpossibleSelection("目的须为一行文字。", "The purpose is one line.")

    @property
    def text(self) -> str:
        """The announcement as the seed takes it: one fact a line, lists sorted."""
        lines = [
            self.purpose,
            str(self.at_size),
            self.beacon,
            f"{self.orgs} {self.per_org}",
            ",".join(sorted(self.candidates)),
            ",".join(sorted(self.inspectors)),
        ]
        return "".join(line + "\n" for line in lines)


def name_purpose(code: str) -> tuple[str, str]:
    """Chinese and English name; an older entry's text is its own name."""
    return PURPOSES.get(code, (code, code))


def name_beacon(beacon: str) -> tuple[str, str]:
    """Chinese and English name of a public number; an older entry's text is its own name."""
    source, _, number = beacon.partition("/")
    if source not in BEACONS:
        return beacon, beacon
    zh, en = BEACONS[source]
    return f"{zh} 第 {number} 期", f"{en}, round {number}"


@dataclass(frozen=True, slots=True)
class Visit:
    """An organisation that was drawn, and who goes there."""

    org: str
    inspectors: tuple[str, ...]


def select_visits(
    announced: Announcement, checkpoint: Checkpoint, beacon_value: str = ""
) -> tuple[Visit, ...]:
    """The draw: each set of organisations is as likely as any other, and each set of inspectors.

    Raises:
        ImpossibleSelection: another size than announced, or the beacon is missing.
    """
    if checkpoint.size != announced.at_size:
        raise ImpossibleSelection(
            f"树根为 {checkpoint.size} 条，公告为 {announced.at_size} 条。",
            f"The root is of {checkpoint.size} leaves, {announced.at_size} were announced.",
            do_zh="请用账本在公告大小时的树根。",
            do_en="Use the root of the tree of the announced size.",
        )
    if bool(beacon_value) != bool(announced.beacon) or "\n" in beacon_value:
        raise ImpossibleSelection(
            "公共随机数与公告不符。", "The public number is not what was announced."
        )
    seed = seed_of(announced, checkpoint, beacon_value)
    drawn = draw(seed, "orgs", announced.candidates, announced.orgs)
    return tuple(
        Visit(org, draw(seed, f"inspectors/{org}", announced.inspectors, announced.per_org))
        for org in drawn
    )


def seed_of(announced: Announcement, checkpoint: Checkpoint, beacon_value: str = "") -> bytes:
    """32 bytes: SHA-256 of domain, origin, size, root, public number and announcement."""
    lines = [DOMAIN, checkpoint.origin, str(checkpoint.size), b64(checkpoint.root), beacon_value]
    return hashlib.sha256(("\n".join(lines) + "\n" + announced.text).encode()).digest()


def draw(seed: bytes, label: str, items: Sequence[str], count: int) -> tuple[str, ...]:
    """``count`` of the items without repetition, in the order drawn (Fisher-Yates on sorted items).

    The stream is HMAC-SHA-256(seed, label NUL counter), counter 8 bytes big-endian from 0, read as
    64-bit big-endian words; a word that would favour small remainders is left out.
    """
    pool = sorted(items)
    words = _Words(seed, label)
    for place in range(count):
        other = place + words.below(len(pool) - place)
        pool[place], pool[other] = pool[other], pool[place]
    return tuple(pool[:count])


class _Words:
    """The stream of one label."""

    def __init__(self, seed: bytes, label: str) -> None:
        self._seed, self._label = seed, label.encode()
        self._counter = 0
        self._left = b""

    def below(self, bound: int) -> int:
        """An unbiased number from 0 to ``bound`` - 1."""
        limit = _WORDS - _WORDS % bound
        while (word := self._next()) >= limit:
            pass
        return word % bound

    def _next(self) -> int:
        if not self._left:
            message = self._label + b"\0" + self._counter.to_bytes(8, "big")
            self._left = hmac.digest(self._seed, message, "sha256")
            self._counter += 1
        word, self._left = self._left[:_WORD_BYTES], self._left[_WORD_BYTES:]
        return int.from_bytes(word, "big")


def _check_list(zh: str, en: str, items: Sequence[str], count: int) -> None:
    if len(set(items)) != len(items) or not all(items):
        raise ImpossibleSelection(f"{zh}名单有重复或空项。", f"The {en} are not distinct texts.")
    if any("," in item or "\n" in item for item in items):
        raise ImpossibleSelection(f"{zh}名单含有逗号。", f"A comma stands in the {en}.")
    if not 1 <= count <= len(items):
        raise ImpossibleSelection(
            f"{zh}应抽取 1 至 {len(items)} 个。", f"Draw 1 to {len(items)} of the {en}."
        )
