"""Every way in which bytes and rows are bent here: one generator for short tests and long runs."""

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes that are no longer what they were.

    Attributes:
        kind: what was done. data: the result. first: offset of the first byte that differs (or
            that is missing, or too many).
    """

    kind: str
    data: bytes
    first: int


#: Changes at a place; each byte of a file meets each of them if it is asked for often enough.
KINDS = ("bit", "byte", "cut", "double", "insert", "exchange", "end", "empty")


def changes(data: bytes, count: int, seed: str) -> Iterator[Change]:
    """``count`` changes of ``data``: places spread over all of it, first and last byte included."""
    chance = random.Random(seed)
    turn = made = 0
    while made < count:
        place = {0: 0, 1: len(data) - 1}.get(turn, chance.randrange(len(data)))
        kind = KINDS[turn % 6] if turn % 97 else KINDS[6 + turn // 97 % 2]
        changed = _change(data, kind, place, chance)
        turn += 1
        if changed != data:
            made += 1
            yield Change(kind, changed, _first_difference(data, changed))


def _change(data: bytes, kind: str, place: int, chance: random.Random) -> bytes:
    before, here, after = data[:place], data[place : place + 1], data[place + 1 :]
    match kind:
        case "bit":
            return before + bytes([here[0] ^ 1 << chance.randrange(8)]) + after
        case "byte":
            return before + bytes([chance.randrange(256)]) + after
        case "cut":
            return before + after
        case "double":
            return before + here * 2 + after
        case "insert":
            return before + bytes([chance.randrange(256)]) + here + after
        case "exchange":
            return before + after[:1] + here + after[1:]
        case "end":
            return data[:place]
        case _:
            return b""


def _first_difference(data: bytes, changed: bytes) -> int:
    for place, (one, two) in enumerate(zip(data, changed, strict=False)):
        if one != two:
            return place
    return min(len(data), len(changed))


def changed_text(text: str, chance: random.Random) -> str:
    """Another text, of characters that every database can hold."""
    while True:
        place = chance.randrange(len(text) + 1)
        other = chance.choice("0aZ+/=. \n—中")
        kept = chance.choice((place, place + 1))
        changed = text[:place] + chance.choice((other, "")) + text[kept:]
        if changed != text:
            return changed


def changed_number(number: int, chance: random.Random) -> int:
    """Another number, near or far, that a 64-bit column can hold."""
    others = (number + 1, number - 1, -number - 1, 0, number ^ 1 << chance.randrange(40))
    return chance.choice([other for other in others if other != number])
