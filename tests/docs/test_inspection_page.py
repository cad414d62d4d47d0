"""The worked example of the inspection page: a stranger's program and ours draw the same."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

from waste_trace.compliance.finding_life import mermaid
from waste_trace.compliance.selection import Announcement, select_visits
from waste_trace.ledger.checkpoint import Checkpoint

TEXT = (Path(__file__).parents[2] / "docs/inspection.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def test_the_program_on_the_page_prints_what_the_page_says() -> None:
    ran = subprocess.run(
        [sys.executable, "-I", "-c", _block("python")], capture_output=True, text=True, check=True
    )
    assert ran.stdout == _block("text")


def test_the_product_draws_the_same() -> None:
    announced = Announcement(
        purpose="routine",
        at_size=1200,
        candidates=(
            "91330482MA2CUX11X3", "91330482MA28AB125R", "91330482MA2BEF34X5",
            "91330482MA2KGH459G", "91330482MA2LJK569P",
        ),
        inspectors=("usr_k3", "usr_a9", "usr_p7", "usr_m2"),
        orgs=2,
        per_org=2,
    )  # fmt: skip
    root = hashlib.sha256(b"worked example").digest()
    visits = select_visits(announced, Checkpoint("pinghu.waste-trace.example/1", 1200, root))
    lines = [" ".join([visit.org, *visit.inspectors]) for visit in visits]
    assert "\n".join(lines) + "\n" == _block("text")


def test_the_life_of_a_finding_on_its_page_is_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs/compliance.md").read_text(encoding="utf-8")
    assert mermaid() in page
