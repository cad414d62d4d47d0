"""The schema: one head, both ways, the same as the models; the ledger's rows cannot be changed."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, delete, inspect, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

import migrations
from tests.databases import Database
from tests.store.signer import Signer
from waste_trace.services.deployment import Deployment
from waste_trace.store.engine import open_engine
from waste_trace.store.tables import CheckpointRow, Entry, LogState
from waste_trace.store.writing import insert_rows, table_of, write_transaction


@pytest.fixture
def engine(empty_database: Database) -> Any:
    """An engine on a database without tables."""
    opened = open_engine(empty_database.url)
    yield opened
    opened.dispose()


def schema(engine: Engine) -> dict[str, Any]:
    """All that the database says of itself, in a form that can be compared."""
    found = inspect(engine)
    columns, keys = found.get_multi_columns(), found.get_multi_pk_constraint()
    indexes, uniques = found.get_multi_indexes(), found.get_multi_unique_constraints()
    return {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in columns[table]),
            keys[table],
            sorted(str(index) for index in indexes[table]),
            sorted(str(unique) for unique in uniques[table]),
        )
        for table in columns
        if (name := table[1]) != "alembic_version"
    }


def leftovers(engine: Engine) -> list[str]:
    """Triggers and functions of ours."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if engine.dialect.name == "postgresql":
        query = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = 'public'"
        )
    with engine.connect() as connection:
        return sorted(connection.execute(text(query)).scalars())


def test_there_is_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_up_down_and_up_again(engine: Engine) -> None:
    migrations.upgrade(engine)
    first, first_left = schema(engine), leftovers(engine)
    assert len(first) > 20
    assert first_left
    migrations.downgrade(engine, "base")
    assert (schema(engine), leftovers(engine)) == ({}, [])
    migrations.upgrade(engine)
    assert (schema(engine), leftovers(engine)) == (first, first_left)
    migrations.upgrade(engine)  # there already: nothing to do


def test_every_step_can_be_taken_back(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    before: list[dict[str, Any]] = []
    for revision in reversed(steps):
        before.append(schema(engine))
        migrations.upgrade(engine, revision)
    for revision, expected in zip([*steps[1:], "base"], reversed(before), strict=True):
        migrations.downgrade(engine, revision)
        assert schema(engine) == expected


def test_the_migrations_are_the_models(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize("model", [Entry, CheckpointRow])
def test_the_database_refuses_to_change_the_ledger(
    deployment: Deployment, model: type[SQLModel]
) -> None:
    Signer(deployment.sequencer, "dev-signer").append()
    table = table_of(model)
    column = table.c.leaf if model is Entry else table.c.note
    value: object = b"x" if model is Entry else "x"
    before = rows_of(deployment.engine, model)
    statements: list[Any] = [
        update(table).values({column.name: value}),
        delete(table),
        delete(table).where(table.primary_key.columns[0] >= 0),
    ]
    if deployment.engine.dialect.name == "postgresql":
        statements.append(text(f"TRUNCATE {table.name}"))
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="append-only"),
            write_transaction(deployment.engine) as connection,
        ):
            connection.execute(statement)
    assert rows_of(deployment.engine, model) == before


def rows_of(engine: Engine, model: type[SQLModel]) -> list[tuple[object, ...]]:
    """The rows of a table."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(table_of(model).select())]


def test_a_commit_that_returned_is_on_the_disk(database: Database) -> None:
    engine = open_engine(database.url)
    with engine.connect() as connection:
        if database.kind == "sqlite":
            assert pragma(connection, "journal_mode") == "wal"
            assert pragma(connection, "synchronous") == 2  # FULL
            assert pragma(connection, "foreign_keys") == 1
        else:
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
            assert connection.execute(text("SHOW timezone")).scalar() == "UTC"
    engine.dispose()


def pragma(connection: Connection, name: str) -> object:
    """What SQLite is set to."""
    return connection.execute(text(f"PRAGMA {name}")).scalar()


def test_what_was_rolled_back_was_never_there(database: Database) -> None:
    engine = open_engine(database.url)
    with pytest.raises(RuntimeError, match="changed its mind"):
        change_mind(engine)
    assert rows_of(engine, LogState) == []
    engine.dispose()


def change_mind(engine: Engine) -> None:
    """Write a row and fail before the end of the transaction."""
    row = {"id": 1, "origin": "x", "size": 0, "root": b"", "epoch": 1, "ms_last": 0}
    with write_transaction(engine) as connection:
        insert_rows(connection, LogState, [row])
        raise RuntimeError("changed its mind")


def test_a_sqlite_file_is_made_with_its_folders(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a' / 'b' / 'c.db'}")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
    assert (tmp_path / "a" / "b" / "c.db").exists()
