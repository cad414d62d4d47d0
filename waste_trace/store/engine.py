"""Engines for both databases, set so that a commit that returned is on the disk."""

from pathlib import Path
from typing import ClassVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import create_engine

from waste_trace.errors import WasteTraceError


class UnstorableValue(WasteTraceError):
    """A value that no row could hold, asked for or handed in: a NUL in a text, a huge number."""

    code: ClassVar[str] = "unstorable-value"
    default_do_zh = "请去掉不可见字符，并把数值改到合理范围后重试。"
    default_do_en = "Remove invisible characters, bring numbers into range, and try again."


def open_engine(url: str) -> Engine:
    """An engine for a SQLAlchemy URL (``sqlite:///...`` or ``postgresql+psycopg://...``)."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        # In UTC, because a time of the year 9999 has no form in the zones east of it.
        utc = {"options": "-c timezone=utc"}
        engine = create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=utc
        )
        event.listen(engine, "handle_error", _name_bad_value)
        return engine
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False})
    event.listen(engine, "connect", _durable_sqlite)
    event.listen(engine, "begin", _begin_by_hand)
    event.listen(engine, "handle_error", _name_bad_value)
    return engine


def is_sqlite(connection: Connection) -> bool:
    """True on SQLite, where a writer must take the write lock before it reads."""
    return connection.dialect.name == "sqlite"


def _durable_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions late and commit DDL behind our back; we begin ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # NORMAL loses acknowledged commits on power loss; FULL does not.
    cursor.execute("PRAGMA synchronous=FULL")
    # Less often what the batches change again and again is copied from the log to the database
    # (16 MB), and what they need stays in memory (16 MB a connection): 3 % of the ledger's rate.
    cursor.execute("PRAGMA wal_autocheckpoint=4000")
    cursor.execute("PRAGMA cache_size=-16000")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _begin_by_hand(connection: Connection) -> None:
    # A writer that reads first and locks later can find its snapshot stale; it asks for the lock
    # at once by the execution option ``write``.
    immediate = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _name_bad_value(context: ExceptionContext) -> None:
    # What somebody sent is their mistake and not ours: it is refused, and not a broken server.
    bad = isinstance(context.sqlalchemy_exception, DataError)
    if bad or isinstance(context.original_exception, OverflowError):
        raise unstorable() from context.original_exception


def unstorable() -> UnstorableValue:
    """The error for what no row can hold."""
    return UnstorableValue(
        "内容中有数据库无法存储的字符或数值。",
        "There is a character or number in it that no database row could hold.",
    )
