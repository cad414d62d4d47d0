"""Kill processes that write the ledger, at every step and at any moment: nothing promised is lost.

``./run python -m tests.campaigns.kills --count 1000 --seed 1 [--database both] [--json]``

Half of the kills fall on a named step of a batch in turn, half at random while every step is slowed
down by some milliseconds; now and then another process goes on writing beside the one that dies.
After all of them the ledger is whole, holds every event that was acknowledged, and has signed no
second checkpoint of any size that it had shown. That the campaign would notice a loss is shown by
``--hasty``: a writer that answers before it commits, for which failures are expected.
"""

import argparse
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess

from tests.campaigns.specimen import KINDS, Bench, bench
from tests.campaigns.tally import Tally
from tests.conftest import settings_for
from tests.store.appender import STEPS, Task, is_paused, promises, restart_seconds, start
from tests.store.ledger_checks import Whole, check_ledger
from waste_trace.services.deployment import Deployment

#: A restart may take so long, from the first line of a new process to its first logged event.
MOST_RESTART_SECONDS = 1.0


@dataclass
class Campaign:
    """Kills on one ledger. ``hasty``: with the broken writer."""

    found: Bench
    seed: int
    tally: Tally
    hasty: bool = False
    tasks: list[Task] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed} {self.found.database.kind}")

    def run(self, count: int, *, check_every: int = 250) -> None:
        """``count`` kills; the ledger is checked now and then, and at the end."""
        steps = list(STEPS)
        for number in range(count):
            if number % 2:
                self.at_random(number)
            else:
                self.at_step(number, steps[number // 2 % len(steps)])
            if number % check_every == check_every - 1:
                self.check()
        self.check()

    def check(self) -> Whole:
        """Open the ledger as a restart does, and hold it against every promise ever made."""
        settings = settings_for(self.found.database.url, self.found.folder)
        deployment = Deployment.open(settings)
        try:
            if deployment.sequencer.read_only is not None:
                self.tally.fail(f"read-only after a kill: {deployment.sequencer.read_only.en}")
            whole = check_ledger(deployment.engine, deployment.sequencer.log_vkey)
        finally:
            deployment.close()
        for task in self.tasks:
            kept = promises(task.file)
            for broken in whole.broken(kept):
                self.tally.fail(f"{task.dev}: {broken}")
            mine = [event.seq for event in whole.events if event.dev == task.dev]
            if mine != list(range(len(mine))):
                self.tally.fail(f"{task.dev}: its events are not in one run")
        return whole

    def at_step(self, number: int, step: str) -> Task:
        """Kill a process that has stopped at a step of its second batch."""
        task = self._task(number, 9, 3, pause=step, after=3)
        kill(task, lambda: is_paused(task.file), self._beside(number))
        self._count(task, f"at {step}")
        return task

    def at_random(self, number: int) -> None:
        """Kill a process while it writes, whatever it does just then."""
        chance = self._chance
        task = self._task(number, 100_000, chance.choice((1, 4)), slow_ms=4)
        least, delay = chance.randint(0, 8), chance.random() * 0.05

        def now() -> bool:
            if len(promises(task.file)) < least:
                return False
            time.sleep(delay)
            return True

        kill(task, now, self._beside(number))
        self._count(task, "at random")

    def _beside(self, number: int) -> Task | None:
        """Every eighth time another process writes too, and lives."""
        return self._task(number, 12, 3, beside=True) if number % 8 == 7 else None

    def _task(
        self, number: int, count: int, in_flight: int, *, pause: str = "", after: int = 0,
        slow_ms: int = 0, beside: bool = False,
    ) -> Task:  # fmt: skip
        dev = f"dev-{'by' if beside else 'kill'}-{number}"
        file = self.found.scratch / f"{dev}.txt"
        task = Task(
            self.found.database.url,
            self.found.folder,
            dev,
            file,
            count,
            in_flight,
            pause,
            after,
            slow_ms=slow_ms,
            hasty=self.hasty and not beside,
        )
        self.tasks.append(task)
        return task

    def _count(self, task: Task, words: str) -> None:
        self.tally.tried[f"{self.found.database.kind} {words}"] += 1
        seconds = restart_seconds(task.file)
        if seconds is not None:
            self.restarts.append(seconds)
            self.tally.took(seconds)


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + 120
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("the other process does not do what it should")
        time.sleep(0.002)


def kill(task: Task, when: Callable[[], bool], beside: Task | None = None) -> None:
    """Start a process, and kill it without warning when something has come true."""
    witness = start(beside) if beside is not None else None
    process = start(task)
    wait_until(lambda: when() or not process.is_alive())
    _require_alive(process)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    if witness is not None:
        witness.join(120)
        assert witness.exitcode == 0


def _require_alive(process: ForkServerProcess) -> None:
    if not process.is_alive():
        raise RuntimeError(f"the process ended by itself with {process.exitcode}")


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of them lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the exit code is 1 if anything was lost, forked, or slow to come back."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--hasty", action="store_true", help="a broken writer: it must be noticed")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    tally = Tally("kills of a broken writer" if options.hasty else "kills")
    kinds = KINDS if options.database == "both" else (options.database,)
    restarts: list[float] = []
    for kind in kinds:
        with bench(kind) as found:
            campaign = Campaign(found, options.seed, tally, hasty=options.hasty)
            campaign.run(options.count // len(kinds))
            promised = [promise for task in campaign.tasks for promise in promises(task.file)]
            tally.figures[f"promises_{kind}"] = len(promised)
            restarts += campaign.restarts
    slow = percentile(restarts, 0.99)
    tally.figures["restart_p50_ms"] = round(percentile(restarts, 0.5) * 1000)
    tally.figures["restart_p99_ms"] = round(slow * 1000)
    if slow >= MOST_RESTART_SECONDS and not options.hasty:
        tally.fail(f"a restart takes {slow:.2f} s (99th percentile)")
    return tally.report(as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
