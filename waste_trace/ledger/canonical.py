"""One spelling for every JSON value that is signed or hashed: RFC 8785 (JCS), restricted.

The profile: ASCII keys, no floats, integers within ±(2^53-1), depth at most 32, Unicode scalar
values only. Within it, sorting by key bytes equals RFC 8785's UTF-16 order and orjson writes the
RFC's escapes, so the fast writer gives the same bytes as the reference implementation.
"""

from typing import TypeAlias

import orjson

from waste_trace.ledger.errors import NotCanonical

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1
_PLAIN = frozenset({str, bool, type(None)})  # types all of whose values may stand anywhere


def canonical_bytes(value: object) -> bytes:
    """The RFC 8785 bytes of ``value``; NotCanonical where the profile does not allow it.

    Tuples count as arrays. Subclasses (enums, str subclasses) are refused: what they would be
    written as is not visible in the value.
    """
    _check(value, 0)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, ValueError) as error:  # a lone surrogate, which only the writer sees
        raise NotCanonical(
            "文本含有无法编码为 UTF-8 的字符。", "A string cannot be written as UTF-8."
        ) from error


def parse_canonical(data: bytes) -> JsonValue:
    """Read bytes that are already canonical; NotCanonical for any other spelling.

    Writing the value again and comparing catches duplicate keys, white space, needless escapes,
    key order and number spellings at once.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise NotCanonical("规范 JSON 必须是字节。", "Canonical JSON must be given as bytes.")
    raw = bytes(data)
    try:
        value: JsonValue = orjson.loads(raw)
    except ValueError as error:
        raise NotCanonical("不是有效的 JSON。", f"Not valid JSON: {error}.") from error
    if canonical_bytes(value) != raw:
        raise NotCanonical(
            "JSON 不是规范形式（重复键、空白、转义、键序或数字写法）。",
            "The JSON is not canonical: duplicate keys, space, escapes, key order or numbers.",
        )
    return value


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind in _PLAIN:
        return
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]  # kind is int
            raise NotCanonical(
                "整数超出 ±(2^53-1)。", "An integer is outside ±(2^53-1).", value=str(value)
            )
        return
    if depth >= MAX_DEPTH:
        raise NotCanonical("嵌套过深。", f"Nested more than {MAX_DEPTH} deep.", limit=MAX_DEPTH)
    if isinstance(value, dict) and kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                raise _bad_key(key)
            if type(item) not in _PLAIN:  # asked here, because most values are texts
                _check(item, depth + 1)
    elif isinstance(value, (list, tuple)) and kind in (list, tuple):
        for item in value:
            if type(item) not in _PLAIN:
                _check(item, depth + 1)
    else:
        name = kind.__name__
        raise NotCanonical(
            f"规范 JSON 中不允许 {name} 类型。", f"A {name} has no place in canonical JSON."
        )


def _bad_key(key: object) -> NotCanonical:
    return NotCanonical("键必须是 ASCII 文本。", "Keys must be ASCII text.", key=repr(key))
