"""Pinyin initials of Chinese text, for typing 废矿物油 as “fkwy” on a keypad.

GB 2312 orders its 3,755 first-level characters by pinyin: the code point tells the initial.
Second-level characters are ordered by radical: those that the waste lists use are written out.
"""

from bisect import bisect_right
from functools import lru_cache

_BOUNDARIES = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"),
    (0xB8C1, "g"), (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"),
    (0xC4C3, "n"), (0xC5B6, "o"), (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"),
    (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"), (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
_STARTS = tuple(start for start, _ in _BOUNDARIES)
_LAST = 0xD7F9
_SECOND_LEVEL = dict(
    zip(
        "镉珩萘蒽鞣铵钛萃矸溴酯锂苄酐羧肼酰羟砜羰钼钯煲黏漩铍碲铊腈钴铋铟俣呋喃",
        "ghneratcgxzlbgsjxqftmbbnxpdtjgbyyfn",
        strict=True,
    )
)


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """Return the initials of the Chinese characters, lower-case; letters and digits stay."""
    return "".join(_initial(c) for c in text)


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if character in _SECOND_LEVEL:
        return _SECOND_LEVEL[character]
    try:
        encoded = character.encode("gb2312")
    except UnicodeEncodeError:
        return ""
    point = int.from_bytes(encoded, "big")
    if not _STARTS[0] <= point <= _LAST:
        return ""
    return _BOUNDARIES[bisect_right(_STARTS, point) - 1][1]
