"""One state of a living ledger to look at, and the head that everything in it stands under."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, select

from waste_trace.ledger.verify_result import Finding, Problem, Verdict
from waste_trace.services.check_entries import wrong
from waste_trace.store.engine import is_sqlite
from waste_trace.store.tables import Entry, LogState
from waste_trace.store.tiles import Head, read_head
from waste_trace.store.writing import table_of


def require_head(connection: Connection) -> Head:
    """The one head of the log; none where nothing was ever written."""
    head = read_head(connection)
    count = select(func.count())
    heads = connection.execute(count.select_from(table_of(LogState))).scalar_one()
    entries = connection.execute(count.select_from(table_of(Entry))).scalar_one()
    if head is not None and head.size and heads == 1:
        return head
    if entries == 0 and heads <= 1:
        zh, en = "台账尚未开立。", "The ledger is not open yet."
        raise Finding(Problem("checkpoint", zh, en), Verdict.INCOMPLETE)
    zh = f"有 {entries} 条，而台账头部有 {heads} 个。"
    en = f"There are {entries} entries under {heads} heads, not all of them under one."
    raise wrong("checkpoint", entries, zh, en)


@contextmanager
def snapshot_of(engine: Engine) -> Iterator[Connection]:
    """One state of the database, however much is appended meanwhile."""
    with engine.connect() as connection:
        if not is_sqlite(connection):
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection
