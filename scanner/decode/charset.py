"""Chinese texts that name no character set: GB 18030 bytes in a QR code without ECI.

ISO/IEC 18004 would have them Latin-1 and zxing-cpp guesses a Western or Japanese set, so that
every such text comes out wrong. Bytes that pair up wholly as the 3,755 common hanzi and the
punctuation of GB/T 2312 are Chinese: as Latin-1 they would be runs of accented capitals in even
number, as Shift JIS runs of half-width kana.
"""

from __future__ import annotations

_LEADS = frozenset((*range(0xA1, 0xA4), *range(0xB0, 0xD8)))  # punctuation, digits; level-1 hanzi


def chinese(data: bytes) -> str | None:
    """The text of GB/T 2312 bytes that hold at least one hanzi, None for anything else.

    UTF-8 is never taken for it: its three-byte hanzi leave a byte unpaired or out of range, and
    what is valid UTF-8 is left to the decoder.
    """
    if data.isascii() or _is_utf8(data):
        return None
    at, hanzi = 0, 0
    while at < len(data):
        if data[at] < 0x80:
            at += 1
            continue
        if data[at] not in _LEADS or at + 1 >= len(data) or not 0xA1 <= data[at + 1] <= 0xFE:
            return None
        hanzi += data[at] >= 0xB0
        at += 2
    try:
        return data.decode("gb18030") if hanzi else None
    except UnicodeDecodeError:
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
