"""Fixtures of the whole suite: real databases, a migrated deployment, devices that sign."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from playwright.sync_api import Playwright, sync_playwright

import migrations
from tests.cast import Cast, register_all
from tests.databases import (
    Database,
    Databases,
    PostgresCluster,
    SqliteFiles,
    compiled_once,
    quick_folder,
    unavailable,
)
from tests.devices import Clock, Device, MakeDevice, enrolled_device
from tests.store.soft_token import soft_token
from waste_trace.ledger.keys import Algorithm
from waste_trace.services import passwords
from waste_trace.services.deployment import Deployment
from waste_trace.services.memory import look_for_cycles_seldom
from waste_trace.services.open_ledger import open_ledger
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
_SETTINGS = Settings(broker_url="", blob_url="")
#: ``open_deployment(database, folder, setting=value, ...)``
OpenDeployment = Callable[..., Deployment]


@dataclass(frozen=True, slots=True)
class Furnished:
    """A kind of database, with what is copied for each test.

    Attributes:
        migrated: today's schema and no row.
        opened: a ledger with its parties, to which the keys in ``folder`` belong.
    """

    databases: Databases
    migrated: Database
    opened: Database
    folder: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, so that no process waits at the end for another's last one."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """As in a server: a tenth of the processor time of a thousand tests went to it."""
    look_for_cycles_seldom()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """The same hash at the least cost: thousands of accounts are made, and none is worth stealing.

    What is checked is checked at the cost that its hash names, here and in servers of the tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_of_all_engines() -> Iterator[None]:
    """Thousands of databases are opened, with the same statements."""
    with compiled_once():
        yield


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    """Where databases and data folders stand; gone after the session."""
    folder = quick_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sqlite_furnished(session_folder: Path) -> Furnished:
    """SQLite files."""
    folder = session_folder / "sqlite"
    folder.mkdir()
    return _furnish(SqliteFiles(folder), folder / "data")


@pytest.fixture(scope="session")
def postgres_furnished(session_folder: Path) -> Iterator[Furnished | str]:
    """A running PostgreSQL, or why there is none."""
    try:
        cluster = PostgresCluster()
    except Exception as error:
        yield f"PostgreSQL does not start: {type(error).__name__}: {error}"
        return
    yield _furnish(cluster, session_folder / "postgresql-data")
    cluster.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def furnished(request: pytest.FixtureRequest) -> Furnished:
    """Both kinds of database, one after the other."""
    short = {"sqlite": "sqlite", "postgresql": "postgres"}[request.param]
    found: Furnished | str = request.getfixturevalue(f"{short}_furnished")
    if isinstance(found, str):
        unavailable(found)
    return found


@pytest.fixture
def empty_database(furnished: Furnished) -> Iterator[Database]:
    """A database without tables."""
    database = furnished.databases.empty()
    yield database
    furnished.databases.drop(database)


@pytest.fixture
def database(furnished: Furnished) -> Iterator[Database]:
    """A migrated database without rows."""
    database = furnished.databases.copy(furnished.migrated)
    yield database
    furnished.databases.drop(database)


@pytest.fixture
def opened_database(furnished: Furnished, data_dir: Path) -> Iterator[Database]:
    """A database whose ledger is open and knows the parties; its keys are in the data folder."""
    shutil.copytree(furnished.folder, data_dir)
    database = furnished.databases.copy(furnished.opened)
    yield database
    furnished.databases.drop(database)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers, one for the session: two in a process exclude each other."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def token() -> Iterator[str]:
    """The URI of a new token but for the prefix of the keys' labels; one for each process, because
    a PKCS #11 module reads its configuration once."""
    with soft_token() as uri:
        yield uri


@pytest.fixture
def clock() -> Clock:
    """The clock of the test's deployments."""
    return Clock(START)


@pytest.fixture
def quick_path(session_folder: Path) -> Iterator[Path]:
    """A folder of the test's own, in memory where there is room."""
    folder = Path(tempfile.mkdtemp(dir=session_folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(quick_path: Path) -> Path:
    """The data folder of the test's deployment: keys, pictures, high-water mark."""
    return quick_path / "data"


@pytest.fixture
def open_deployment(clock: Clock) -> Iterator[OpenDeployment]:
    """Open deployments on a database and a data folder; they are closed after the test."""
    opened: list[Deployment] = []

    def make(database: Database, folder: Path, **settings: Any) -> Deployment:
        opened.append(Deployment.open(settings_for(database.url, folder, **settings), clock))
        return opened[-1]

    yield make
    for deployment in opened:
        deployment.close()


@pytest.fixture
def deployment(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> Deployment:
    """A deployment whose ledger is open, with the services' keys and the parties in it."""
    return open_deployment(opened_database, data_dir)


@pytest.fixture
def handheld(deployment: Deployment, quick_path: Path) -> Iterator[MakeDevice]:
    """Make enrolled devices of the deployment: ``handheld(org, site="", algorithm="ed25519")``."""
    made: list[Device] = []

    def make(org: str, site: str = "", algorithm: Algorithm = "ed25519") -> Device:
        folder = quick_path / "devices" / str(len(made))
        made.append(enrolled_device(deployment, folder, org, site=site, algorithm=algorithm))
        return made[-1]

    yield make
    for device in made:
        device.handheld.close()


@pytest.fixture
def cast(deployment: Deployment, handheld: MakeDevice) -> Cast:
    """The parties of the ledger, with devices that can sign."""
    return Cast(deployment, handheld)


def settings_for(database_url: str, folder: Path, **more: Any) -> Settings:
    """Settings that do not hear the tester's own environment where it would matter."""
    if more:
        more |= {"broker_url": "", "blob_url": ""}
        return Settings(data_dir=folder, database_url=database_url, **more)
    # Read once: looking for each of them in the environment takes as long as an event.
    return _SETTINGS.model_copy(update={"data_dir": folder, "database_url": database_url})


def _furnish(databases: Databases, folder: Path) -> Furnished:
    migrated = databases.empty()
    engine = open_engine(migrated.url)
    migrations.upgrade(engine)
    engine.dispose()
    opened = databases.copy(migrated)
    deployment = Deployment.open(settings_for(opened.url, folder), Clock(START))
    assert open_ledger(deployment)
    register_all(deployment)
    deployment.close()
    return Furnished(databases, migrated, opened, folder)
