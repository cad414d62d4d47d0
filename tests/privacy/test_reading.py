"""Over HTTP: handhelds bring personal data along, parties read it, and every reading is logged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from scanner.agent import Handheld, enrol, sync
from tests.api.conftest import ClientOf, base_url, client_of
from tests.cast import FACTORY, produce
from tests.devices import ACTOR
from tests.http import http_client
from tests.privacy.conftest import DRIVER, Loading
from waste_trace.ledger.errors import MalformedDisclosure
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import list_accesses
from waste_trace.services.enrol_device import create_enrolment_code
from waste_trace.services.sign_in import find_person
from waste_trace.store.tables import DisclosureAccess
from waste_trace.store.writing import table_of, write_transaction

__all__ = ["base_url", "client_of"]
NOTE = {"handler_name": "陈仓管", "note": "桶盖有轻微渗漏\n已更换"}


@pytest.fixture
def device(deployment: Deployment, base_url: str, quick_path: Path) -> Iterator[Handheld]:
    """A factory's handheld that enrolled over HTTP."""
    handheld = Handheld(quick_path / "own", "tests")
    code = create_enrolment_code(deployment, FACTORY, "", ACTOR, "x")
    with http_client(base_url) as client:
        enrol(handheld, client, code, "手持端")
    yield handheld
    handheld.close()


def read(client: httpx.Client, index: int) -> dict[str, str]:
    """Names and values of an event's personal data."""
    answer = client.get(f"/v1/events/{index}/disclosures")
    assert answer.status_code == 200, answer.text
    return {one["name"]: one["value"] for one in answer.json()["disclosures"]}


def test_the_handheld_brings_it_along_and_forgets_it(
    device: Handheld, base_url: str, client_of: ClientOf
) -> None:
    seq = device.record("produce", produce(), personal=NOTE)
    plain = device.record("produce", produce("1.000"))
    assert len(device.notebook.disclosures(seq)) == 2
    assert device.notebook.disclosures(plain) == []
    with http_client(base_url) as client:
        report = sync(device, client)
    assert (report.received, report.refused) == ([seq, plain], [])
    assert device.notebook.disclosures(seq) == []
    index = device.notebook.records()[seq].index
    assert index is not None
    assert read(client_of("producer"), index) == NOTE


def test_without_a_network_it_waits(device: Handheld, client_of: ClientOf) -> None:
    seq = device.record("produce", produce(), personal=NOTE)
    with http_client("http://127.0.0.1:9") as nowhere:
        assert sync(device, nowhere).waiting == 1
    assert len(device.notebook.disclosures(seq)) == 2


def test_what_cannot_be_disclosed_is_not_recorded(device: Handheld) -> None:
    for bad in ({"Name": "x"}, {"note": ""}, {"note": "x" * 501}):
        with pytest.raises(MalformedDisclosure):
            device.record("produce", produce(), personal=bad)
    assert device.notebook.records() == []


def test_the_same_person_has_another_digest_each_time(device: Handheld) -> None:
    for _ in range(3):
        device.record("produce", produce(), personal=NOTE)
    texts = {text for seq in range(3) for text in device.notebook.disclosures(seq)}
    assert len(texts) == 6


@pytest.mark.parametrize("party", ["producer", "transporter", "treatment", "regulator"])
def test_parties_of_the_manifest_read_it(loading: Loading, client_of: ClientOf, party: str) -> None:
    assert read(client_of(party), loading.index) == DRIVER


@pytest.mark.parametrize("index", ["own", "-1", "99999999", "9" * 30])
def test_what_is_foreign_is_not_there(loading: Loading, client_of: ClientOf, index: str) -> None:
    where = str(loading.index) if index == "own" else index
    for username in ("garage", "platform"):
        answer = client_of(username).get(f"/v1/events/{where}/disclosures")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-in-ledger")


def test_nobody_reads_it_without_a_session(loading: Loading, client_of: ClientOf) -> None:
    answer = client_of("").get(f"/v1/events/{loading.index}/disclosures")
    assert answer.status_code == 401


def test_each_reading_is_written_down(
    deployment: Deployment, loading: Loading, client_of: ClientOf
) -> None:
    regulator = client_of("regulator")
    read(client_of("transporter"), loading.index)
    read(regulator, loading.index)
    client_of("garage").get(f"/v1/events/{loading.index}/disclosures")
    rows = regulator.get("/v1/disclosures/accesses").json()
    carrier = find_person(deployment, "transporter")
    assert carrier is not None
    assert len(rows) == 2
    assert rows[1]["pseudonym"] == carrier.pseudonym
    assert {(row["purpose"], row["idx"], row["names"]) for row in rows} == {
        ("read", loading.index, "driver_name,driver_phone")
    }
    assert client_of("producer").get("/v1/disclosures/accesses").status_code == 403


def test_the_list_of_readings_cannot_be_changed(
    deployment: Deployment, loading: Loading, client_of: ClientOf
) -> None:
    read(client_of("transporter"), loading.index)
    before = list_accesses(deployment)
    table = table_of(DisclosureAccess)
    statements: list[Any] = [update(table).values(pseudonym="x"), delete(table)]
    if deployment.engine.dialect.name == "postgresql":
        statements.append(text("TRUNCATE disclosure_access"))
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="append-only"),
            write_transaction(deployment.engine) as connection,
        ):
            connection.execute(statement)
    assert list_accesses(deployment) == before


def test_the_regulator_erases_over_http(loading: Loading, client_of: ClientOf) -> None:
    asked = {"basis": "purpose_met", "digests": loading.digests}
    assert client_of("transporter").post("/v1/disclosures/erasures", json=asked).status_code == 403
    regulator = client_of("regulator")
    early = regulator.post("/v1/disclosures/erasures", json=asked)
    assert (early.status_code, early.json()["code"]) == (409, "erasure-refused")
    bad: list[dict[str, Any]] = [{"basis": "whim"}, {"digests": []}, {"basis": "court", "more": 1}]
    for nonsense in bad:
        assert regulator.post("/v1/disclosures/erasures", json=nonsense).status_code == 422
    asked = {"basis": "court", "value": DRIVER["driver_phone"]}
    answer = regulator.post("/v1/disclosures/erasures", json=asked)
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["digests"]) == 1
    assert read(regulator, loading.index) == {"driver_name": DRIVER["driver_name"]}
    left = regulator.get(f"/v1/events/{loading.index}/disclosures").json()
    assert left["erased"] == answer.json()["digests"]


def test_a_mismatch_is_a_problem_of_its_own(loading: Loading, client_of: ClientOf) -> None:
    body = loading.body.replace(
        loading.disclosures[0].text.encode(), loading.disclosures[1].text.encode()
    )
    answer = client_of("").post("/v1/events", content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "disclosure-mismatch")
