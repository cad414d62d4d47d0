"""Many processes write one ledger at once, and one of them stops like a frozen machine.

``./run python -m tests.campaigns.crowd --processes 8 --count 1000 [--database both] [--json]``

First each of the processes appends ``count`` events: no gap, fork or duplicate, every event once.
Then a process is stopped (SIGSTOP) inside a batch, at several steps, with the head of the log
locked. On PostgreSQL the others go on without it, and when it wakes its batch is refused and its
events go in behind theirs. SQLite has one machine and no way to take a lock from a process that
lives: there the others wait, and all go on when it wakes.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tests.campaigns.kills import wait_until
from tests.campaigns.specimen import KINDS, Bench, bench
from tests.campaigns.tally import Tally
from tests.conftest import settings_for
from tests.store.appender import Task, is_paused, promises, start
from tests.store.ledger_checks import Whole, check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.store.writing import STALLED_SECONDS

#: Where a process is stopped: with the head locked and nothing written, all written, all signed.
STALLS = ("place", "move", "commit")


def crowd(found: Bench, processes: int, count: int, tally: Tally) -> None:
    """``processes`` that append ``count`` events each."""
    tasks = [_task(found, f"dev-crowd-{n}", count, in_flight=1 + 4 * n) for n in range(processes)]
    began = time.monotonic()
    running = [start(task) for task in tasks]
    for process in running:
        process.join(3600)
    seconds = time.monotonic() - began
    if any(process.exitcode != 0 for process in running):
        tally.fail(f"exit codes {[process.exitcode for process in running]}")
    _require_all(found, tasks, tally)
    tally.tried[f"{found.database.kind} events of {processes} processes"] += processes * count
    tally.figures[f"events_per_second_{found.database.kind}"] = round(processes * count / seconds)


def stall(
    found: Bench, step: str, count: int, tally: Tally, stalled_seconds: int = STALLED_SECONDS
) -> None:
    """One process stops at ``step`` while another one appends ``count`` events, and then wakes."""
    kind = found.database.kind
    frozen = _task(found, f"dev-frozen-{step}", 12, in_flight=3, pause=step)
    frozen = replace(frozen, stalled_seconds=stalled_seconds)
    other = _task(found, f"dev-other-{step}", count, in_flight=3)
    sleeper = start(frozen)
    wait_until(lambda: is_paused(frozen.file) or not sleeper.is_alive())
    assert sleeper.pid is not None
    began = time.monotonic()
    worker = start(other)
    try:
        if kind == "postgresql":
            worker.join(120)
            tally.took(time.monotonic() - began)
            if worker.is_alive():
                tally.fail(f"{kind} {step}: nobody went on while one process was stopped")
        else:
            time.sleep(1)
            if promises(other.file):
                tally.fail(f"{kind} {step}: the head was not locked")
    finally:
        os.kill(sleeper.pid, signal.SIGCONT)
    for process in (worker, sleeper):
        process.join(120)
    if (worker.exitcode, sleeper.exitcode) != (0, 0):
        tally.fail(f"{kind} {step}: exit codes {worker.exitcode} and {sleeper.exitcode}")
    whole = _require_all(found, [frozen, other], tally)
    if kind == "postgresql":
        _require_fenced(whole, frozen, other, tally)
    tally.tried[f"{kind} stopped at {step}"] += 1


def _require_fenced(whole: Whole, frozen: Task, other: Task, tally: Tally) -> None:
    """What the sleeper had not committed stands behind all that was written while it slept."""
    last = max(promise.index for promise in promises(other.file))
    late = [promise.index for promise in promises(frozen.file)][frozen.after :]
    if not late or min(late) < last:
        tally.fail(f"{frozen.dev}: its batch was not refused ({late[:3]} before {last})")


def _require_all(found: Bench, tasks: Sequence[Task], tally: Tally) -> Whole:
    """Every promise is kept, and every event of every process is there once."""
    settings = settings_for(found.database.url, found.folder)
    deployment = Deployment.open(settings)
    try:
        whole = check_ledger(deployment.engine, deployment.sequencer.log_vkey)
    finally:
        deployment.close()
    seqs = Counter(event.dev for event in whole.events)
    for task in tasks:
        kept = promises(task.file)
        for broken in whole.broken(kept):
            tally.fail(f"{task.dev}: {broken}")
        if len(kept) != task.count or seqs[task.dev] != task.count:
            tally.fail(f"{task.dev}: {len(kept)} promises, {seqs[task.dev]} events")
    return whole


def _task(found: Bench, dev: str, count: int, *, in_flight: int, pause: str = "") -> Task:
    file = found.scratch / f"{dev}.txt"
    after = 3 if pause else 0
    return Task(found.database.url, found.folder, dev, file, count, in_flight, pause, after,
                stall=bool(pause))  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the exit code is 1 for any gap, fork, duplicate or lost event."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--count", type=int, default=1000, help="events of each process")
    parser.add_argument("--database", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    tally = Tally("crowd")
    for kind in KINDS if options.database == "both" else (options.database,):
        with bench(kind) as found:
            crowd(found, options.processes, options.count, tally)
            for step in STALLS:
                stall(found, step, 30, tally)
    return tally.report(as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
