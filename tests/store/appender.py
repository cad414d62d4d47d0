"""A process of its own that appends to a ledger that others write too, until it is done or killed.

It writes a line to its file for each acknowledged event, after it has verified the receipt: what
stands there was promised. Nothing here is buffered, so that a kill loses no promise.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DBAPIError

from tests.conftest import settings_for
from tests.store.signer import Signer, proven
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.event import payload_hash
from waste_trace.ledger.receipt import parse_receipt
from waste_trace.services.deployment import Deployment
from waste_trace.store import writing
from waste_trace.store.sequencer import Sequencer
from waste_trace.store.sequencer.batch import Batch, Submitted
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.sequencer.known_keys import KnownKeys
from waste_trace.store.sequencer.outcome import Recorded
from waste_trace.store.writing import STALLED_SECONDS

#: One server process imports everything once; each appender is a fork of it.
PROCESSES = ForkServerContext()
PROCESSES.set_forkserver_preload(["pytest", "tests.store.appender"])


@dataclass(frozen=True, slots=True)
class Step:
    """A moment in a batch: before a method is called, or after it has returned."""

    owner: type[Any]
    method: str
    after: bool = False
    committed: bool = False


#: The moments of a batch, in order, at each of which a process can be stopped for good.
STEPS: dict[str, Step] = {
    "place": Step(Batch, "ahead"),
    "write": Step(Batch, "flush"),
    "grow": Step(Batch, "seal"),
    "check": Step(Batch, "_check_again"),
    "move": Step(Batch, "_move_head"),
    "prove": Step(Batch, "receipts"),
    "commit": Step(Batch, "receipts", after=True),
    "publish": Step(KnownKeys, "committed", committed=True),
    "mark": Step(HighWater, "raise_to", committed=True),
    "answer": Step(HighWater, "raise_to", after=True, committed=True),
}


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does.

    Attributes:
        url, folder: the database and the data folder. dev: its device.
        file: where its promises stand. count: how many events. in_flight: how many at once.
        pause: the step at which it stops for good in the batch after ``after`` acknowledgements.
        stall: it stops there like a frozen machine instead (SIGSTOP), once, until it is woken.
        stalled_seconds: after so long PostgreSQL ends the session of a process that has stopped.
        slow_ms: at each step it waits up to so long, at random, so that a kill falls between any
            two of them; without that it would nearly always fall into the disk's own wait.
        hasty: a broken writer, which answers before it has committed. Tests of the tests use it.
    """

    url: str
    folder: Path
    dev: str
    file: Path
    count: int
    in_flight: int = 1
    pause: str = ""
    after: int = 0
    stall: bool = False
    stalled_seconds: int = STALLED_SECONDS
    slow_ms: int = 0
    hasty: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """An acknowledged event, and the checkpoint under which it was acknowledged."""

    index: int
    payload_digest: bytes
    size: int
    root: bytes


def start(task: Task) -> ForkServerProcess:
    """Start the process."""
    process = PROCESSES.Process(target=append, args=(task,), daemon=True)
    process.start()
    return process


def promises(file: Path) -> list[Promise]:
    """What a process has promised; a line that is cut off was never finished."""
    words = [line.split() for line in _lines(file) if line.startswith("ack ")]
    return [
        Promise(int(index), bytes.fromhex(digest), int(size), bytes.fromhex(root))
        for _, index, digest, size, root in words
    ]


def is_paused(file: Path) -> bool:
    """True once the process has stopped where it was told to."""
    return "paused" in _lines(file)


def restart_seconds(file: Path) -> float | None:
    """How long it took from the start to the first event in the ledger."""
    found = [line.split()[1] for line in _lines(file) if line.startswith("open ")]
    return float(found[0]) if found else None


def append(task: Task) -> None:
    """Open the deployment, enrol a device, append, promise."""
    out = os.open(task.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    writing.STALLED_SECONDS = task.stalled_seconds
    began = time.monotonic()
    deployment = Deployment.open(settings_for(task.url, task.folder))
    signer = Signer(deployment.sequencer, task.dev)
    os.write(out, f"open {time.monotonic() - began:.4f}\n".encode())
    _bend(task, out)
    done = 0
    while done < task.count:
        if task.pause and done >= task.after:
            _at(STEPS[task.pause], lambda: _stop(task, out))
        items = [signer.sign() for _ in range(min(task.in_flight, task.count - done))]
        answers = [deployment.sequencer.submit(item) for item in items]
        for item, answer in zip(items, answers, strict=True):
            recorded = _recorded(deployment.sequencer, item, answer)
            assert proven(deployment.sequencer, item, recorded).index == recorded.index
            if not task.hasty:
                _promise(out, recorded, payload_hash(item.envelope.payload))
            done += 1
    deployment.close()
    os.close(out)


def _bend(task: Task, out: int) -> None:
    """Slow the steps down, or break the writer, as the task wants it."""
    if task.hasty:
        _make_hasty(out)
    chance = random.Random(task.dev)
    for step in STEPS.values() if task.slow_ms else ():
        _at(step, lambda: time.sleep(chance.random() * task.slow_ms / 1000))


def _make_hasty(out: int) -> None:
    receipts = Batch.receipts

    def hasty(batch: Batch, *arguments: Any) -> list[Recorded]:
        found = receipts(batch, *arguments)
        digests = {index: digest for digest, (index, _) in batch._placed.items()}
        for recorded in found:
            _promise(out, recorded, digests[recorded.index])
        return found

    Batch.receipts = hasty  # type: ignore[method-assign, assignment]


def _promise(out: int, recorded: Recorded, digest: bytes) -> None:
    seen = read_checkpoint(parse_receipt(recorded.receipt).checkpoint)
    line = f"ack {recorded.index} {digest.hex()} {seen.size} {seen.root.hex()}\n"
    os.write(out, line.encode())


def _at(step: Step, act: Callable[[], object]) -> None:
    original = getattr(step.owner, step.method)

    def with_it(*arguments: Any, **named: Any) -> Any:
        if not step.after:
            act()
        found = original(*arguments, **named)
        if step.after:
            act()
        return found

    setattr(step.owner, step.method, with_it)


def _recorded(sequencer: Sequencer, item: Submitted, answer: Future[Recorded]) -> Recorded:
    """The answer; where the database failed, a device sends the same bytes again."""
    try:
        return answer.result(120)
    except DBAPIError:
        return sequencer.submit(item).result(120)


def _stop(task: Task, out: int) -> None:
    if task.stall and is_paused(task.file):
        return  # it was stopped and woken before
    os.write(out, b"paused\n")
    if task.stall:
        # To this very thread: another one might take its time to notice, and the batch would go on.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    else:
        time.sleep(600)


def _lines(file: Path) -> list[str]:
    return file.read_text().split("\n")[:-1] if file.exists() else []
