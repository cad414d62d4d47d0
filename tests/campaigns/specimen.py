"""A ledger to hurt: a database of either kind with an opened ledger, and its folder."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import migrations
from tests.cast import register_all
from tests.conftest import settings_for
from tests.databases import Database, Databases, PostgresCluster, SqliteFiles, quick_folder
from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import open_ledger
from waste_trace.store.engine import open_engine

KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Bench:
    """A database with an opened ledger.

    Attributes:
        database: with the parties in it. folder: its data folder. scratch: for anything else.
    """

    database: Database
    folder: Path
    scratch: Path


@contextmanager
def bench(kind: str) -> Iterator[Bench]:
    """A ledger on SQLite, or on a PostgreSQL that is started for it; gone afterwards."""
    top = quick_folder()
    cluster = PostgresCluster() if kind == "postgresql" else None
    source: Databases = SqliteFiles(top) if cluster is None else cluster
    try:
        database = source.empty()
        engine = open_engine(database.url)
        migrations.upgrade(engine)
        engine.dispose()
        deployment = Deployment.open(settings_for(database.url, top / "data"))
        open_ledger(deployment)
        register_all(deployment)
        deployment.close()
        scratch = top / "scratch"
        scratch.mkdir()
        yield Bench(database, top / "data", scratch)
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(top, ignore_errors=True)
