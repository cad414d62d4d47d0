"""What people call a device may be a person's name: it stands beside the ledger, not in it."""

from pathlib import Path
from typing import Any

import pytest

from tests.cast import BUREAU, FACTORY, GARAGE, Cast, person
from tests.privacy.test_leaves import leaves_of, personal_in
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_enrol_device import enrol, new_code
from waste_trace.compliance.retention import Basis
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.disclose import disclosures_for_export, list_accesses, read_disclosures
from waste_trace.services.enrol_device import Enrolled
from waste_trace.services.erase_person import erase_disclosures, find_personal
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.name_devices import list_named_devices
from waste_trace.services.prove import NotInLedger
from waste_trace.services.record_at_desk import sealed
from waste_trace.store.sequencer import Draft
from waste_trace.store.tables import DisclosureKey, DisclosureRow
from waste_trace.store.writing import table_of, write_transaction

NAMED = "吴驾驶的手机 13800000001"


@pytest.fixture
def enrolled(cast: Cast) -> Enrolled:
    """A device that somebody named after its driver."""
    return enrol(cast.deployment, new_code(cast.deployment), SigningKey.generate(), name=NAMED)


def row_of(cast: Cast, org: str, dev: str) -> dict[str, Any] | None:
    """The device as somebody of ``org`` sees it."""
    rows = list_named_devices(cast.deployment, person(org))
    return next((row for row in rows if row["dev"] == dev), None)


def test_no_leaf_has_the_name_and_its_people_see_it(cast: Cast, enrolled: Enrolled) -> None:
    leaves = leaves_of(cast.deployment)
    assert [found for leaf in leaves if (found := personal_in(leaf, [NAMED, "吴驾驶"]))] == []
    before = len(list_accesses(cast.deployment))
    for org in (FACTORY, BUREAU):
        row = row_of(cast, org, enrolled.dev)
        assert row is not None
        assert (row["name"], row["name_kept"]) == (NAMED, "shown")
    assert row_of(cast, GARAGE, enrolled.dev) is None
    for service in ("registrar", "desk"):  # its name is no person's, and stands in the ledger
        row = row_of(cast, BUREAU, service)
        assert row is not None
        assert row["name"]
    assert len(list_accesses(cast.deployment)) > before
    index = len(leaves) - 1
    assert disclosures_for_export(cast.deployment, person(BUREAU), None) == {}
    (shown,) = read_disclosures(cast.deployment, person(FACTORY), index).disclosures
    assert (shown.name, shown.value) == ("device_name", NAMED)
    with pytest.raises(NotInLedger):
        read_disclosures(cast.deployment, person(GARAGE), index)


def test_a_name_is_erased_and_the_device_goes_on(
    cast: Cast, enrolled: Enrolled, tmp_path: Path
) -> None:
    digests = find_personal(cast.deployment, NAMED, "device_name")
    assert len(digests) == 1
    erase_disclosures(cast.deployment, digests, Basis.COURT)
    row = row_of(cast, FACTORY, enrolled.dev)
    assert row is not None
    assert (row["name"], row["name_kept"]) == ("", "erased")
    cast.deployment.write_public_keys(tmp_path / "keys")
    export_bundle(cast.deployment, tmp_path / "whole", disclose_to=person(FACTORY))
    report = verify_bundle(tmp_path / "whole", tmp_path / "keys")
    assert report.verdict is Verdict.PROVEN, report.problem
    assert report.to_value()["erased"] == {"count": 1, "digests": digests}
    assert the_same_after_a_rebuild(cast.deployment)


def test_a_device_that_asks_again_has_its_first_name(cast: Cast) -> None:
    key, code = SigningKey.generate(), new_code(cast.deployment)
    first = enrol(cast.deployment, code, key, name=NAMED)
    assert enrol(cast.deployment, code, key, name="another").dev == first.dev
    row = row_of(cast, FACTORY, first.dev)
    assert row is not None
    assert row["name"] == NAMED


def test_a_name_that_was_lost_is_not_said_to_be_erased(cast: Cast, enrolled: Enrolled) -> None:
    with write_transaction(cast.deployment.engine) as connection:
        for table in (DisclosureKey, DisclosureRow):
            connection.execute(table_of(table).delete())
    row = row_of(cast, FACTORY, enrolled.dev)
    assert row is not None
    assert (row["name"], row["name_kept"]) == ("", "absent")


def test_an_enrolment_of_before_keeps_its_name(cast: Cast, tmp_path: Path) -> None:
    """Entries stay as they are: they are read, rebuilt and verified with the text in them."""
    body: dict[str, object] = {
        "dev": "dev-of-before", "ep": 0, "alg": "ed25519",
        "pub": b64(SigningKey.generate().public_key), "org": FACTORY, "purpose": "device",
        "name": "仓库手持端", "from_seq": 0,
    }  # fmt: skip
    cast.deployment.sequencer.compose("registrar", lambda _: [Draft("key.enrol", body)])
    row = row_of(cast, FACTORY, "dev-of-before")
    assert row is not None
    assert (row["name"], row["name_kept"]) == ("仓库手持端", "")
    cast.deployment.write_public_keys(tmp_path / "keys")
    export_bundle(cast.deployment, tmp_path / "whole")
    assert verify_bundle(tmp_path / "whole", tmp_path / "keys").verdict is Verdict.PROVEN
    assert the_same_after_a_rebuild(cast.deployment)


def test_what_the_server_seals_has_a_salt_of_its_own() -> None:
    one, other = (sealed({}, {"device_name": NAMED}) for _ in range(2))
    assert one[0] != other[0]
    assert one[1][0].salt != other[1][0].salt
