"""Statements and columns that must mean the same on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError

from tests.databases import Database
from waste_trace.store import bulk
from waste_trace.store.engine import UnstorableValue, open_engine
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Container, EnrolmentCode, Entry, GenealogyEdge, LogState, Site
from waste_trace.store.tables.columns import Kilograms
from waste_trace.store.writing import (
    insert_missing,
    insert_rows,
    table_of,
    upsert,
    write_transaction,
)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An engine on a migrated database."""
    opened = open_engine(database.url)
    yield opened
    opened.dispose()


def site(number: int, capacity_kg: Decimal | None = None, name: str = "库") -> dict[str, object]:
    """A row."""
    return {"site": f"S{number}", "org": "O", "name": name, "kind": "k", "capacity_kg": capacity_kg}


def capacities(engine: Engine) -> list[Decimal | None]:
    """The column, in the order of the keys."""
    table = table_of(Site)
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.capacity_kg).order_by(table.c.site))
        return list(rows.scalars())


def test_kilograms_are_exact(engine: Engine) -> None:
    weights = [Decimal("0"), Decimal("0.001"), Decimal("182.500"), Decimal("999999999.999"), None]
    with write_transaction(engine) as connection:
        insert_rows(connection, Site, [site(n, w) for n, w in enumerate(weights)])
        total = connection.execute(select(func.sum(table_of(Site).c.capacity_kg))).scalar_one()
    assert capacities(engine) == weights
    assert [str(weight) for weight in capacities(engine)] == [
        "0.000", "0.001", "182.500", "999999999.999", "None",
    ]  # fmt: skip
    assert total == Decimal("1000000182.500")


def test_nothing_finer_than_a_gram_is_rounded(engine: Engine) -> None:
    with (
        pytest.raises(StatementError, match="finer than a gram"),
        write_transaction(engine) as connection,
    ):
        insert_rows(connection, Site, [site(0, Decimal("0.0005"))])
    assert capacities(engine) == []


@given(st.decimals(0, 10**12, places=3))
def test_kilograms_come_back_as_they_went(weight: Decimal) -> None:
    column = Kilograms()
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        stored = column.process_bind_param(weight, dialect)
        assert isinstance(stored, int)
        assert column.process_result_value(stored, dialect) == weight


def test_an_upsert_writes_and_replaces(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        upsert(connection, Site, [])
        upsert(connection, Site, [site(1, Decimal(1)), site(2, Decimal(2))])
        upsert(connection, Site, [site(2, Decimal(20)), site(3, Decimal(30))])
    assert capacities(engine) == [Decimal(1), Decimal(20), Decimal(30)]


def test_an_upsert_goes_by_the_whole_key(engine: Engine) -> None:
    link = {"parent": "A", "child": "B", "idx": 1, "kind": "merge", "weight_kg": None}
    with write_transaction(engine) as connection:
        upsert(connection, GenealogyEdge, [link, {**link, "child": "C"}])
        upsert(connection, GenealogyEdge, [{**link, "kind": "split"}])
        table = table_of(GenealogyEdge)
        rows = connection.execute(select(table.c.child, table.c.kind).order_by(table.c.child)).all()
    assert [tuple(row) for row in rows] == [("B", "split"), ("C", "merge")]


def test_what_is_there_stays(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        insert_missing(connection, Site, [site(1, Decimal(1))])
        insert_missing(connection, Site, [site(1, Decimal(9)), site(2, Decimal(2))])
    assert capacities(engine) == [Decimal(1), Decimal(2)]


def test_a_payload_stands_in_the_ledger_once(engine: Engine) -> None:
    row = {"idx": 0, "leaf": b"{}", "payload_hash": b"h"}
    with write_transaction(engine) as connection:
        insert_rows(connection, Entry, [row])
    with pytest.raises(IntegrityError), write_transaction(engine) as connection:
        insert_rows(connection, Entry, [{**row, "idx": 1}])


def test_indices_are_wider_than_32_bits(engine: Engine) -> None:
    row = {"id": 1, "origin": "x", "root": b"", "epoch": 1, "size": 2**53, "ms_last": 2**53 - 1}
    with write_transaction(engine) as connection:
        insert_rows(connection, LogState, [row])
        read = connection.execute(select(table_of(LogState))).mappings().one()
    assert (read["size"], read["ms_last"]) == (2**53, 2**53 - 1)


def test_times_are_aware_and_the_same_instant(engine: Engine) -> None:
    instant = datetime(2026, 11, 23, 16, 0, 0, 123000, timezone(timedelta(hours=8)))
    code = {
        "code_hash": "h", "org": "o", "site": "", "actor": "a", "created_by": "c",
        "expires_at": instant, "used_by_dev": "",
    }  # fmt: skip
    table = table_of(EnrolmentCode)
    with write_transaction(engine) as connection:
        insert_rows(connection, EnrolmentCode, [code])
    with engine.connect() as connection:
        read = connection.execute(select(table.c.expires_at)).scalar_one()
        later = connection.execute(
            select(func.count()).where(table.c.expires_at > instant - timedelta(milliseconds=1))
        ).scalar_one()
    assert (read, read.tzinfo) == (instant, UTC)
    assert later == 1
    naive = {**code, "code_hash": "n", "expires_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    with pytest.raises(StatementError), write_transaction(engine) as connection:
        insert_rows(connection, EnrolmentCode, [naive])


def test_rows_are_read_once_and_written_once(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        insert_rows(connection, Site, [site(n) for n in range(1000)])
    with write_transaction(engine) as connection:
        rows = Rows(connection)
        rows.ahead(Site, [(f"S{n}",) for n in range(1001)])
        assert rows.get(Site, "S1000") is None
        read = rows.get(Site, "S999")
        assert read is not None
        rows.put(Site, {**read, "name": "新"})
        rows.put(Site, {**read, "site": "S1000", "name": "新"})
        assert (rows.get(Site, "S999") or {})["name"] == "新"
        assert names(engine) == {"库"} or engine.dialect.name == "sqlite"
        rows.flush()
        rows.flush()
    assert names(engine) == {"库", "新"}


def test_of_a_row_that_was_there_only_what_changed_is_written(engine: Engine) -> None:
    table = table_of(Site)
    with write_transaction(engine) as connection:
        insert_rows(connection, Site, [site(n) for n in range(4)])
        rows = Rows(connection)
        read = [rows.get(Site, f"S{n}") or {} for n in range(3)]
        connection.execute(update(table).values(kind="beside"))
        rows.put(Site, {**read[0], "name": "新"})
        rows.drop(Site, "S1")
        rows.put(Site, {**read[1], "name": "再"})
        rows.put(Site, {**read[2], "name": "新"})
        rows.drop(Site, "S2")
        rows.put(Site, {**site(3), "name": "全"})  # nobody has read it: the whole row
        rows.flush()
        found = select(table.c.site, table.c.name, table.c.kind).order_by(table.c.site)
        written = [tuple(row) for row in connection.execute(found)]
    assert written == [
        ("S0", "新", "beside"), ("S1", "再", "beside"), ("S3", "全", site(3)["kind"]),
    ]  # fmt: skip


def names(engine: Engine) -> set[str]:
    """What is committed."""
    with engine.connect() as connection:
        return set(connection.execute(select(table_of(Site).c.name).distinct()).scalars())


def test_rows_with_a_key_of_several_parts(engine: Engine) -> None:
    link = {"parent": "A", "child": "B", "idx": 1, "kind": "fill", "weight_kg": Decimal("1.000")}
    with write_transaction(engine) as connection:
        rows = Rows(connection)
        rows.put(GenealogyEdge, link)
        rows.flush()
        again = Rows(connection)
        again.ahead(GenealogyEdge, [("A", "B", 1), ("B", "A", 1)])
        assert again.get(GenealogyEdge, "A", "B", 1) == link
        assert again.get(GenealogyEdge, "B", "A", 1) is None


CHINA = timezone(timedelta(hours=8))


def container(number: int, **more: object) -> dict[str, object]:
    """A row with a value of every kind of column."""
    columns = [column.name for column in table_of(Container).columns]
    row = dict.fromkeys(columns, "文") | {
        "container": f"C{number}", "issued": number % 2 == 0, "rotation": number, "mark": None,
        "volume_l": 200, "declared_kg": Decimal(f"{number}.125"), "dispatched_kg": None,
        "received_kg": Decimal("0.000"), "content_kg": Decimal("1.000"), "first_idx": 2**40,
        "last_idx": number, "changed_at": datetime(2026, 11, 23, 16, 0, 0, number, CHINA),
    }  # fmt: skip
    return row | more


def test_many_rows_are_the_rows_that_a_statement_writes(engine: Engine) -> None:
    """By the driver's own cursor (COPY on PostgreSQL), by a Core statement: the same."""
    table, rows = table_of(Container), [container(number) for number in range(20)]
    with write_transaction(engine) as connection:
        assert bulk.is_whole(table, rows)
        insert_rows(connection, Container, rows)
        written = connection.execute(select(table).order_by(table.c.last_idx)).all()
        connection.execute(table.delete())
        for row in rows:
            insert_rows(connection, Container, [row])
        assert connection.execute(select(table).order_by(table.c.last_idx)).all() == written
    declared = [row._mapping["declared_kg"] for row in written[:2]]
    assert declared == [Decimal("0.125"), Decimal("1.125")]


def test_many_rows_replace_those_that_are_there(engine: Engine) -> None:
    table = table_of(Container)
    with write_transaction(engine) as connection:
        upsert(connection, Container, [container(number) for number in range(20)])
        upsert(connection, Container, [container(number, state="新") for number in range(10, 30)])
        query = select(table.c.state).order_by(table.c.rotation)
        assert list(connection.execute(query).scalars()) == ["文"] * 10 + ["新"] * 20


def test_of_many_rows_none_stays_where_one_cannot(engine: Engine) -> None:
    wrong: list[tuple[dict[str, object], str]] = [
        (container(1), "(?i)unique"),  # its key is there twice
        (container(30, declared_kg=Decimal("0.0005")), "finer than a gram"),
        (container(30, changed_at=datetime(2026, 1, 1)), "timezone"),  # noqa: DTZ001
    ]
    for row, words in wrong:
        with pytest.raises(Exception, match=words), write_transaction(engine) as connection:
            insert_rows(connection, Container, [*(container(n) for n in range(20)), row])
    table = table_of(Container)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


def test_a_text_that_postgresql_cannot_hold_says_so(engine: Engine) -> None:
    rows = [*(container(n) for n in range(20)), container(30, site="\x00")]
    if engine.dialect.name == "sqlite":
        with write_transaction(engine) as connection:
            insert_rows(connection, Container, rows)
        return
    with pytest.raises(UnstorableValue), write_transaction(engine) as connection:
        insert_rows(connection, Container, rows)
