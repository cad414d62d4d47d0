"""docs/scenarios.md, made from a run: `python -m tests.scenarios.page` writes it anew."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from pathlib import Path

from tests.scenarios.books import Books
from tests.scenarios.parties import EVERYBODY
from tests.scenarios.scene import Line, Scene, day_and_time, stage
from tests.scenarios.stories import STORIES
from tests.scenarios.story import Story
from waste_trace.custody.movements import KIND_ZH, Kind

PAGE = Path(__file__).parents[2] / "docs" / "scenarios.md"
_HEAD = """# Scenarios 场景

Each story is played through the HTTP API of a running server, with handhelds that sign, on an
invented cast. The page is made from the run by `./run python -m tests.scenarios.page`; a test fails
when the run and the page differ. D1 is a Monday; times are those of Shanghai; C1 is a container,
M1 a manifest, #12 the twelfth entry of the story in the ledger.
场景由真实服务器运行生成：步骤、事件、问题与物料平衡。
"""
_ENTRY = re.compile(r"(#|第 |entry |entries |(?<=\d) and )(\d+)(?= 条|\b)")
_DEVICE = re.compile(r"dev-[0-9a-f]{16}")


def document(chapters: Mapping[str, str]) -> str:
    """The whole page from its chapters."""
    contents = "\n".join(
        f"{n}. [{story.zh} {story.en}](#{key})" for n, (key, story) in enumerate(_numbered(), 1)
    )
    return "\n".join([_HEAD, contents, "", *(chapters[key] for key in STORIES)])


def chapter(key: str, story: Story, scene: Scene) -> str:
    """One story as it went: its steps, its findings, its books."""
    lines = [
        f'<a id="{key}"></a>',
        "",
        f"## {story.zh} {story.en}",
        "",
        story.about_zh,
        story.about_en,
        "",
        "| 时间 time | 谁 who | 做什么 what | 对象 about | 台账 entry |",
        "|---|---|---|---|---|",
        *(_line(one, scene) for one in scene.told),
        "",
        *_findings(scene),
        "",
        *_balance(scene.books()),
        "",
    ]
    return "\n".join(lines)


def _numbered() -> Iterator[tuple[str, Story]]:
    yield from STORIES.items()


def _line(told: Line | str, scene: Scene) -> str:
    if isinstance(told, str):
        return f"| | | *{told}* | | |"
    what = f"{told.zh} {told.en} | {told.about} | {scene.entry(told.index)}"
    return f"| {day_and_time(told.at)} | {told.who} | {what} |"


def _findings(scene: Scene) -> Iterator[str]:
    found = scene.findings()
    if not found:
        yield "没有问题。 No findings."
        return
    yield "问题 Findings:"
    yield ""
    for row in found:
        cleared = row["cleared_idx"]
        state = "未消除 open" if cleared is None else f"已消除 cleared by {scene.entry(cleared)}"
        if row["status"] not in ("", "open"):
            state += f"，{row['status_zh']} {row['status']}"
        text = _readable(f"{row['zh']} {row['en']}", scene)
        yield f"- `{row['rule']}` {text} ({state})"


def _readable(text: str, scene: Scene) -> str:
    for code, name in scene.names.items():
        text = text.replace(code, name)
    for party in EVERYBODY:
        text = text.replace(party.org, party.name)
    # Where the story begins in the ledger is no part of it.
    text = _ENTRY.sub(lambda found: f"{found[1]}{int(found[2]) - scene.first + 1}", text)
    return _DEVICE.sub("dev-…", text)


def _balance(books: Books) -> Iterator[str]:
    names = {party.org: party.name for party in EVERYBODY}
    kinds = [kind for kind in Kind if any(kind.value in row for row in books.by_org.values())]
    yield "物料平衡 Mass balance (kg):"
    yield ""
    heads = " | ".join(f"{KIND_ZH[kind]} {kind.value}" for kind in kinds)
    yield f"| 单位 | {heads} | 期末 closing |"
    yield "|---|" + "--:|" * (len(kinds) + 1)
    for org in sorted(books.by_org):
        row = books.by_org[org]
        cells = [_kg(row.get(kind.value)) for kind in kinds]
        yield f"| {names[org]} | {' | '.join(cells)} | {_kg(books.closing(org))} |"
    totals = [_kg(books.total(kind)) for kind in kinds]
    yield f"| **合计 total** | {' | '.join(totals)} | {_kg(books.stock_kg)} |"


def _kg(weight_kg: Decimal | None) -> str:
    return "" if weight_kg is None else f"{weight_kg:,.3f}"


def tell(key: str) -> str:
    """Play one story in a folder of its own; its chapter."""
    folder = Path(tempfile.mkdtemp(prefix="scenario-"))
    try:
        with stage(folder) as scene:
            STORIES[key].play(scene)
            return chapter(key, STORIES[key], scene)
    finally:
        shutil.rmtree(folder)


def main() -> None:
    """Play every story and write the page."""
    with ProcessPoolExecutor() as pool:
        chapters = dict(zip(STORIES, pool.map(tell, STORIES), strict=True))
    PAGE.write_text(document(chapters), encoding="utf-8")


if __name__ == "__main__":
    main()
