"""A process of its own that appends to a ledger that others write too, until it is done or killed.

It writes a line to its file for each acknowledged event, after it has verified the receipt: what
stands there was promised. Nothing here is buffered, so that a kill loses no promise.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from tests.conftest import settings_for
from tests.store.signer import Signer, proven
from waste_trace.ledger.event import payload_hash
from waste_trace.services.deployment import Deployment
from waste_trace.store.sequencer.batch import Batch
from waste_trace.store.sequencer.high_water import HighWater

#: One server process imports everything once; each appender is a fork of it.
PROCESSES = ForkServerContext()
PROCESSES.set_forkserver_preload(["pytest", "tests.store.appender"])

#: The steps of a batch, in order, before each of which a process can be stopped for good.
STEPS: dict[str, tuple[type[Any], str]] = {
    "place": (Batch, "ahead"),
    "write": (Batch, "flush"),
    "grow": (Batch, "seal"),
    "check": (Batch, "_check_again"),
    "move": (Batch, "_move_head"),
    "prove": (Batch, "receipts"),
    "mark": (HighWater, "raise_to"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does.

    Attributes:
        url, folder: the database and the data folder. dev: its device.
        file: where its promises stand. count: how many events. in_flight: how many at once.
        pause: the step at which it stops for good in the batch after ``after`` acknowledgements.
    """

    url: str
    folder: Path
    dev: str
    file: Path
    count: int
    in_flight: int = 1
    pause: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """An acknowledged event."""

    index: int
    payload_digest: bytes


def start(task: Task) -> ForkServerProcess:
    """Start the process."""
    process = PROCESSES.Process(target=append, args=(task,), daemon=True)
    process.start()
    return process


def promises(file: Path) -> list[Promise]:
    """What a process has promised; a line that is cut off was never finished."""
    if not file.exists():
        return []
    lines = file.read_text().split("\n")[:-1]
    words = [line.split() for line in lines if line.startswith("ack ")]
    return [Promise(int(index), bytes.fromhex(digest)) for _, index, digest in words]


def is_paused(file: Path) -> bool:
    """True once the process has stopped where it was told to."""
    return file.exists() and "paused\n" in file.read_text()


def append(task: Task) -> None:
    """Open the deployment, enrol a device, append, promise."""
    out = os.open(task.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    deployment = Deployment.open(settings_for(task.url, task.folder))
    signer = Signer(deployment.sequencer, task.dev)
    done = 0
    while done < task.count:
        if task.pause and done >= task.after:
            _stop_before(*STEPS[task.pause], lambda: os.write(out, b"paused\n"))
        items = [signer.sign() for _ in range(min(task.in_flight, task.count - done))]
        answers = [deployment.sequencer.submit(item) for item in items]
        for item, answer in zip(items, answers, strict=True):
            recorded = answer.result(60)
            assert proven(deployment.sequencer, item, recorded).index == recorded.index
            digest = payload_hash(item.envelope.payload).hex()
            os.write(out, f"ack {recorded.index} {digest}\n".encode())
            done += 1
    deployment.close()
    os.close(out)


def _stop_before(owner: type[Any], name: str, say: Callable[[], object]) -> None:
    original = getattr(owner, name)

    def stop(*arguments: Any, **named: Any) -> Any:
        say()
        time.sleep(600)
        return original(*arguments, **named)

    setattr(owner, name, stop)


__all__ = ["STEPS", "Promise", "Task", "append", "is_paused", "promises", "start"]
