"""Personal data comes beside the event and fits its digests, or the event is refused."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import CARRIER, Cast, person, transport
from tests.privacy.conftest import DRIVER, Loading
from waste_trace.custody.errors import MalformedBody
from waste_trace.ledger.disclosure import make_disclosure
from waste_trace.ledger.dsse import envelope_from_value
from waste_trace.ledger.event import parse_event
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import read_disclosures
from waste_trace.services.quarantine import list_quarantine
from waste_trace.services.record_event import record_event
from waste_trace.services.refused import DisclosureMismatch, MalformedRequest
from waste_trace.store.tables import DisclosureKey, DisclosureRow, Entry
from waste_trace.store.writing import table_of


def rows_of(deployment: Deployment, model: Any) -> list[Any]:
    """The rows of a table."""
    with deployment.engine.connect() as connection:
        return list(connection.execute(select(table_of(model))))


def kept(deployment: Deployment, index: int) -> dict[str, str]:
    """Names and values that are kept for an event."""
    found = read_disclosures(deployment, person(CARRIER), index)
    return {one.name: one.value for one in found.disclosures}


def altered(loading: Loading, disclosures: list[Any], **more: Any) -> bytes:
    """What the driver's device posted, with other disclosures."""
    envelope = json.loads(loading.body)["envelope"]
    return json.dumps({"envelope": envelope, "disclosures": disclosures, **more}).encode()


def test_the_leaf_has_digests_and_the_plaintext_is_beside_it(
    deployment: Deployment, loading: Loading
) -> None:
    event = parse_event(envelope_from_value(json.loads(loading.body)["envelope"]).payload)
    assert event.body["pii"] == loading.digests
    assert kept(deployment, loading.index) == DRIVER
    for row in rows_of(deployment, Entry):
        for value in DRIVER.values():
            assert value.encode() not in bytes(row.leaf)


def test_what_is_kept_is_sealed(deployment: Deployment, loading: Loading) -> None:
    rows, keys = rows_of(deployment, DisclosureRow), rows_of(deployment, DisclosureKey)
    sealed = [bytes(row.sealed) for row in rows if row.idx == loading.index]
    wrapped = [bytes(row.wrapped) for row in keys if row.idx == loading.index]
    assert len(sealed) == len(wrapped) == len(DRIVER)
    for data in (*sealed, *wrapped):
        for one in loading.disclosures:
            assert one.value.encode() not in data
            assert one.text.encode() not in data
    assert len(set(sealed)) == len(sealed)


def test_an_event_without_its_disclosures_is_whole(
    deployment: Deployment, loading: Loading
) -> None:
    device = loading.device
    body = device.sign("depart", transport(loading.manifest, [loading.container]), personal=DRIVER)
    envelope = json.dumps(json.loads(body)["envelope"]).encode()
    first = device.send(envelope)
    assert kept(deployment, first.index) == {}
    again = device.send(body)  # the plaintext may come later: the payload is the same
    assert (again.index, again.duplicate) == (first.index, True)
    assert kept(deployment, first.index) == DRIVER


def test_some_of_the_disclosures_may_come(deployment: Deployment, loading: Loading) -> None:
    device = loading.device
    body = device.sign("depart", transport(loading.manifest, [loading.container]), personal=DRIVER)
    value = json.loads(body)
    value["disclosures"] = value["disclosures"][:1]
    index = device.send(json.dumps(value).encode()).index
    assert len(kept(deployment, index)) == 1


def test_the_same_again_is_kept_once(deployment: Deployment, loading: Loading) -> None:
    before = rows_of(deployment, DisclosureRow)
    assert loading.device.send(loading.body).duplicate
    assert rows_of(deployment, DisclosureRow) == before


def test_a_foreign_or_doubled_disclosure_is_refused(
    deployment: Deployment, loading: Loading
) -> None:
    good = [one.text for one in loading.disclosures]
    foreign = make_disclosure("driver_name", "吴驾驶", bytes(16))
    size = len(rows_of(deployment, Entry))
    for wrong in ([foreign.text], [*good, foreign.text], [good[0], good[0]]):
        with pytest.raises(DisclosureMismatch) as caught:
            loading.device.send(altered(loading, wrong))
        assert len(caught.value.facts["digests"]) == 1  # type: ignore[arg-type]
    assert len(rows_of(deployment, Entry)) == size


@pytest.mark.parametrize(
    ("disclosures", "more"),
    [
        (["x"], {}),
        ([1], {}),
        ("x", {}),
        (None, {}),
        ([], {"note": "x"}),
        (["x"] * 21, {}),
    ],
)
def test_a_malformed_request_is_refused(
    loading: Loading, disclosures: Any, more: dict[str, Any]
) -> None:
    with pytest.raises(MalformedRequest):
        loading.device.send(altered(loading, disclosures, **more))


def test_a_disclosure_for_an_event_without_digests_is_refused(cast: Cast) -> None:
    device = cast.device(CARRIER)
    envelope = json.loads(device.sign("load", transport(cast.manifest(), cast.containers())))
    text = make_disclosure("driver_name", "吴驾驶", bytes(16)).text
    with pytest.raises(DisclosureMismatch):
        device.send(json.dumps({"envelope": envelope, "disclosures": [text]}).encode())


def test_what_is_refused_is_kept_without_the_plaintext(
    deployment: Deployment, loading: Loading
) -> None:
    foreign = make_disclosure("driver_name", "郑某某", bytes(16))
    bad = [altered(loading, [foreign.text]), altered(loading, ["郑某某"])]
    for body in bad:
        with pytest.raises((DisclosureMismatch, MalformedRequest)):
            record_event(deployment, body, remote="test")
    found = list_quarantine(deployment)
    assert {row.reason for row in found} == {"disclosure-mismatch", "malformed-request"}
    for row in found:
        text = row.body.decode() + row.zh + row.en
        assert foreign.text not in text
        assert "郑某某" not in text
        assert "\\u90d1" not in text


def test_a_body_with_bad_digests_is_refused(cast: Cast) -> None:
    device = cast.device(CARRIER)
    body = transport(cast.manifest(), cast.containers())
    for digests in (["x"], ["A" * 43] * 2, "A" * 43, [f"{n:042d}A" for n in range(21)]):
        with pytest.raises(MalformedBody):
            device.tell("load", {**body, "pii": digests})
