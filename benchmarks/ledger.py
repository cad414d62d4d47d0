"""How fast the ledger takes events, against the database alone, in one run.

Ours: every event's device signature verified, appended, projected, and answered with its inclusion
receipt. Beside it, on the same disk and in the same run: (a) the raw database inserting the same
leaves in the same batches; (b) ours with one transaction for each event; (c) the usual home-made
hash chain: a lock on the head for each event, one insert, one commit.

``./run python benchmarks/ledger.py [--events N] [--database URL]``
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, text

import migrations
from scanner.agent import Handheld
from waste_trace.ledger.encoding import b64
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import (
    create_enrolment_code,
    enrol_device,
    possession_message,
)
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.record_event import submit_event
from waste_trace.services.register_party import register_organisation
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.sequencer import Recorded
from waste_trace.store.writing import write_transaction

FACTORY = "91330482MA2CUX11X3"
_WINDOW = 1024  # events in flight, as from a district's handhelds at once


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--devices", type=int, default=20)
    parser.add_argument("--database", default="", help="a PostgreSQL URL; default SQLite")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="waste-trace-benchmark-"))
    rows = [("ours", *_ours(folder / "a", options.database, options.events, options.devices, 256))]
    few = max(200, options.events // 20)
    rows.append(("(b) ours, one event a commit", *_ours(folder / "b", "", few, 4, 1)))
    rows.append(("(a) raw inserts, same batches", _raw(folder / "c", options.events, 256), 0, 0))
    rows.append(("(c) a lock for each event", _locked(folder / "d", few), 0, 0))
    ours = rows[0][1]
    sys.stdout.write(f"{'':<32}{'events/s':>10}{'ours / it':>11}{'p50 ms':>9}{'p99 ms':>9}\n")
    for name, rate, p50, p99 in rows:
        times = f"{p50:>9.0f}{p99:>9.0f}" if p50 else ""
        sys.stdout.write(f"{name:<32}{rate:>10.0f}{ours / rate:>11.2f}{times}\n")


def _ours(
    folder: Path, url: str, events: int, devices: int, batch: int
) -> tuple[float, float, float]:
    """Events a second, p50 and p99 in milliseconds from hand-in to receipt."""
    settings = Settings(
        data_dir=folder, database_url=url, broker_url="", blob_url="", batch_events=batch
    )
    folder.mkdir(parents=True)
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    engine.dispose()
    deployment = Deployment.open(settings)
    bodies = list(_signed(deployment, folder, events, devices))
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    flying: list[Future[Recorded]] = []
    began = time.perf_counter()
    for number, body in enumerate(bodies):
        if len(flying) >= _WINDOW:
            flying.pop(0).result()
        starts[number] = time.perf_counter()
        future = submit_event(deployment, body, remote="benchmark")
        future.add_done_callback(_stamp(ends, number))
        flying.append(future)
    for future in flying:
        future.result()
    seconds = time.perf_counter() - began
    deployment.close()
    waits = sorted(ends[number] - starts[number] for number in starts)
    return events / seconds, _ms(waits, 0.5), _ms(waits, 0.99)


def _stamp(ends: dict[int, float], number: int) -> Callable[[Future[Recorded]], None]:
    def stamp(_: Future[Recorded]) -> None:
        ends[number] = time.perf_counter()

    return stamp


def _signed(deployment: Deployment, folder: Path, events: int, devices: int) -> Iterator[bytes]:
    """Events of many devices in turn, as they would come in; signing is not measured."""
    open_ledger(deployment)
    register_organisation(deployment, FACTORY, "基准单位", ["producer"], "330482")
    handhelds = []
    for number in range(devices):
        handheld = Handheld(folder / f"device-{number}", "benchmark")
        code = create_enrolment_code(deployment, FACTORY, "", "usr_benchmark", "benchmark")
        key = handheld.key
        proof = key.sign(possession_message(code, key.algorithm, key.public_key))
        enrolled = enrol_device(deployment, code, key.algorithm, key.public_key, "b", proof)
        handheld.notebook.remember(
            identity={"dev": enrolled.dev, "ep": 0, "org": FACTORY, "act": "usr_benchmark",
                      "site": "TS001", "origin": deployment.sequencer.origin,
                      "pub": b64(key.public_key)}
        )  # fmt: skip
        handhelds.append(handheld)
    codes = _filled(deployment, handhelds[0], min(events, 900))
    for number in range(events):
        verb = "store_out" if number // len(codes) % 2 else "store_in"
        code = codes[number % len(codes)]
        handhelds[number % devices].record(verb, {"containers": [code]})
    queues = [handheld.notebook.records("waiting") for handheld in handhelds]
    for number in range(events):
        yield queues[number % devices][number // devices].envelope


def _filled(deployment: Deployment, handheld: Handheld, count: int) -> list[str]:
    """Issued and filled containers, so that what follows is a store's ordinary traffic."""
    codes: list[str] = []
    while len(codes) < count:
        wanted = min(200, count - len(codes))
        issued = issue_labels(deployment, FACTORY, "900-249-08", date(2026, 11, 23), wanted)
        codes += [str(token.digital_id) for token in issued.tokens]
    for code in codes:
        body = {"containers": [code], "batch": "HWCS20261123001", "weight_kg": "180.000"}
        handheld.record("fill", body)
    waiting = handheld.notebook.records("waiting")
    for future in [submit_event(deployment, r.envelope, remote="benchmark") for r in waiting]:
        future.result()
    for record in waiting:
        handheld.notebook.settle(record.seq, "received")
    return codes


def _raw(folder: Path, events: int, batch: int) -> float:
    """The database inserting 900-byte rows with a unique index, ``batch`` a transaction."""
    engine = _table(folder)
    rows = [_row(number) for number in range(events)]
    began = time.perf_counter()
    for start in range(0, events, batch):
        with write_transaction(engine) as connection:
            connection.execute(_INSERT, rows[start : start + batch])
    return events / (time.perf_counter() - began)


def _locked(folder: Path, events: int) -> float:
    """The usual chain: lock the head, hash, insert, commit, for each event."""
    engine = _table(folder)
    last = b""
    began = time.perf_counter()
    for number in range(events):
        with write_transaction(engine) as connection:
            row = _row(number)
            last = hashlib.sha256(last + bytes(row["leaf"])).digest()
            connection.execute(_INSERT, [row])
    return events / (time.perf_counter() - began)


_INSERT = text("INSERT INTO entry (idx, leaf, payload_hash) VALUES (:idx, :leaf, :payload_hash)")


def _row(number: int) -> dict[str, int | bytes]:
    leaf = hashlib.sha256(str(number).encode()).digest() * 28
    return {"idx": number, "leaf": leaf, "payload_hash": hashlib.sha256(leaf).digest()}


def _table(folder: Path) -> Engine:
    folder.mkdir(parents=True)
    engine = open_engine(f"sqlite:///{folder / 'raw.db'}")
    with write_transaction(engine) as connection:
        connection.execute(
            text(
                "CREATE TABLE entry (idx INTEGER PRIMARY KEY, leaf BLOB, payload_hash BLOB UNIQUE)"
            )
        )
    return engine


def _ms(waits: list[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))] * 1000


if __name__ == "__main__":
    main()
