"""Processes are killed at every step and at any moment: what was acknowledged is still there.

The same a thousand times: tests/campaigns/kills.py.
"""

from pathlib import Path

import pytest

from tests.campaigns.kills import Campaign
from tests.campaigns.specimen import Bench
from tests.campaigns.tally import Tally
from tests.databases import Database
from tests.store.appender import STEPS, promises

pytestmark = pytest.mark.long


def campaign(
    database: Database, data_dir: Path, tmp_path: Path, *, hasty: bool = False
) -> Campaign:
    """Kills on the test's ledger."""
    bench = Bench(database, data_dir, tmp_path)
    return Campaign(bench, 20261123, Tally("kills"), hasty=hasty)


def test_killed_at_each_step_of_a_batch(
    opened_database: Database, data_dir: Path, tmp_path: Path
) -> None:
    kills = campaign(opened_database, data_dir, tmp_path)
    for number, (name, step) in enumerate(STEPS.items()):
        task = kills.at_step(number, name)
        whole = kills.check()
        assert len(promises(task.file)) == 3
        mine = [event.seq for event in whole.events if event.dev == task.dev]
        # Only after the commit can more be there than was promised: one event to three.
        assert len(mine) in ((4, 5, 6) if step.committed else (3,)), name
    assert kills.tally.failures == []


def test_killed_at_any_moment(opened_database: Database, data_dir: Path, tmp_path: Path) -> None:
    kills = campaign(opened_database, data_dir, tmp_path)
    for number in range(8):  # the eighth while another process writes too
        kills.at_random(number)
    kills.check()
    assert kills.tally.failures == []
    assert sum(len(promises(task.file)) for task in kills.tasks) > 8


def test_a_writer_that_answers_before_it_commits_would_be_noticed(
    opened_database: Database, data_dir: Path, tmp_path: Path
) -> None:
    kills = campaign(opened_database, data_dir, tmp_path, hasty=True)
    kills.at_step(0, "commit")  # between the answer that came too early and the commit
    kills.at_step(1, "answer")
    kills.check()
    lost = [words for words in kills.tally.failures if "is lost" in words]
    shown = [words for words in kills.tally.failures if "another checkpoint" in words]
    assert lost
    assert shown
    assert all(words.startswith("dev-kill-0:") for words in lost + shown)
