"""Names that stand in the ledger for ever: what people can read and both databases can hold."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MOST_NAME = 64


def is_plain(text: str, most: int = 200) -> bool:
    """True for 1 to ``most`` characters of which none controls a terminal or ends a string."""
    return 1 <= len(text) <= most and not _CONTROL.search(text)
