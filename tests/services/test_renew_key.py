"""A service's key is renewed: the new one signs, the old one ends, and nothing else changes."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import DAY, FACTORY, GARAGE, WASTE, Cast, fill, produce
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import enrolled_device
from tests.services.test_rebuild import same_after_rebuild
from waste_trace.codes.label_token import verify
from waste_trace.codes.signature import key_id
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.event import Event, parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.reasons import RenewalReason, RevocationReason
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.export_partial import export_organisation
from waste_trace.services.issue_labels import issue_labels, reissue_label
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.prove import newest_note
from waste_trace.services.record_event import record_event
from waste_trace.services.renew_key import RENEWABLE, RenewalRefused, renew_key
from waste_trace.store.key_store import KeyStoreUnusable
from waste_trace.store.tiles import leaves


def leaf_event(deployment: Deployment, index: int) -> Event:
    with deployment.engine.connect() as connection:
        return parse_event(parse_leaf(leaves(connection, index, index + 1)[0]).envelope.payload)


def test_labels_are_signed_with_the_new_key_and_old_ones_stay_genuine(cast: Cast) -> None:
    deployment = cast.deployment
    (code,) = cast.containers(1)
    device = cast.device(FACTORY)
    old = deployment.service_key("issuer").public_key
    renew_key(deployment, "issuer", RenewalReason.SCHEDULED)
    new = deployment.service_key("issuer").public_key
    issuers = {key_id(key): key for key in (old, new)}
    assert len(issuers) == 2
    again = reissue_label(deployment, code, "lost", FACTORY).tokens[0]
    verify(again, {key_id(new): new})
    device.tell("fill", {**fill(code), "labels": [str(again)]})
    same_after_rebuild(deployment)


@pytest.mark.parametrize("dev", sorted({*RENEWABLE} - {"log"}))  # see test_log_key
def test_each_goes_on_after_a_restart(
    dev: str,
    cast: Cast,
    tmp_path: Path,
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
) -> None:
    deployment = cast.deployment
    for reason in (RenewalReason.SCHEDULED, RenewalReason.KEY_SUSPECTED):
        renew_key(deployment, dev, reason)
    deployment.close()
    again = open_deployment(opened_database, data_dir)
    registry = again.sequencer.refresh()
    key = registry.current_key(dev)
    assert key is not None
    assert (key.ep, key.public_key) == (2, again.service_key(dev).public_key)
    assert [registry.refusal(dev, ep, 99) is None for ep in range(3)] == [False, False, True]
    device = enrolled_device(again, tmp_path / "device", GARAGE)
    assert device.tell("produce", produce()).index
    device.handheld.close()
    assert number_manifest(again, FACTORY, DAY.year)
    assert issue_labels(again, FACTORY, WASTE, DAY, 1).tokens
    export_bundle(again, tmp_path / "bundle")
    assert verify_bundle(tmp_path / "bundle").exit_code in (0, 2)


def test_the_registrar_s_change_is_seen_by_all_who_check(
    cast: Cast,
    tmp_path: Path,
    opened_database: Database,
    data_dir: Path,
    open_deployment: OpenDeployment,
) -> None:
    """Verifiers keep the key that they were given: the ledger leads from it to the newest."""
    deployment = cast.deployment
    deployment.write_public_keys(tmp_path / "keys")
    given = (tmp_path / "keys/registrar.vkey").read_bytes()
    old = leaf_event(deployment, renew_key(deployment, "registrar", RenewalReason.SCHEDULED).index)
    assert (old.typ, old.key_id, old.body["reason"]) == ("key.rotate", "registrar/0", "scheduled")
    device = cast.device(FACTORY)
    device.tell("produce", produce())
    renew_key(deployment, "issuer", RenewalReason.SCHEDULED)
    ended = revoke_device(deployment, device.dev, RevocationReason.LOST)
    revoked = leaf_event(deployment, ended.index)
    assert revoked.key_id == "registrar/1"
    same_after_rebuild(deployment)
    report = check_ledger(deployment.settings, full=True)
    assert (report.problem, report.verdict) == (None, Verdict.PROVEN)
    start = deployment.now()
    day = timedelta(days=1)
    export_bundle(deployment, tmp_path / "whole")
    export_organisation(deployment, FACTORY, start - day, start + day, tmp_path / "partial")
    for name in ("whole", "partial"):
        assert (tmp_path / name / "registrar.vkey").read_bytes() == given
        report = verify_bundle(tmp_path / name, tmp_path / "keys")
        assert (report.problem, report.verdict) == (None, Verdict.PROVEN)


@pytest.mark.parametrize("furnished", ["postgresql"], indirect=True)  # SQLite serves one process
def test_two_servers_of_which_one_lacks_the_registrar_s_new_key(
    cast: Cast, opened_database: Database, data_dir: Path, tmp_path: Path,
    open_deployment: OpenDeployment,
) -> None:  # fmt: skip
    """What devices say goes on there; what the registrar would say does not."""
    device = cast.device(FACTORY)
    shutil.copytree(data_dir, tmp_path / "second")
    other = open_deployment(opened_database, tmp_path / "second")
    renew_key(cast.deployment, "registrar", RenewalReason.SCHEDULED)
    size = read_checkpoint(newest_note(other)).size
    with pytest.raises(KeyStoreUnusable, match=r"registrar\.1"):
        renew_key(other, "issuer", RenewalReason.SCHEDULED)
    assert record_event(other, device.sign("produce", produce()), remote="test").index == size


def test_a_server_that_has_another_key_signs_nothing_with_it(
    cast: Cast, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    """Its key folder is not the one in which the key was renewed, and it would make one."""
    renew_key(cast.deployment, "issuer", RenewalReason.SCHEDULED)
    cast.deployment.close()
    (data_dir / "keys" / "issuer.1.pem").unlink()
    other = open_deployment(opened_database, data_dir)
    note = newest_note(other)
    with pytest.raises(KeyStoreUnusable):
        issue_labels(other, FACTORY, WASTE, DAY, 1)
    assert newest_note(other) == note
    assert number_manifest(other, FACTORY, DAY.year)  # what has its key goes on


@pytest.mark.parametrize("dev", ["webhook", "dev-1"])
def test_only_these(cast: Cast, dev: str) -> None:
    size = cast.deployment.sequencer.refresh()
    with pytest.raises(RenewalRefused):
        renew_key(cast.deployment, dev, RenewalReason.SCHEDULED)
    assert cast.deployment.sequencer.refresh() is size
