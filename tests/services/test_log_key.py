"""The log's key is renewed in a living ledger: servers, mirrors, witnesses, verifiers go on."""

import shutil
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from api.witness.app import create_witness
from api.witness.client import AskOverHttp
from api.witness.mirror import FetchOverHttp
from tests.cast import FACTORY, Cast, produce
from tests.conftest import Furnished, OpenDeployment
from tests.databases import Database
from tests.services.test_check_ledger import tamper
from tests.services.test_rebuild import same_after_rebuild
from tests.serving import application, serving
from tests.store.signer import Signer
from waste_trace.ledger.checkpoint import open_checkpoint, read_checkpoint, sign_checkpoint
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import log_vkey, parse_note
from waste_trace.ledger.policy import Party, Policy, format_policy
from waste_trace.ledger.reasons import EndingReason, RenewalReason
from waste_trace.ledger.verify import load_keys, verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.ledger.witness import NotSignedByLog
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.export_partial import export_organisation
from waste_trace.services.key_changes import handover_note
from waste_trace.services.prove import NotInLedger, newest_note
from waste_trace.services.record_event import record_event
from waste_trace.services.renew_key import renew_key
from waste_trace.services.restore_ledger import begin_ledger, end_ledger
from waste_trace.services.witness_checkpoint import keep_witnessed
from waste_trace.store.key_store import KeyStoreUnusable
from waste_trace.store.sequencer import Draft
from waste_trace.store.sequencer.drafts import Build
from waste_trace.store.tables import CheckpointRow
from waste_trace.store.writing import table_of
from waste_trace.witness.mirror import Mirror
from waste_trace.witness.states import LogStates
from waste_trace.witness.witness import Witness, watched


def signer_ids(note: str) -> list[bytes]:
    return [line.key_id for line in parse_note(note).signatures]


def proves(deployment: Deployment, place: Path, keys: Path) -> None:
    """Whole and partial bundles, to who holds these keys."""
    start, end = (deployment.now().replace(year=year) for year in (2020, 2030))
    export_bundle(deployment, place / "whole")
    export_organisation(deployment, FACTORY, start, end, place / "partial")
    for name in ("whole", "partial"):
        report = verify_bundle(place / name, keys)
        assert (report.problem, report.verdict) == (None, Verdict.PROVEN), name


def test_both_keys_sign_once_and_then_the_new_one_alone(cast: Cast, tmp_path: Path) -> None:
    deployment, device = cast.deployment, cast.device(FACTORY)
    device.tell("produce", produce())
    deployment.write_public_keys(tmp_path / "old")
    old = deployment.sequencer.log_vkey
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    new = deployment.sequencer.log_vkey
    assert old.key_id != new.key_id
    assert signer_ids(newest_note(deployment)) == [old.key_id, new.key_id]
    assert newest_note(deployment) == handover_note(deployment, 1)
    recorded = device.tell("produce", produce())
    assert signer_ids(newest_note(deployment)) == [new.key_id]
    open_checkpoint(recorded.receipt.partition("\n\n")[2], new)
    with pytest.raises(NotInLedger):
        handover_note(deployment, 2)
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    deployment.write_public_keys(tmp_path / "new")
    same_after_rebuild(deployment)
    for keys in ("old", "new"):
        proves(deployment, tmp_path / f"by-{keys}", tmp_path / keys)
    for full in (False, True):
        report = check_ledger(deployment.settings, full=full)
        assert (report.problem, report.verdict) == (None, Verdict.PROVEN)


def test_two_changes_in_one_batch_are_handed_over_together(cast: Cast, tmp_path: Path) -> None:
    """Two people renew it at the same time; nobody signed in between."""
    deployment = cast.deployment
    cast.device(FACTORY).tell("produce", produce())
    deployment.write_public_keys(tmp_path / "old")
    sequencer = deployment.sequencer
    names = ("log", "log.1", "log.2")
    vkeys = [deployment.sequencer.log_vkey.text]
    vkeys += [_vkey(deployment, name) for name in names[1:]]
    bodies: list[dict[str, object]] = [
        {"ep": ep, "vkey": vkeys[ep], "replaces": vkeys[ep - 1]} for ep in (1, 2)
    ]
    sequencer.compose_together([("registrar", _saying("log.key", body)) for body in bodies])
    assert len(signer_ids(newest_note(deployment))) == 3
    Signer(sequencer, "dev-signer", FACTORY).append(1)
    assert len(signer_ids(newest_note(deployment))) == 1
    proves(deployment, tmp_path, tmp_path / "old")
    assert check_ledger(deployment.settings).verdict is Verdict.PROVEN


def test_after_a_restart_and_with_the_old_policy_of_the_settings(
    cast: Cast, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment,
    tmp_path: Path,
) -> None:  # fmt: skip
    deployment = cast.deployment
    old = tmp_path / "policy.txt"
    old.write_text(deployment.policy_text(), encoding="utf-8")
    assert check_ledger(deployment.settings).verdict is Verdict.PROVEN
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    newest = deployment.sequencer.log_vkey
    deployment.close()
    again = open_deployment(opened_database, data_dir, witness_policy=str(old))
    assert again.sequencer.log_vkey == newest
    assert again.policy.logs[0].key == newest
    size = read_checkpoint(newest_note(again)).size
    Signer(again.sequencer, "dev-signer", FACTORY).append(2)
    assert open_checkpoint(newest_note(again), newest).size == size + 3
    assert check_ledger(again.settings).verdict is Verdict.PROVEN


@pytest.mark.parametrize("furnished", ["postgresql"], indirect=True)  # SQLite serves one process
def test_a_server_that_lacks_the_new_key_signs_nothing(
    cast: Cast, opened_database: Database, data_dir: Path, tmp_path: Path,
    open_deployment: OpenDeployment,
) -> None:  # fmt: skip
    device = cast.device(FACTORY)
    shutil.copytree(data_dir, tmp_path / "second")
    other = open_deployment(opened_database, tmp_path / "second")
    renew_key(cast.deployment, "log", RenewalReason.SCHEDULED)
    note = newest_note(other)
    envelope = device.sign("produce", produce())
    with pytest.raises(KeyStoreUnusable, match=r"log\.1"):
        record_event(other, envelope, remote="test")
    assert newest_note(other) == note
    other.close()
    shutil.copytree(data_dir / "keys", tmp_path / "second/keys", dirs_exist_ok=True)
    again = open_deployment(opened_database, tmp_path / "second")
    assert record_event(again, envelope, remote="test").index == read_checkpoint(note).size


@pytest.mark.parametrize("furnished", ["postgresql"], indirect=True)  # SQLite serves one process
def test_two_servers_with_the_same_keys_both_sign_with_the_new_one(
    cast: Cast, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    device, other = cast.device(FACTORY), open_deployment(opened_database, data_dir)
    renew_key(cast.deployment, "log", RenewalReason.SCHEDULED)
    assert other.policy.logs == cast.deployment.policy.logs
    assert record_event(other, device.sign("produce", produce()), remote="test").index
    newest = cast.deployment.sequencer.log_vkey
    assert signer_ids(newest_note(cast.deployment)) == [newest.key_id]


@pytest.mark.parametrize("which", ["old", "both", "stranger"])
def test_a_check_finds_a_checkpoint_that_another_key_has_signed(cast: Cast, which: str) -> None:
    deployment = cast.deployment
    renew_key(deployment, "log", RenewalReason.SCHEDULED)
    Signer(deployment.sequencer, "dev-signer", FACTORY).append(2)
    keys = [deployment.keys.key(name) for name in ("log", "log.1")]
    deployment.close()
    signers = {"old": keys[:1], "both": keys, "stranger": [SigningKey.generate()]}[which]
    row = table_of(CheckpointRow)

    def act(connection: object) -> None:
        query = select(row).order_by(row.c.size.desc()).offset(1).limit(1)
        found = connection.execute(query).one()  # type: ignore[attr-defined]
        note = sign_checkpoint(read_checkpoint(found.note), *signers)
        change = update(row).where(row.c.size == found.size).values(note=note)
        connection.execute(change)  # type: ignore[attr-defined]

    tamper(deployment.settings, act)
    report = check_ledger(deployment.settings)
    assert report.problem is not None
    assert (report.verdict, report.problem.what) == (Verdict.TAMPERED, "checkpoint")


def test_a_ledger_that_lost_the_change_quotes_what_the_new_key_signed(
    cast: Cast, furnished: Furnished, opened_database: Database, data_dir: Path, tmp_path: Path,
    quick_path: Path, open_deployment: OpenDeployment,
) -> None:  # fmt: skip
    """The leaf itself is among what is lost; the key is still in this server's folder."""
    cast.deployment.close()
    backup = furnished.databases.copy(opened_database)
    first = open_deployment(opened_database, data_dir)
    renew_key(first, "log", RenewalReason.SCHEDULED)
    Signer(first.sequencer, "dev-signer", FACTORY).append(2)
    lost = newest_note(first)
    first.close()
    old = open_deployment(backup, data_dir)
    assert old.sequencer.read_only is not None
    ended = end_ledger(old, tmp_path / "ended", EndingReason.DATABASE_LOST, lost)
    assert ended.quoted.size == read_checkpoint(lost).size
    report = verify_bundle(tmp_path / "ended/bundle", tmp_path / "ended/keys")
    assert report.problem is not None
    assert (report.verdict, report.problem.what) == (Verdict.INCOMPLETE, "pinned")
    empty = furnished.databases.copy(furnished.migrated)
    place = open_deployment(empty, quick_path / "new", ledger_origin="pinghu.waste-trace.example/2")
    begin_ledger(place, old, ended)
    assert place.sequencer.registry.log_keys.epoch == 0
    renew_key(place, "log", RenewalReason.SCHEDULED)
    assert check_ledger(place.settings, full=True).verdict is Verdict.PROVEN


def test_a_mirror_and_a_witness_outside(
    cast: Cast, data_dir: Path, opened_database: Database, open_deployment: OpenDeployment,
    tmp_path: Path,
) -> None:  # fmt: skip
    """The mirror follows the leaf; the owner of a witness adds a line to its policy."""
    deployment = cast.deployment
    deployment.write_public_keys(tmp_path / "keys")
    old = deployment.sequencer.log_vkey
    with ExitStack() as stack:
        url = stack.enter_context(serving(application(deployment)))
        fetch = FetchOverHttp(stack.enter_context(httpx.Client()), f"{url}/log")
        trusted = load_keys(tmp_path / "keys")
        mirror = Mirror(tmp_path / "m", trusted, fetch, deployment.now)
        mirror.step()
        for turn in range(2):
            renew_key(deployment, "log", RenewalReason.SCHEDULED)
            Signer(deployment.sequencer, f"dev-signer-{turn}", FACTORY).append(2)
        assert mirror.step().size == read_checkpoint(newest_note(deployment)).size
        again = Mirror(tmp_path / "m", trusted, fetch, deployment.now)
        assert again.step().new_entries == 0
        again.export(tmp_path / "mirrored")
    assert verify_bundle(tmp_path / "mirrored", tmp_path / "keys").verdict is Verdict.PROVEN
    own = SigningKey.generate()
    for logs, answers in (([old], False), ([old, deployment.sequencer.log_vkey], True)):
        states = LogStates(tmp_path / f"{answers}.db")
        witness = Witness("w.example", own, watched(logs), states, lambda: 1_795_420_800)
        with serving(create_witness(witness)) as url:
            parties = {"w": Party(witness.vkey, url)}
            file = tmp_path / "witnessed.txt"
            file.write_text(format_policy(Policy((Party(old),), parties, {}, "w")), "utf-8")
            deployment.close()
            deployment = open_deployment(opened_database, data_dir, witness_policy=str(file))
            found = keep_witnessed(deployment, AskOverHttp(trust_env=False))
        assert found.quorum_met == answers
        assert [type(error) for error in found.failed.values()] == [NotSignedByLog] * (not answers)


def _vkey(deployment: Deployment, name: str) -> str:
    return log_vkey(deployment.sequencer.origin, deployment.keys.key(name)).text


def _saying(typ: str, body: dict[str, object]) -> Build:
    return lambda _: [Draft(typ, body)]
