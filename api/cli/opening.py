"""Open a deployment for a command: folder, migration, ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.exc import OperationalError

import migrations
from api.cli.output import WRONG_USE, say
from waste_trace.services.deployment import Deployment
from waste_trace.services.rebuild import rebuild
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine


def prepare(settings: Settings) -> None:
    """Make the data folder and bring the database to the newest schema, or say why not.

    After a step of the schema the read tables are made again from the ledger.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        engine = open_engine(settings.database)
        changed = migrations.upgrade(engine)
        engine.dispose()
    except (PermissionError, OSError) as error:
        say(f"✗ 数据文件夹 {settings.data_dir} 不可写：{error.strerror}。")
        say(f"  The data folder cannot be written. Set WASTE_TRACE_DATA_DIR. ({error})")
        raise typer.Exit(WRONG_USE) from None
    except OperationalError as error:
        say(f"✗ 数据库不可用，请检查 WASTE_TRACE_DATABASE_URL：{error.orig}")
        say("  The database cannot be used; check WASTE_TRACE_DATABASE_URL.")
        raise typer.Exit(WRONG_USE) from None
    if changed:
        say("· 数据库已升级，正在由台账重建读表 schema upgraded: making the read tables again")
        deployment = Deployment.open(settings)
        rebuild(deployment)
        deployment.close()


@contextmanager
def opened(
    settings: Settings | None = None, clock_ms: Callable[[], int] | None = None
) -> Iterator[Deployment]:
    """A deployment, migrated and open, for the time of a command."""
    settings = settings or Settings()
    prepare(settings)
    deployment = Deployment.open(settings, clock_ms) if clock_ms else Deployment.open(settings)
    try:
        yield deployment
    finally:
        deployment.close()
