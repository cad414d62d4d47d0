"""Processes are killed at every step and at any moment: what was acknowledged is still there."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.store.appender import STEPS, Task, is_paused, promises, start
from tests.store.ledger_checks import Whole, check_ledger

RANDOM_KILLS = 6


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def kill(task: Task, when: Callable[[], bool]) -> None:
    """Start a process, and kill it without warning when something has come true."""
    process = start(task)
    wait_until(lambda: when() or not process.is_alive())
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL


def after_restart(
    database: Database, folder: Path, open_deployment: OpenDeployment, tasks: list[Task]
) -> Whole:
    """The ledger opens, is whole, and holds every promise of every killed process."""
    deployment = open_deployment(database, folder)
    assert deployment.sequencer.read_only is None
    whole = check_ledger(deployment.engine, deployment.sequencer.log_vkey)
    for task in tasks:
        for promise in promises(task.file):
            assert whole.hashes[promise.index] == promise.payload_digest
    return whole


def test_killed_before_each_step_of_a_batch(
    opened_database: Database, data_dir: Path, tmp_path: Path, open_deployment: OpenDeployment
) -> None:
    tasks: list[Task] = []
    for step in STEPS:
        file = tmp_path / f"{step}.txt"
        task = Task(opened_database.url, data_dir, f"dev-{step}", file, 9, 3, step, 3)
        kill(task, lambda file=file: is_paused(file))  # type: ignore[misc]
        tasks.append(task)
        whole = after_restart(opened_database, data_dir, open_deployment, tasks)
        assert len(promises(file)) == 3
        mine = [event.seq for event in whole.events if event.dev == task.dev]
        # Only after the commit can more be there than was promised.
        assert mine == list(range(6 if step == "mark" else 3)), step


def test_killed_at_any_moment(
    opened_database: Database, data_dir: Path, tmp_path: Path, open_deployment: OpenDeployment
) -> None:
    chance = random.Random(20261123)
    tasks: list[Task] = []
    for number in range(RANDOM_KILLS):
        file = tmp_path / f"{number}.txt"
        task = Task(opened_database.url, data_dir, f"dev-{number}", file, 100_000, 4)
        least, delay = chance.randint(1, 30), chance.random() * 0.03

        def enough(file: Path = file, least: int = least, delay: float = delay) -> bool:
            if len(promises(file)) < least:
                return False
            time.sleep(delay)
            return True

        kill(task, enough)
        tasks.append(task)
    whole = after_restart(opened_database, data_dir, open_deployment, tasks)
    for task in tasks:
        mine = [event.seq for event in whole.events if event.dev == task.dev]
        assert mine == list(range(len(mine)))
        assert len(mine) >= len(promises(task.file)) > 0
