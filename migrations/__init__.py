"""The database schema, step by step (Alembic). One head; each step can be taken back.

Migrations import no models: a step keeps meaning what it meant when it was written.
"""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine


def upgrade(engine: Engine, revision: str = "head") -> bool:
    """Bring a database to ``revision``; True if an older schema was changed.

    What a step adds to the read tables is empty until they are made again from the ledger.
    """
    before = _revision(engine)
    _run(engine, command.upgrade, revision)
    return before not in (None, _revision(engine))


def downgrade(engine: Engine, revision: str) -> None:
    """Take a database back to ``revision`` ("base": empty)."""
    _run(engine, command.downgrade, revision)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _run(engine: Engine, step: Callable[[Config, str], None], revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        step(config, revision)
