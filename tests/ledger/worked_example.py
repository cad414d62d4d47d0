"""The examples of docs/ledger.md. ``python -m tests.ledger.worked_example`` writes them into it."""

import re
from pathlib import Path

from tests.ledger.first_example import first_blocks
from tests.ledger.larger_example import larger_blocks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
_BLOCK = re.compile(r"(<!-- example: (\w+) -->\n```\n)(.*?)(```\n)", re.DOTALL)


def example_blocks() -> dict[str, str]:
    """The text of every block of the page, by name, each ending in a newline."""
    return first_blocks() | larger_blocks()


def read_blocks(page: str) -> dict[str, str]:
    """The blocks as they stand in the page."""
    return {match[2]: match[3] for match in _BLOCK.finditer(page)}


def write_blocks(page: str, blocks: dict[str, str]) -> str:
    """The page with these blocks."""
    return _BLOCK.sub(lambda match: match[1] + blocks[match[2]] + match[4], page)


if __name__ == "__main__":
    PAGE.write_text(write_blocks(PAGE.read_text(encoding="utf-8"), example_blocks()), "utf-8")
