"""A story: a title, what it shows, and how it goes."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.scenarios.scene import Scene


@dataclass(frozen=True, slots=True)
class Story:
    """One story of the page.

    Attributes:
        play: tells it on an empty stage and proves what it claims (`api.demo.stage.prove`).
        standing: names of the rules that findings stand open of at the end.
        loss_kg: what the books say that scales lost (-) or gained, as text.
    """

    zh: str
    en: str
    about_zh: str
    about_en: str
    play: Callable[[Scene], None]
    standing: frozenset[str] = frozenset()
    loss_kg: str = "0"
