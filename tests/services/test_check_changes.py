"""Rows changed at random behind the product: found, and the entry named (tests/campaigns)."""

from pathlib import Path

import pytest

from tests.campaigns.database_changes import run
from tests.campaigns.specimen import Bench
from tests.campaigns.tally import Tally
from tests.databases import Database

pytestmark = pytest.mark.long

COUNT = 120  # about three of each table and column


def test_every_change_of_a_row_is_found_and_named(
    opened_database: Database, data_dir: Path, tmp_path: Path
) -> None:
    tally = Tally("database changes")
    run(Bench(opened_database, data_dir, tmp_path), COUNT, 20261123, tally)
    assert tally.failures == []
    assert tally.total == COUNT
    assert len(tally.tried) > 35
