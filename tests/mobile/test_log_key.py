"""The log changes its key: the handheld learns the new one from the ledger, from nobody else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.mobile.handheld import Handheld
from waste_trace.ledger.dsse import envelope_from_value, envelope_value, sign_envelope
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import parse_note
from waste_trace.ledger.reasons import RenewalReason
from waste_trace.ledger.receipt import parse_receipt
from waste_trace.services.renew_key import renew_key

CODE = "91330100716105852F9002490820261123901"
Change = dict[str, Any]


def known(device: Handheld) -> tuple[str, str]:
    """The keys that the device believes: the log's and the registrar's."""
    (stored,) = device.stored("device")
    return str(stored["log_vkey"]), str(stored["registrar_vkey"])


def renew(device: Handheld, *names: str) -> tuple[str, str]:
    """Change keys, and let the log go on; the keys in use then."""
    deployment = device.backend.deployment
    for name in names:
        renew_key(deployment, name, RenewalReason.SCHEDULED)
    registry = deployment.sequencer.registry
    registrar = deployment.registrar_vkey(f"registrar/{registry.epochs['registrar']}")
    return deployment.sequencer.log_vkey.text, registrar.text


def upload(device: Handheld) -> None:
    device.tab("queue")
    device.page.get_by_role("button", name="立即上传").click()


@pytest.mark.parametrize("names", [("log",), ("registrar", "log", "log")])
def test_it_goes_on_with_the_new_key(enrolled: Handheld, names: tuple[str, ...]) -> None:
    before = known(enrolled)
    now = renew(enrolled, *names)
    assert now != before
    serial = 310 + len(names)
    enrolled.record("store_in", enrolled.backend.label(f"{CODE[:-3]}{serial}"))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    assert known(enrolled) == now
    enrolled.page.reload()
    again = renew(enrolled, "registrar", "log")
    enrolled.record("store_in", enrolled.backend.label(f"{CODE[:-3]}{serial + 10}"))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(2)
    assert known(enrolled) == again
    assert enrolled.complaints == []


def without_proof(change: Change) -> Change:
    return {"index": change["index"], "envelope": change["envelope"]}


def of_another_registrar(change: Change) -> Change:
    real = envelope_from_value(change["envelope"])
    thief = SigningKey.generate()
    signed = sign_envelope(real.payload, real.payload_type, real.key_id, thief)
    return {**change, "envelope": envelope_value(signed)}


def by_one_key(number: int) -> Callable[[Change], Change]:
    """Without the signature of the old key (0) or of the new one (1)."""

    def altered(change: Change) -> Change:
        note = parse_note(parse_receipt(change["receipt"]).checkpoint)
        line = note.signatures[number].line
        return {**change, "receipt": str(change["receipt"]).replace(line, "")}

    return altered


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_proof, "换钥没有证明"),
        (of_another_registrar, "换钥不是登记员签署的"),
        (by_one_key(0), "不是账本签发的"),
        (by_one_key(1), "不是账本签发的"),
    ],
    ids=["told", "registrar", "old key", "new key"],
)
def test_it_is_not_told_a_key(
    enrolled: Handheld, change: Callable[[Change], Change], said: str
) -> None:
    def altered(route: Route) -> None:
        response = route.fetch()
        value = response.json()
        value["changes"] = [change(one) for one in value["changes"]]
        route.fulfill(response=response, body=json.dumps(value))

    before = known(enrolled)
    enrolled.context.route("**/v1/ledger/key-changes*", altered)
    now = renew(enrolled, "log")
    enrolled.record("store_in", enrolled.backend.label(f"{CODE[:-3]}{330 + len(said)}"))
    enrolled.tab("queue")
    expect(enrolled.entries("pending")).to_contain_text(said)
    assert known(enrolled) == before
    enrolled.context.unroute_all(behavior="wait")  # the page may be asking again just now
    upload(enrolled)
    expect(enrolled.entries("accepted")).to_have_count(1)
    assert known(enrolled) == now
