"""What a database does by itself: the same bytes, without proofs. Baselines of ``ledger.py``."""

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, text

from waste_trace.store.engine import open_engine
from waste_trace.store.writing import write_transaction

_TABLE = (
    "CREATE TABLE raw_entry (idx BIGINT PRIMARY KEY, leaf {bytes}, payload_hash {bytes} UNIQUE)"
)
_INSERT = text(
    "INSERT INTO raw_entry (idx, leaf, payload_hash) VALUES (:idx, :leaf, :payload_hash)"
)


@contextmanager
def empty_database(server: str, folder: Path) -> Iterator[str]:
    """The URL of a database without tables: a file in ``folder``, or one more on ``server``.

    Args:
        server: URL of a PostgreSQL database whose user may create others; "" for SQLite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not server:
        yield f"sqlite:///{folder / 'waste-trace.db'}"
        return
    name = f"benchmark_{secrets.token_hex(6)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def raw_inserts(url: str, events: int, batch: int) -> float:
    """Rows a second: 900 bytes and a unique index each, ``batch`` a transaction."""
    engine = _with_table(url)
    rows = [_row(number) for number in range(events)]
    began = time.perf_counter()
    for start in range(0, events, batch):
        with write_transaction(engine) as connection:
            connection.execute(_INSERT, rows[start : start + batch])
    rate = events / (time.perf_counter() - began)
    engine.dispose()
    return rate


def locked_chain(url: str, events: int) -> float:
    """Events a second of the usual chain: lock the head, hash, insert, commit, for each one."""
    engine = _with_table(url)
    with write_transaction(engine) as connection:
        connection.execute(text("CREATE TABLE head (id INTEGER PRIMARY KEY, hash VARCHAR)"))
        connection.execute(text("INSERT INTO head VALUES (1, '')"))
    lock = "SELECT hash FROM head WHERE id = 1"
    lock += "" if engine.dialect.name == "sqlite" else " FOR UPDATE"
    began = time.perf_counter()
    for number in range(events):
        with write_transaction(engine) as connection:
            last = connection.execute(text(lock)).scalar_one()
            row = _row(number)
            digest = hashlib.sha256(last.encode() + bytes(row["leaf"])).hexdigest()
            connection.execute(_INSERT, [row])
            connection.execute(text("UPDATE head SET hash = :hash WHERE id = 1"), {"hash": digest})
    rate = events / (time.perf_counter() - began)
    engine.dispose()
    return rate


def _row(number: int) -> dict[str, int | bytes]:
    leaf = hashlib.sha256(str(number).encode()).digest() * 28
    return {"idx": number, "leaf": leaf, "payload_hash": hashlib.sha256(leaf).digest()}


def _with_table(url: str) -> Engine:
    engine = open_engine(url)
    kind = "BLOB" if engine.dialect.name == "sqlite" else "BYTEA"
    with write_transaction(engine) as connection:
        connection.execute(text(_TABLE.format(bytes=kind)))
    return engine
