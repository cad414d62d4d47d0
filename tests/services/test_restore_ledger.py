"""A ledger that lost signed entries goes on under a new name, and says so in its first leaf."""

import shutil
from itertools import product
from pathlib import Path

import pytest

from tests.cast import BUREAU, FACTORY, GARAGE, KINDS, SITES
from tests.conftest import Furnished, OpenDeployment
from tests.databases import Database
from tests.privacy.test_leaves import LOG_FIELDS
from tests.store.signer import Signer
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.reasons import EndingReason, RenewalReason
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.notices.kinds import Email, Wish
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.notices.webhooks import add_webhook, list_webhooks, show_secret
from waste_trace.services.notices.wishes import wish, wishes
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.prove import newest_note
from waste_trace.services.renew_key import renew_key
from waste_trace.services.restore_ledger import (
    Ended,
    RestoreRefused,
    begin_ledger,
    end_ledger,
)
from waste_trace.services.sign_in import create_user, find_person, sign_in
from waste_trace.store.sequencer import LedgerRolledBack
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.tiles import leaves

NEW = "pinghu.waste-trace.example/2"
WISH = Wish(False, Email.EACH)
LOST = 6  # an enrolment and five events


@pytest.fixture
def rolled_back(
    furnished: Furnished, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> tuple[Deployment, str]:
    """A deployment on an old copy of its database, and the newest checkpoint that was lost."""
    first = open_deployment(opened_database, data_dir)
    owner = create_user(first, "bureau", "correct-horse-9", "测试员", "regulator", BUREAU)
    wish(first, owner, {"district_finding": WISH})
    add_webhook(first, owner, "https://bureau.example/in", [])
    renew_key(first, "registrar", RenewalReason.SCHEDULED)
    renew_key(first, "issuer", RenewalReason.SCHEDULED)
    first.close()
    old = furnished.databases.copy(opened_database)
    second = open_deployment(opened_database, data_dir)
    Signer(second.sequencer, "dev-signer").append(5)
    lost = newest_note(second)
    second.close()
    return open_deployment(old, data_dir), lost


@pytest.fixture
def place(furnished: Furnished, quick_path: Path, open_deployment: OpenDeployment) -> Deployment:
    """A new, empty place for a ledger of another name."""
    database = furnished.databases.copy(furnished.migrated)
    return open_deployment(database, quick_path / "new", ledger_origin=NEW)


def _opening(deployment: Deployment) -> dict[str, object]:
    with deployment.engine.connect() as connection:
        return dict(parse_event(parse_leaf(leaves(connection, 0, 1)[0]).envelope.payload).body)


def test_the_new_ledger_quotes_how_the_old_one_ended(
    rolled_back: tuple[Deployment, str], place: Deployment, tmp_path: Path
) -> None:
    old, lost = rolled_back
    with pytest.raises(LedgerRolledBack):
        old.sequencer.compose("registrar", lambda _: [])
    ended = end_ledger(old, tmp_path / "ended", EndingReason.BACKUP_RESTORED, lost)
    begin_ledger(place, old, ended)
    signed = read_checkpoint(lost).size
    assert (ended.held, ended.quoted.size) == (signed - LOST, signed)
    opening = _opening(place)
    assert (opening["continues"], opening["held"]) == (lost, ended.held)
    assert opening["because"] == "backup_restored"
    assert opening.keys() - LOG_FIELDS == {"because"}
    assert opening["high_water"]["n"] == signed  # type: ignore[index]
    export_bundle(place, tmp_path / "new")
    place.write_public_keys(tmp_path / "new-keys")
    assert verify_bundle(tmp_path / "new", tmp_path / "new-keys").verdict is Verdict.PROVEN
    # The old bundle against the quote: sound as far as it goes, and its end is missing.
    report = verify_bundle(tmp_path / "ended/bundle", tmp_path / "ended/keys")
    assert report.problem is not None
    assert (report.verdict, report.problem.what) == (Verdict.INCOMPLETE, "pinned")


def test_with_all_that_was_signed_the_old_bundle_answers_the_quote(
    rolled_back: tuple[Deployment, str], opened_database: Database, data_dir: Path,
    open_deployment: OpenDeployment, tmp_path: Path,
) -> None:  # fmt: skip
    """The lost database turns up later: it is of the quoted history, or it is not."""
    old, lost = rolled_back
    end_ledger(old, tmp_path / "ended", EndingReason.DATABASE_LOST, lost)
    old.close()
    found = open_deployment(opened_database, data_dir)
    export_bundle(found, tmp_path / "found")
    keys = tmp_path / "ended/keys"
    assert verify_bundle(tmp_path / "found", keys).verdict is Verdict.PROVEN
    origin, size = found.sequencer.origin, read_checkpoint(lost).size
    other = sign_checkpoint(Checkpoint(origin, size, bytes(32)), found.keys.key("log"))
    (keys / "pinned/quoted.checkpoint").write_text(other, encoding="utf-8")
    assert verify_bundle(tmp_path / "found", keys).verdict is Verdict.TAMPERED


def test_parties_accounts_and_labels_come_along_and_devices_do_not(
    rolled_back: tuple[Deployment, str], place: Deployment, tmp_path: Path
) -> None:
    old, lost = rolled_back
    before = old.sequencer.registry
    begin_ledger(place, old, end_ledger(old, tmp_path / "ended", EndingReason.DATABASE_LOST, lost))
    registry = place.sequencer.registry
    assert set(registry.organisations) == set(KINDS)
    assert set(registry.sites) == set(SITES.values())
    assert registry.organisations[FACTORY] == before.organisations[FACTORY]
    issuers = [
        [one.keys["issuer", ep].public_key for ep in range(one.epochs["issuer"] + 1)]
        for one in (before, registry)
    ]
    assert issuers[0] == issuers[1]
    assert len(issuers[0]) == 2
    assert place.sequencer.log_vkey.public_key != old.sequencer.log_vkey.public_key
    assert (before.epochs["registrar"], registry.epochs["registrar"]) == (1, 0)
    assert sign_in(place, "bureau", "correct-horse-9")
    owner = find_person(place, "bureau")
    assert owner is not None
    assert WISH in [wanted for _, wanted in wishes(place, owner)]
    (hook,) = list_webhooks(place, owner)
    assert show_secret(place, owner, hook["id"]) == show_secret(old, owner, hook["id"])
    assert [key.dev for key in registry.keys.values() if key.purpose == "device"] == []


def test_manifest_numbers_go_on(
    rolled_back: tuple[Deployment, str], place: Deployment, tmp_path: Path
) -> None:
    old, lost = rolled_back
    old.sequencer.read_only = None  # as before the loss
    old.sequencer._high_water = HighWater(tmp_path / "no-mark")
    assert number_manifest(old, FACTORY, 2026) == "20263304000001"
    assert number_manifest(old, GARAGE, 2026) == "20263304000002"
    begin_ledger(place, old, end_ledger(old, tmp_path / "ended", EndingReason.DATABASE_LOST, lost))
    assert number_manifest(place, FACTORY, 2026) == "20263304000003"


def test_without_a_newer_checkpoint_its_own_is_quoted_with_the_mark(
    rolled_back: tuple[Deployment, str], tmp_path: Path
) -> None:
    old, lost = rolled_back
    ended: Ended = end_ledger(old, tmp_path / "ended", EndingReason.DATABASE_LOST)
    assert (ended.note, ended.quoted.size) == (newest_note(old), ended.held)
    assert ended.mark == (read_checkpoint(lost).size, read_checkpoint(lost).root)


def test_a_whole_ledger_is_not_ended(deployment: Deployment, tmp_path: Path) -> None:
    others = set(EndingReason) - {EndingReason.REGISTRAR_KEY_STOLEN}
    for newest, because in product((None, newest_note(deployment)), others):
        with pytest.raises(RestoreRefused, match="whole and open"):
            end_ledger(deployment, tmp_path / "ended", because, newest)
    assert not (tmp_path / "ended").exists()


def test_a_stolen_registrar_key_ends_a_whole_ledger(
    deployment: Deployment, place: Deployment, tmp_path: Path
) -> None:
    newest = newest_note(deployment)
    ended = end_ledger(deployment, tmp_path / "ended", EndingReason.REGISTRAR_KEY_STOLEN)
    assert (ended.note, ended.held) == (newest, read_checkpoint(newest).size)
    begin_ledger(place, deployment, ended)
    opening = _opening(place)
    assert (opening["continues"], opening["because"]) == (newest, "registrar_key_stolen")
    keys = [one.sequencer.registrar_vkey.public_key for one in (deployment, place)]
    assert keys[0] != keys[1]
    report = verify_bundle(tmp_path / "ended/bundle", tmp_path / "ended/keys")
    assert (report.verdict, report.problem) == (Verdict.PROVEN, None)


def test_what_must_not_be_quoted_or_begun(
    rolled_back: tuple[Deployment, str], place: Deployment, tmp_path: Path
) -> None:
    old, lost = rolled_back
    origin, held = old.sequencer.origin, read_checkpoint(newest_note(old))
    forged = sign_checkpoint(Checkpoint(origin, 999, bytes(32)), place.keys.key("log"))
    fork = sign_checkpoint(Checkpoint(origin, held.size, bytes(32)), old.keys.key("log"))
    for number, newest in enumerate((forged, fork, "no note", lost + "x" * 9000)):
        with pytest.raises(RestoreRefused):
            end_ledger(old, tmp_path / str(number), EndingReason.DATABASE_LOST, newest)
    ended = end_ledger(old, tmp_path / "ended", EndingReason.DATABASE_LOST, lost)
    with pytest.raises(RestoreRefused, match="name of its own"):
        begin_ledger(old, old, ended)
    begin_ledger(place, old, ended)
    with pytest.raises(RestoreRefused, match="already"):
        begin_ledger(place, old, ended)
    shutil.rmtree(tmp_path / "ended")
