"""A service's key is renewed: the new one signs, the old one ends, and nothing else changes."""

from pathlib import Path

import pytest

from tests.cast import DAY, FACTORY, WASTE, Cast, fill
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.services.test_rebuild import same_after_rebuild
from waste_trace.codes.label_token import verify
from waste_trace.codes.signature import key_id
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.issue_labels import issue_labels, reissue_label
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.open_ledger import SERVICES
from waste_trace.services.prove import newest_note
from waste_trace.services.renew_key import RenewalRefused, renew_service_key
from waste_trace.store.key_store import KeyStoreUnusable


def test_labels_are_signed_with_the_new_key_and_old_ones_stay_genuine(cast: Cast) -> None:
    deployment = cast.deployment
    (code,) = cast.containers(1)
    device = cast.device(FACTORY)
    old = deployment.service_key("issuer").public_key
    renew_service_key(deployment, "issuer", "yearly")
    new = deployment.service_key("issuer").public_key
    issuers = {key_id(key): key for key in (old, new)}
    assert len(issuers) == 2
    again = reissue_label(deployment, code, "lost", FACTORY).tokens[0]
    verify(again, {key_id(new): new})
    device.tell("fill", {**fill(code), "labels": [str(again)]})
    same_after_rebuild(deployment)


@pytest.mark.parametrize("dev", sorted(SERVICES))
def test_every_service_goes_on_after_a_restart(
    dev: str,
    cast: Cast,
    tmp_path: Path,
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
) -> None:
    deployment = cast.deployment
    for turn in range(2):
        renew_service_key(deployment, dev, f"turn {turn}")
    deployment.close()
    again = open_deployment(opened_database, data_dir)
    registry = again.sequencer.refresh()
    key = registry.current_key(dev)
    assert key is not None
    assert (key.ep, key.public_key) == (2, again.service_key(dev).public_key)
    assert [registry.refusal(dev, ep, 99) is None for ep in range(3)] == [False, False, True]
    assert number_manifest(again, FACTORY, DAY.year)
    assert issue_labels(again, FACTORY, WASTE, DAY, 1).tokens
    export_bundle(again, tmp_path / "bundle")
    assert verify_bundle(tmp_path / "bundle").exit_code in (0, 2)


def test_a_server_that_has_another_key_signs_nothing_with_it(
    cast: Cast, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    """Its key folder is not the one in which the key was renewed, and it would make one."""
    renew_service_key(cast.deployment, "issuer", "yearly")
    cast.deployment.close()
    (data_dir / "keys" / "issuer.1.pem").unlink()
    other = open_deployment(opened_database, data_dir)
    note = newest_note(other)
    with pytest.raises(KeyStoreUnusable):
        issue_labels(other, FACTORY, WASTE, DAY, 1)
    assert newest_note(other) == note
    assert number_manifest(other, FACTORY, DAY.year)  # what has its key goes on


@pytest.mark.parametrize(("dev", "reason"), [("registrar", "x"), ("dev-1", "x"), ("issuer", "")])
def test_only_services_and_only_with_a_reason(cast: Cast, dev: str, reason: str) -> None:
    size = cast.deployment.sequencer.refresh()
    with pytest.raises(RenewalRefused):
        renew_service_key(cast.deployment, dev, reason)
    assert cast.deployment.sequencer.refresh() is size
