"""What is erased is gone, the ledger is as it was, and the law's periods are kept."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, true, update
from sqlalchemy.engine import make_url

from tests.cast import BUREAU, FACTORY, Cast, fill, person
from tests.databases import Database
from tests.devices import Clock
from tests.privacy.conftest import DRIVER, Loading
from waste_trace.compliance.retention import AT_ONCE, Basis
from waste_trace.custody.errors import UnknownEventType
from waste_trace.ledger.disclosure import parse_disclosure
from waste_trace.ledger.event import Event, parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.ledger.verify_text import render
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import read_disclosures
from waste_trace.services.erase_person import (
    ErasureRefused,
    erase_account,
    erase_disclosures,
    find_personal,
    retention_policy,
)
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.export_partial import export_container
from waste_trace.services.rebuild import rebuild, snapshot
from waste_trace.services.sign_in import SignInRefused, create_user, find_person, sign_in, who
from waste_trace.store.disclosures import Vault
from waste_trace.store.tables import DisclosureKey, DisclosureRow, Entry
from waste_trace.store.writing import insert_rows, table_of, write_transaction


def leaf(deployment: Deployment, index: int) -> Event:
    """The event at an index."""
    table = table_of(Entry)
    with deployment.engine.connect() as connection:
        data = connection.execute(select(table.c.leaf).where(table.c.idx == index)).scalar_one()
    return parse_event(parse_leaf(bytes(data)).envelope.payload)


def rows_of(deployment: Deployment, model: Any) -> list[dict[str, Any]]:
    """The rows of a table."""
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table_of(model))).mappings()]


def own_rows(loading: Loading, model: Any) -> list[dict[str, Any]]:
    """The rows of the loading's event; devices have names beside the ledger, too."""
    rows = rows_of(loading.device.deployment, model)
    return [row for row in rows if row["idx"] == loading.index]


def test_it_is_gone_and_a_leaf_says_so(deployment: Deployment, loading: Loading) -> None:
    recorded = erase_disclosures(deployment, loading.digests, Basis.COURT)
    found = read_disclosures(deployment, person(BUREAU), loading.index)
    assert (found.disclosures, sorted(found.erased)) == ((), loading.digests)
    assert own_rows(loading, DisclosureKey) == []
    assert [bytes(row["sealed"]) for row in own_rows(loading, DisclosureRow)] == [b"", b""]
    event = leaf(deployment, recorded[0].index)
    assert (event.typ, event.dev) == ("pii.erased", "registrar")
    assert event.body == {"digests": loading.digests, "basis": "court"}


def test_the_ledger_is_still_proven(
    deployment: Deployment, loading: Loading, tmp_path: Path
) -> None:
    erase_disclosures(deployment, loading.digests[:1], Basis.MISTAKE)
    deployment.write_public_keys(tmp_path / "keys")
    export_bundle(deployment, tmp_path / "whole", disclose_to=person(BUREAU))
    export_container(deployment, loading.container, tmp_path / "part", person(BUREAU))
    for name in ("whole", "part"):
        report = verify_bundle(tmp_path / name, tmp_path / "keys")
        assert report.verdict is Verdict.PROVEN, report.problem
        assert report.to_value()["erased"] == {"count": 1, "digests": loading.digests[:1]}
        assert "个人信息已依法删除 1 项" in render(report)
        left = (tmp_path / name / "disclosures.jsonl").read_bytes()
        assert left.count(b"\n") == 1


def test_read_tables_are_made_from_the_ledger_alone(
    deployment: Deployment, loading: Loading
) -> None:
    erase_disclosures(deployment, loading.digests[:1], Basis.COURT)
    kept = rows_of(deployment, DisclosureRow)
    with deployment.engine.connect() as connection:
        before = snapshot(connection)
    rebuild(deployment)
    with deployment.engine.connect() as connection:
        assert snapshot(connection) == before
    assert rows_of(deployment, DisclosureRow) == kept


def test_what_was_erased_stays_erased_whoever_sends_it_again(
    deployment: Deployment, loading: Loading
) -> None:
    erase_disclosures(deployment, loading.digests, Basis.COURT)
    assert loading.device.send(loading.body).duplicate
    assert read_disclosures(deployment, person(BUREAU), loading.index).disclosures == ()
    assert own_rows(loading, DisclosureKey) == []
    assert erase_disclosures(deployment, loading.digests, Basis.COURT) == []


def test_a_backup_of_the_sealed_rows_shows_nothing(
    deployment: Deployment, loading: Loading
) -> None:
    backup = rows_of(deployment, DisclosureRow)
    erase_disclosures(deployment, loading.digests, Basis.COURT)
    table = table_of(DisclosureRow)
    with write_transaction(deployment.engine) as connection:
        connection.execute(table.delete())
        insert_rows(connection, DisclosureRow, backup)
    with deployment.engine.connect() as connection:
        assert list(deployment.vault.read(connection, table.c.idx == loading.index)) == []
    for row in backup:
        assert not any(value.encode() in bytes(row["sealed"]) for value in DRIVER.values())


def test_sealed_rows_open_in_their_place_and_with_the_right_key_only(
    deployment: Deployment, loading: Loading
) -> None:
    with deployment.engine.connect() as connection, pytest.raises(InvalidTag):
        list(Vault(bytes(32)).read(connection, true()))
    table = table_of(DisclosureRow)
    one, other = own_rows(loading, DisclosureRow)
    with write_transaction(deployment.engine) as connection:
        swap = update(table).where(table.c.digest == one["digest"])
        connection.execute(swap.values(sealed=other["sealed"]))
    with deployment.engine.connect() as connection, pytest.raises(InvalidTag):
        list(deployment.vault.read(connection, true()))


def test_a_row_that_was_moved_with_its_key_does_not_open(
    deployment: Deployment, loading: Loading
) -> None:
    """Whoever writes to the tables could otherwise lay one person's data to another event."""
    with write_transaction(deployment.engine) as connection:
        for table in (table_of(DisclosureRow), table_of(DisclosureKey)):
            moved = update(table).where(table.c.idx == loading.index).values(idx=loading.index - 1)
            connection.execute(moved)
        place = table_of(DisclosureRow).c.idx == loading.index - 1
        with pytest.raises(InvalidTag):
            list(deployment.vault.read(connection, place))


def test_no_byte_of_what_was_erased_is_left_in_the_file(
    deployment: Deployment, loading: Loading, opened_database: Database
) -> None:
    """SQLite leaves what it deletes until something overwrites it; PostgreSQL has its vacuum."""
    if opened_database.kind != "sqlite":
        return
    wrapped = [bytes(row["wrapped"]) for row in own_rows(loading, DisclosureKey)]
    file = Path(make_url(opened_database.url).database or "")
    erase_disclosures(deployment, loading.digests, Basis.COURT)
    deployment.close()
    deployment.engine.dispose()  # the write-ahead log goes into the file with the last connection
    left = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    assert len(wrapped) == 2
    assert [one in left for one in wrapped] == [False, False]


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis not in AT_ONCE])
def test_the_period_of_manifests_comes_first(
    deployment: Deployment, loading: Loading, clock: Clock, basis: Basis
) -> None:
    clock.forward(days=365 * 10)  # two or three leap days short of ten years
    with pytest.raises(ErasureRefused, match="10 years") as caught:
        erase_disclosures(deployment, loading.digests, basis)
    assert caught.value.facts["digests"] == loading.digests
    assert caught.value.facts["until"] == "2036-11-23T08:05:00+00:00"
    assert len(read_disclosures(deployment, person(BUREAU), loading.index).disclosures) == 2
    clock.forward(days=3)
    assert len(erase_disclosures(deployment, loading.digests, basis)) == 1


def test_other_records_are_kept_as_ledgers_are(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    code = cast.containers()[0]
    index = cast.device(FACTORY).tell("fill", fill(code), personal={"handler_name": "陈仓管"}).index
    digests = find_personal(deployment, "陈仓管")
    assert leaf(deployment, index).body["pii"] == digests
    with pytest.raises(ErasureRefused, match="5 years"):
        erase_disclosures(deployment, digests, Basis.PERIOD_OVER)
    clock.forward(days=5 * 366)
    assert erase_disclosures(deployment, digests, Basis.PERIOD_OVER)


def test_the_periods_are_settings_with_a_source(deployment: Deployment) -> None:
    policy = retention_policy(deployment.settings)
    assert (policy.manifest.years, policy.manifest.certainty) == (10, "P")
    assert "art. 20" in policy.manifest.source
    assert policy.ledger.years == 5


def test_one_person_is_found_in_every_event(
    deployment: Deployment, loading: Loading, clock: Clock
) -> None:
    clock.forward(minutes=5)
    body = {"containers": [loading.container], "manifest": loading.manifest}
    loading.device.tell("depart", body, personal={"driver_name": DRIVER["driver_name"]})
    loading.device.tell("arrive", body, personal={"driver_name": "别人"})
    found = find_personal(deployment, DRIVER["driver_name"])
    assert len(found) == len(set(found)) == 2
    assert find_personal(deployment, DRIVER["driver_name"], "handler_name") == []
    erase_disclosures(deployment, found, Basis.COURT)
    assert find_personal(deployment, DRIVER["driver_name"]) == []
    assert len(find_personal(deployment, "别人")) == 1


def test_all_or_nothing(deployment: Deployment, loading: Loading) -> None:
    size = len(rows_of(deployment, Entry))
    for digests in ([], ["A" * 43], [*loading.digests, "A" * 43]):
        with pytest.raises(ErasureRefused):
            erase_disclosures(deployment, digests, Basis.COURT)
    assert len(own_rows(loading, DisclosureKey)) == 2
    assert len(rows_of(deployment, Entry)) == size


def test_a_persons_account_goes_and_the_pseudonym_stays(
    deployment: Deployment, tmp_path: Path
) -> None:
    made = create_user(deployment, "wu.jiashi", "correct-horse-9", "吴驾驶", "transporter", FACTORY)
    token = sign_in(deployment, "wu.jiashi", "correct-horse-9")
    recorded = erase_account(deployment, "wu.jiashi", Basis.PURPOSE_MET)
    assert who(deployment, token) is None
    assert find_person(deployment, "wu.jiashi") is None
    left = find_person(deployment, made.pseudonym)
    assert left is not None
    assert (left.display_name, left.pseudonym) == ("", made.pseudonym)
    for username in ("wu.jiashi", made.pseudonym):
        with pytest.raises(SignInRefused):
            sign_in(deployment, username, "correct-horse-9")
    assert leaf(deployment, recorded.index).body == {
        "digests": [], "basis": "purpose_met", "actor": made.pseudonym,
    }  # fmt: skip
    with pytest.raises(ErasureRefused):
        erase_account(deployment, "wu.jiashi", Basis.COURT)
    export_bundle(deployment, tmp_path / "bundle")
    assert verify_bundle(tmp_path / "bundle").verdict is Verdict.PROVEN


def test_only_the_registrar_erases(loading: Loading, deployment: Deployment) -> None:
    body = {"digests": loading.digests, "basis": "court"}
    with pytest.raises(UnknownEventType):
        loading.device.tell("pii.erased", body)
    texts = [parse_disclosure(one.text) for one in loading.disclosures]
    assert set(read_disclosures(deployment, person(BUREAU), loading.index).disclosures) == set(
        texts
    )
