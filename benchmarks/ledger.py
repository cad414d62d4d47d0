"""How fast the ledger takes events, against the database alone, in one run.

Ours: every event's device signature verified, appended, projected, and answered with its inclusion
receipt. Beside it, on the same disk and in the same run: (a) the raw database inserting the same
leaves in the same batches; (b) ours with one transaction for each event; (c) the usual home-made
hash chain: a lock on the head for each event, one insert, the new head, one commit. (d) is ours
without the read tables of custody (only index, device chains and keys), which is what other logs do
and no more.
Then ours behind a real server, over several connections, event by event and in batches of 64.

A row's "CPU us" is processor time of all processes of ours for each event: on a machine that others
use too it says more than the rate. (c) depends on the disk alone: where fsync is fast, so is (c).
``--flush-ms`` makes each flush of the disk take longer, in every row alike, as disks do that have
no cache of their own (4 ms is common); it leaves out the server, which is a process of its own.

On a machine that others use too, one run says little: ``--rounds 5`` takes all rows in turn and
tells the median of each figure, and between which rates it lay.

``./run python benchmarks/ledger.py [--events N] [--in-flight N] [--rounds N] [--database URL]
[--flush-ms MS]``
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median_high
from typing import Any

from sqlalchemy import Connection, Engine, event

import migrations
from benchmarks.baselines import empty_database, locked_chain, raw_inserts
from benchmarks.traffic import signed
from waste_trace.services.deployment import Deployment
from waste_trace.services.memory import look_for_cycles_seldom
from waste_trace.services.record_event import submit_event
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.projector import Projector, Record
from waste_trace.store.projector.parties import REGISTRY_TYPES
from waste_trace.store.projector.projector import index_row
from waste_trace.store.projector.work import Work
from waste_trace.store.sequencer import Recorded

_CONNECTIONS = 8
#: What the product commits at once where so many wait.
_BATCH: int = Settings.model_fields["batch_events"].default


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--devices", type=int, default=20)
    parser.add_argument(
        "--in-flight", type=int, default=1024, help="at once, as from a district's handhelds"
    )
    parser.add_argument("--database", default="", help="a PostgreSQL URL; default SQLite")
    parser.add_argument("--flush-ms", type=float, default=0, help="added to each flush")
    parser.add_argument("--rounds", type=int, default=1, help="all rows in turn; medians are told")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="waste-trace-benchmark-"))
    events, devices, flying = options.events, options.devices, options.in_flight
    _flush_slowly(options.flush_ms / 1000)
    few = max(200, events // 20)
    fsync_ms = _fsync_ms(folder)
    alone = partial(_ours, projector=IndexAlone)
    rows: list[tuple[str, Callable[[str, Path], Row]]] = [
        ("ours", lambda url, at: _ours(at, url, events, devices, flying)),
        ("(b) ours, one event a commit", lambda url, at: _ours(at, url, few, 4, flying, 1)),
        ("(a) raw inserts, same batches", lambda url, _: Row(raw_inserts(url, events, _BATCH))),
        ("(c) a lock for each event", lambda url, _: Row(locked_chain(url, few))),
        ("(d) ours, the log alone", lambda url, at: alone(at, url, events, devices, flying)),
    ]
    if not options.flush_ms:
        rows += [
            ("HTTP, event by event", lambda url, at: _http(at, url, events // 4, devices, 1)),
            ("HTTP, batches of 64", lambda url, at: _http(at, url, events, devices, 64)),
        ]
    measured: list[list[Row]] = [[] for _ in rows]
    for turn in range(options.rounds):
        for number, (_, measure) in enumerate(rows):
            at = folder / f"{turn}-{number}"
            with empty_database(options.database, at) as url:
                measured[number].append(measure(url, at))
    sys.stdout.write(f"fsync {fsync_ms:.2f} ms (median)\n{'':<32}{'events/s':>10}{'ours / it':>11}")
    sys.stdout.write(f"{'p50 ms':>9}{'p99 ms':>9}{'CPU us':>8}{'slowest':>10}{'fastest':>9}\n")
    ours = Row.median(measured[0]).rate
    for (name, _), found in zip(rows, measured, strict=True):
        row, rates = Row.median(found), [one.rate for one in found]
        times = f"{row.p50_ms:>9.0f}{row.p99_ms:>9.0f}" if row.p50_ms else f"{'':>18}"
        cpu = f"{row.cpu_us:>8.0f}" if row.cpu_us else f"{'':>8}"
        sys.stdout.write(f"{name:<32}{row.rate:>10.0f}{ours / row.rate:>11.2f}{times}{cpu}")
        sys.stdout.write(f"{min(rates):>10.0f}{max(rates):>9.0f}\n")


@dataclass(frozen=True, slots=True)
class Row:
    """Events a second; milliseconds from hand-in to receipt; processor time of an event."""

    rate: float
    p50_ms: float = 0
    p99_ms: float = 0
    cpu_us: float = 0

    @classmethod
    def of(cls, waits: list[float], seconds: float, cpu_seconds: float = 0) -> "Row":
        """From each event's seconds, and those of the whole."""
        waits = sorted(waits)
        cpu_us = cpu_seconds / len(waits) * 1e6
        return cls(len(waits) / seconds, _ms(waits, 0.5), _ms(waits, 0.99), cpu_us)

    @classmethod
    def median(cls, rows: Sequence["Row"]) -> "Row":
        """Of several rounds, each figure by itself."""
        values = zip(*map(astuple, rows), strict=True)
        return cls(*(median_high(one) for one in values))


def _fsync_ms(folder: Path) -> float:
    waits = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(50):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fsync(file.fileno())
            waits.append(time.perf_counter() - began)
    return _ms(sorted(waits), 0.5)


def _flush_slowly(seconds: float) -> None:
    """Let this process wait so long at each commit that writes, and at each flush of a file."""
    if not seconds:
        return
    flush = os.fdatasync

    def slow(fd: Any) -> None:
        time.sleep(seconds)
        flush(fd)

    def commit(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            time.sleep(seconds)

    os.fsync = os.fdatasync = slow
    event.listen(Engine, "commit", commit)


def _cpu_seconds() -> float:
    """Of this process and of the children that have ended."""
    return sum(os.times()[:4])


class IndexAlone(Projector):
    """Where each event stands, and how far each device has come."""

    def apply(self, connection: Connection, records: Sequence[Record]) -> dict[str, bool]:
        """Nothing of custody."""
        if any(record.event.typ in REGISTRY_TYPES for record in records):
            return super().apply(connection, records)
        work = self._work = self._work or Work.begin(connection, self._config)
        work.resume(connection)
        for record in records:
            flags = self._chain(record, work)
            work.log(index_row(record, flags) | {"proven_after": None})
        work.flush()
        return {}


def _ours(
    folder: Path,
    url: str,
    events: int,
    devices: int,
    in_flight: int,
    batch: int = 0,
    projector: type[Projector] | None = None,
) -> Row:
    """Through the services, in this process."""
    deployment = _opened(folder, url, batch)
    bodies = list(signed(deployment, folder, events, devices))
    if projector is not None:
        sequencer = deployment.sequencer
        sequencer._projector = projector(sequencer._projector._config)
        sequencer._projected = -1  # it has seen nothing yet
    while deployment.settings.check_processes and not deployment.intake.checkers.ready():
        time.sleep(0.05)  # they start at the first rush, and take a second
    look_for_cycles_seldom()  # as the server does; what was signed before is not asked again
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    flying: deque[Future[Recorded]] = deque()
    cpu_seconds, began = _cpu_seconds(), time.perf_counter()
    for number, body in enumerate(bodies):
        if len(flying) >= in_flight:
            flying.popleft().result()
        starts[number] = time.perf_counter()
        future = submit_event(deployment, body, remote="benchmark")
        future.add_done_callback(_stamp(ends, number))
        flying.append(future)
    for future in flying:
        future.result()
    seconds = time.perf_counter() - began
    deployment.close()
    cpu_seconds = _cpu_seconds() - cpu_seconds
    return Row.of([ends[number] - starts[number] for number in starts], seconds, cpu_seconds)


def _opened(folder: Path, url: str, batch: int = 0) -> Deployment:
    """``batch``: at most so many events in one; 0: as the product does."""
    settings = Settings(data_dir=folder, database_url=url, broker_url="", blob_url="")
    if batch:
        settings = settings.model_copy(update={"batch_events": batch})
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    engine.dispose()
    return Deployment.open(settings)


def _http(folder: Path, url: str, events: int, devices: int, batch: int) -> Row:
    """Behind a server that is a process of its own; each connection sends when it was answered."""
    deployment = _opened(folder, url)
    bodies = list(signed(deployment, folder, events, devices))
    deployment.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli.main import run; run()", "serve"]
    environment = {
        **os.environ, "WASTE_TRACE_DATA_DIR": str(folder), "WASTE_TRACE_DATABASE_URL": url
    }  # fmt: skip
    log = (folder / "server.log").open("w")  # its greeting is no part of the table
    with (
        log,
        subprocess.Popen(
            [*command, "--port", str(port)], env=environment, stdout=log, stderr=log
        ) as server,
    ):
        _wait_for(port, folder / "server.log")
        # A device's events stay on one connection, in their order.
        shares = [
            [body for at, body in enumerate(bodies) if at % devices % _CONNECTIONS == number]
            for number in range(_CONNECTIONS)
        ]
        began = time.perf_counter()
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            waits = list(pool.map(partial(_send, port, batch), shares))
        seconds = time.perf_counter() - began
        server.terminate()
    return Row.of([wait for share in waits for wait in share], seconds)


def _wait_for(port: int, log: Path) -> None:
    for _ in range(600):
        try:
            connection = HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the server does not start: {log.read_text()}")


def _send(port: int, batch: int, bodies: list[bytes]) -> list[float]:
    """Send over one connection; the seconds that each event waited for its receipt."""
    connection, waits = HTTPConnection("127.0.0.1", port), []
    for start in range(0, len(bodies), batch):
        part = bodies[start : start + batch]
        content = part[0] if batch == 1 else b"[" + b",".join(part) + b"]"
        path = "/v1/events" if batch == 1 else "/v1/events/batch"
        began = time.perf_counter()
        connection.request("POST", path, content, {"content-type": "application/json"})
        answer = connection.getresponse()
        found = answer.read().count(b"tlog-proof@v1")
        if found != len(part):
            raise SystemExit(f"{answer.status}: {found} receipts for {len(part)} events")
        waits += [time.perf_counter() - began] * len(part)
    return waits


def _stamp(ends: dict[int, float], number: int) -> Callable[[Future[Recorded]], None]:
    def stamp(_: Future[Recorded]) -> None:
        ends[number] = time.perf_counter()

    return stamp


def _ms(waits: list[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))] * 1000


if __name__ == "__main__":
    main()
