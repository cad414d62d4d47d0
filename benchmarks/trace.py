"""How long a trace takes in a graph of a million containers, beside a plain recursive query.

The graph goes straight into the tables of a throw-away database: rounds of a platform merge five
small containers into one, ten of these are merged again at the plant, one in ten of those is split
in two; each container has a batch, a row and two events. Ours is the product's whole answer
(family, shares by weight, events, findings); the baseline is one WITH RECURSIVE in each direction
that gives the names of the family alone.

``./run python benchmarks/trace.py [--containers N] [--traces N] [--database URL]``
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

import migrations
from waste_trace.codes import digital_id, uscc, waste_code
from waste_trace.services.deployment import Deployment
from waste_trace.services.trace_container import trace_container
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.tables import Container, ContainerEvent, EventIndex, GenealogyEdge
from waste_trace.store.writing import insert_rows, write_transaction

_UNITS = [str(uscc.build("9", "1", "330482", f"MA{number:06d}X")) for number in range(400)]
_DAY, _AT = date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)
_CHUNK = 5000
_UP_AND_DOWN = (
    "WITH RECURSIVE family(node) AS (SELECT :code UNION SELECT edge.{end} FROM genealogy_edge edge "
    "JOIN family ON edge.{start} = family.node) SELECT node FROM family"
)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--containers", type=int, default=1_000_000)
    parser.add_argument("--traces", type=int, default=2000)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; else SQLite")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="waste-trace-benchmark-"))
    settings = Settings(data_dir=folder, database_url=options.database, broker_url="", blob_url="")
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    began = time.perf_counter()
    with write_transaction(engine) as connection:
        codes = _fill(connection, options.containers)
        if engine.dialect.name == "sqlite":
            connection.execute(text("ANALYZE"))
    built = time.perf_counter() - began
    engine.dispose()
    deployment = Deployment.open(settings)
    asked = random.Random(1).choices(codes, k=options.traces)
    family: list[int] = []

    def ours(code: str) -> None:
        found = trace_container(deployment, code)
        family.append(1 + len(found.sources) + len(found.ends))

    def plain(code: str) -> None:
        with deployment.engine.connect() as connection:
            for start, end in (("child", "parent"), ("parent", "child")):
                query = text(_UP_AND_DOWN.format(start=start, end=end))
                connection.execute(query, {"code": code}).all()

    sys.stdout.write(
        f"{len(codes)} containers on {deployment.engine.dialect.name}, built in {built:.0f} s\n"
        f"{'':<36}{'p50 ms':>9}{'p99 ms':>9}{'most ms':>9}\n"
    )
    for name, trace in (("the whole trace", ours), ("WITH RECURSIVE, names alone", plain)):
        waits = _measure(trace, asked)
        shown = "".join(f"{ms:>9.1f}" for ms in waits)
        sys.stdout.write(f"{name:<36}{shown}\n")
    family.sort()
    middle, large = family[len(family) // 2], family[-1]
    sys.stdout.write(f"containers of a family: {middle} in the middle, {large} at most\n")
    deployment.close()


def _measure(trace: Callable[[str], None], asked: list[str]) -> tuple[float, float, float]:
    """p50, p99 and the longest, in milliseconds."""
    waits = []
    for code in asked:
        start = time.perf_counter()
        trace(code)
        waits.append((time.perf_counter() - start) * 1000)
    waits.sort()
    return waits[len(waits) // 2], waits[min(len(waits) - 1, len(waits) * 99 // 100)], waits[-1]


def _fill(connection: Connection, count: int) -> list[str]:
    """The graph; its container codes."""
    rng, names = random.Random(7), _names()
    codes: list[str] = []
    edges: list[dict[str, Any]] = []

    def make(*parents: tuple[str, int]) -> tuple[str, int]:
        """A container of these; its code and its grams."""
        code = next(names)
        grams = sum(grams for _, grams in parents) or rng.randint(5_000, 180_000)
        for parent, part in parents:
            edges.append(_edge(parent, code, "merge", part, len(codes)))
        if not parents:
            edges.append(_edge(f"{code[:18]}/HWCS20260101001", code, "fill", grams, len(codes)))
        codes.append(code)
        if len(codes) % _CHUNK == 0:
            _write(connection, codes[-_CHUNK:], edges, len(codes) - _CHUNK)
        return code, grams

    while len(codes) < count:
        rounds = [make(*(make() for _ in range(5))) for _ in range(10)]
        code, grams = make(*rounds)
        if rng.random() < 0.1:
            for part in (grams // 2, grams - grams // 2):
                child, _ = make()
                edges[-1] = _edge(code, child, "split", part, len(codes))
    left = len(codes) % _CHUNK
    _write(connection, codes[len(codes) - left :], edges, len(codes) - left)
    return codes


def _write(
    connection: Connection, codes: list[str], edges: list[dict[str, Any]], first: int
) -> None:
    containers, events, links = [], [], []
    for number, code in enumerate(codes, first):
        containers.append(_container(code, number))
        for step, typ in enumerate(("fill", "store_in")):
            events.append(_event(2 * number + step, typ))
            links.append({"container": code, "idx": 2 * number + step, "role": "subject"})
    insert_rows(connection, Container, containers)
    insert_rows(connection, EventIndex, events)
    insert_rows(connection, ContainerEvent, links)
    insert_rows(connection, GenealogyEdge, edges)
    edges.clear()


def _names() -> Iterator[str]:
    waste = waste_code.parse("900-214-08")
    for day in range(10_000):
        for unit in _UNITS:
            when = _DAY + timedelta(days=day)
            first = str(digital_id.build(uscc.parse(unit), waste, when, 1))[:-3]
            for number in range(1, 1000):
                yield f"{first}{number:03d}"


def _edge(parent: str, child: str, kind: str, grams: int, idx: int) -> dict[str, Any]:
    weight_kg = Decimal(grams).scaleb(-3)
    return {"parent": parent, "child": child, "idx": idx, "kind": kind, "weight_kg": weight_kg}


def _container(code: str, number: int) -> dict[str, Any]:
    return {
        "container": code, "unit": code[:18], "waste_code": "900-214-08", "batch": "", "state":
        "stored", "holder": code[:18], "site": "", "manifest": "", "issued": True, "rotation": 0,
        "mark": None, "volume_l": None, "declared_kg": Decimal(100), "dispatched_kg": None,
        "received_kg": None, "content_kg": Decimal(100), "method": "", "first_idx": 2 * number,
        "last_idx": 2 * number + 1, "changed_at": _AT,
    }  # fmt: skip


def _event(idx: int, typ: str) -> dict[str, Any]:
    return {
        "idx": idx, "event_id": f"e{idx}", "typ": typ, "dev": "dev-benchmark", "ep": 0, "seq": idx,
        "org": _UNITS[0], "site": "", "act": "usr_benchmark", "claimed_at": _AT, "logged_at": _AT,
        "offline": False, "chain_flags": "", "manifest": "", "body": "{}", "proven_after": None,
    }  # fmt: skip


if __name__ == "__main__":
    main()
