"""The suite's own ground: what cannot be tested is said, and databases are each test's own."""

import pytest
from sqlalchemy import func, select

from tests.conftest import Furnished
from tests.databases import Database, unavailable
from tests.store.signer import Signer
from waste_trace.services.deployment import Deployment
from waste_trace.store.engine import open_engine
from waste_trace.store.tables import Entry, Organisation
from waste_trace.store.writing import table_of


def test_what_is_missing_is_skipped_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED: no such server"):
        unavailable("no such server")


def test_in_ci_nothing_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such server"):
        unavailable("no such server")


def count(url: str, model: type[Entry | Organisation]) -> int:
    """How many rows a table has."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(table_of(model))).scalar_one()
    engine.dispose()
    return int(found)


def test_a_copy_has_the_parties_and_a_life_of_its_own(
    furnished: Furnished, opened_database: Database, deployment: Deployment
) -> None:
    assert count(opened_database.url, Organisation) == 6
    before = count(furnished.opened.url, Entry)
    Signer(deployment.sequencer, "dev-signer").append(2)
    assert count(opened_database.url, Entry) == before + 3
    assert count(furnished.opened.url, Entry) == before
    assert count(furnished.migrated.url, Entry) == 0
