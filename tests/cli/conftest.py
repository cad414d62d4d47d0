"""Folders of deployments, as an administrator has them."""

from pathlib import Path

import pytest

from api.cli.opening import opened
from tests.conftest import Furnished
from tests.databases import Database
from waste_trace.services.open_ledger import open_ledger
from waste_trace.settings import Settings


@pytest.fixture
def home(tmp_path: Path, sqlite_furnished: Furnished) -> Path:
    """A folder whose data folder holds an open ledger."""
    settings = Settings(data_dir=tmp_path / "data", database_url="", broker_url="")
    settings.data_dir.mkdir()
    place = Database("sqlite", settings.database)
    sqlite_furnished.databases.put_back(place, sqlite_furnished.migrated)
    with opened(settings) as deployment:
        assert open_ledger(deployment)
    return tmp_path
