"""Every story holds what it claims, closes its books, and is told as the page tells it."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.databases import Database
from tests.scenarios.page import PAGE, chapter, document
from tests.scenarios.scene import stage
from tests.scenarios.stories import STORIES
from waste_trace.custody.movements import Kind
from waste_trace.services.rebuild import rebuild, snapshot

pytestmark = pytest.mark.long

_told: dict[str, str] = {}


@pytest.mark.parametrize("key", STORIES)
def test_a_story(key: str, database: Database, quick_path: Path) -> None:
    story = STORIES[key]
    with stage(quick_path, database.url) as scene:
        story.play(scene)
        books = scene.books()
        assert books.closed, books
        assert books.total(Kind.LOSS) == Decimal(story.loss_kg)
        assert scene.open_findings() == story.standing
        _told[key] = chapter(key, story, scene)
        with scene.deployment.engine.connect() as connection:
            before = snapshot(connection)
        rebuild(scene.deployment)
        with scene.deployment.engine.connect() as connection:
            assert snapshot(connection) == before
    assert _told[key] in PAGE.read_text(encoding="utf-8")


def test_the_page_has_nothing_else() -> None:
    if _told.keys() == STORIES.keys():
        assert PAGE.read_text(encoding="utf-8") == document(_told)
