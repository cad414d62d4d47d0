"""The documents say what the code does: generated pages are current, links and commands exist."""

import re
from pathlib import Path

import pytest

from api.cli.main import COMMANDS
from waste_trace.custody.document import document

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_custody_page_is_what_the_code_says() -> None:
    assert (ROOT / "docs/custody.md").read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", text)
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_command_of_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = {match for match in re.findall(r"`?\./run ([a-z]+)", text)} - {"python"}
    assert named - set(COMMANDS) == set()
    assert {"demo", "scan", "trace", "verify", "label", "ledger", "rebuild"} <= named
