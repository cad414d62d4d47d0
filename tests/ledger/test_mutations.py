"""No byte of a bundle can change unseen. The same on a grand scale: tests/campaigns."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.campaigns.bundle_changes import Specimen, run, whole
from tests.campaigns.changes import changes
from tests.ledger.sample_ledger import small_ledger
from waste_trace.ledger.verify import verify_bundle

pytestmark = pytest.mark.long

COUNT = 700


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Specimen:
    return whole(small_ledger(4), tmp_path_factory.mktemp("bundle") / "b", "b")


def test_changes_by_accident_and_by_a_forger_are_found_and_named(tmp_path: Path) -> None:
    tally = run(tmp_path, COUNT, seed=20261123)
    assert tally.failures == []
    assert tally.total >= COUNT


@pytest.mark.parametrize("count", [1, 19, 41])
def test_a_campaign_makes_as_many_changes_as_it_was_asked_for(tmp_path: Path, count: int) -> None:
    assert run(tmp_path, count, seed=1, large=0).total >= count


def test_the_bundle_s_own_keys_find_every_accident_too(bundle: Specimen) -> None:
    undetected = []
    for name in bundle.files():
        path = bundle.folder / name
        data = path.read_bytes()
        for change in changes(data, 16, name):
            path.write_bytes(change.data)
            report = verify_bundle(bundle.folder)
            if report.exit_code == 0 or report.problem is None:
                undetected.append((name, change.kind, change.first))
        path.write_bytes(data)
    assert undetected == []
    assert verify_bundle(bundle.folder).exit_code == 0


def test_files_that_are_exchanged(bundle: Specimen) -> None:
    for one, two in pairwise(bundle.folder / name for name in bundle.files()):
        a, b = one.read_bytes(), two.read_bytes()
        one.write_bytes(b)
        two.write_bytes(a)
        assert verify_bundle(bundle.folder).exit_code != 0
        one.write_bytes(a)
        two.write_bytes(b)
