"""Enrolment by one-time code and proof of possession; revocation; both as leaves."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.cast import FACTORY, GARAGE, Cast, produce
from tests.devices import ACTOR, Clock
from waste_trace.custody.errors import MalformedBody
from waste_trace.ledger.dsse import parse_envelope
from waste_trace.ledger.keys import ALGORITHMS, Algorithm, SigningKey
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.ledger.receipt import parse_receipt
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import (
    Enrolled,
    EnrolmentRefused,
    create_enrolment_code,
    enrol_device,
    possession_message,
    revoke_device,
)
from waste_trace.services.prove import prove_event
from waste_trace.services.refused import RevokedDevice
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.store.tables import Device, EnrolmentCode
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of


def enrol(
    deployment: Deployment, code: str, key: SigningKey, *, name: str = "手持端 1"
) -> Enrolled:
    """Enrol as a device does."""
    proof = key.sign(possession_message(code, key.algorithm, key.public_key))
    return enrol_device(deployment, code, key.algorithm, key.public_key, name, proof)


def new_code(deployment: Deployment, org: str = FACTORY, site: str = "TS-FACTORY") -> str:
    """A one-time code."""
    return create_enrolment_code(deployment, org, site, ACTOR, "tester")


def size_of(deployment: Deployment) -> int:
    """The size of the log."""
    with deployment.engine.connect() as connection:
        head = read_head(connection)
    assert head is not None
    return head.size


def refused(deployment: Deployment, code: str, key: SigningKey, name: str = "x") -> None:
    """Enrol in vain; nothing is written."""
    before = size_of(deployment)
    with pytest.raises(EnrolmentRefused) as caught:
        enrol(deployment, code, key, name=name)
    assert caught.value.do_zh
    assert caught.value.do_en
    assert size_of(deployment) == before


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_code_and_a_key_become_a_device(deployment: Deployment, algorithm: Algorithm) -> None:
    key = SigningKey.generate(algorithm)
    before = size_of(deployment)
    enrolled = enrol(deployment, new_code(deployment), key)
    assert (enrolled.ep, enrolled.org, enrolled.site) == (0, FACTORY, "TS-FACTORY")
    assert enrolled.actor == ACTOR
    assert parse_receipt(enrolled.receipt).index == before
    known = deployment.sequencer.registry.key_for(enrolled.dev, 0)
    assert known is not None
    assert (known.public_key, known.algorithm, known.org) == (key.public_key, algorithm, FACTORY)
    assert (known.purpose, known.name, known.index) == ("device", enrolled.dev, before)


def test_the_code_is_kept_as_its_hash_only(deployment: Deployment) -> None:
    code = new_code(deployment)
    assert len(code.replace("-", "")) == 16
    with deployment.engine.connect() as connection:
        rows = connection.execute(select(table_of(EnrolmentCode))).all()
    assert code not in str(rows)
    assert len({new_code(deployment) for _ in range(20)}) == 20


def test_the_same_code_and_key_again_is_the_same_device(deployment: Deployment) -> None:
    """A handheld that lost the answer asks again."""
    key, code = SigningKey.generate(), new_code(deployment)
    first = enrol(deployment, code, key)
    before = size_of(deployment)
    again = enrol(deployment, f" {code.lower()} ", key)
    assert size_of(deployment) == before
    assert again.dev == first.dev
    assert parse_receipt(again.receipt).index == parse_receipt(first.receipt).index


def test_a_code_is_good_once(deployment: Deployment) -> None:
    code = new_code(deployment)
    enrol(deployment, code, SigningKey.generate())
    refused(deployment, code, SigningKey.generate())


def test_a_code_ends(deployment: Deployment, clock: Clock) -> None:
    code = new_code(deployment)
    clock.forward(hours=24, seconds=1)
    refused(deployment, code, SigningKey.generate())
    assert enrol(deployment, new_code(deployment), SigningKey.generate()).dev


def test_a_code_that_nobody_made_is_refused(deployment: Deployment) -> None:
    for code in ("ABCD-EFGH-JKLM-NPQR", "", "x" * 10_000, "登记码", "\x00"):
        refused(deployment, code, SigningKey.generate())


def test_a_key_that_the_device_does_not_hold_is_refused(deployment: Deployment) -> None:
    code, key, other = new_code(deployment), SigningKey.generate(), SigningKey.generate()
    message = possession_message(code, key.algorithm, key.public_key)
    proofs = {
        "another key": other.sign(message),
        "another code": key.sign(possession_message("X", key.algorithm, key.public_key)),
        "another message": key.sign(b"hello"),
        "nothing": b"",
        "noise": bytes(64),
    }
    for name, proof in proofs.items():
        with pytest.raises(EnrolmentRefused, match="prove"):
            enrol_device(deployment, code, key.algorithm, key.public_key, name, proof)
    with pytest.raises(EnrolmentRefused):
        enrol_device(deployment, code, "rsa", key.public_key, "x", key.sign(message))
    with pytest.raises(EnrolmentRefused):
        enrol_device(deployment, code, "p256", key.public_key, "x", key.sign(message))
    assert enrol(deployment, code, key).org == FACTORY  # the code was not used up


def test_a_key_is_enrolled_once_whatever_the_code(deployment: Deployment) -> None:
    key = SigningKey.generate()
    enrol(deployment, new_code(deployment), key)
    second = new_code(deployment, GARAGE, "")
    refused(deployment, second, key)
    assert enrol(deployment, second, SigningKey.generate()).org == GARAGE


def test_a_name_that_no_database_could_hold_is_refused(deployment: Deployment) -> None:
    code = new_code(deployment)
    for name in ("", "a\x00b", "\x1b[2J", "x" * 65, "a\nb"):
        refused(deployment, code, SigningKey.generate(), name)
    assert enrol(deployment, code, SigningKey.generate(), name="x" * 64).dev


def test_of_many_who_use_one_code_at_once_one_gets_in(deployment: Deployment) -> None:
    code = new_code(deployment)
    outcomes: list[bool] = []

    def run() -> None:
        try:
            enrol(deployment, code, SigningKey.generate())
        except EnrolmentRefused:
            outcomes.append(False)
        else:
            outcomes.append(True)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 5 + [True]


def test_a_revocation_is_a_leaf(cast: Cast) -> None:
    device = cast.device(FACTORY)
    for _ in range(3):
        device.tell("produce", produce())
    before = size_of(cast.deployment)
    recorded = revoke_device(cast.deployment, device.dev, RevocationReason.LOST)
    assert recorded.index == before
    key = cast.deployment.sequencer.registry.key_for(device.dev, 0)
    assert key is not None
    assert key.last_good_seq == 2
    with cast.deployment.engine.connect() as connection:
        row = connection.execute(
            select(table_of(Device)).where(table_of(Device).c.dev == device.dev)
        ).one()
    assert (row.revoked_idx, row.last_good_seq) == (before, 2)
    with pytest.raises(RevokedDevice):
        device.tell("produce", produce())


def test_the_ledgers_own_services_are_no_devices(deployment: Deployment) -> None:
    for dev in ("registrar", "issuer", "vision", "numbering", "dev-0000000000000000", ""):
        with pytest.raises(EnrolmentRefused):
            revoke_device(deployment, dev, RevocationReason.MISTAKE)
    assert enrol(deployment, new_code(deployment), SigningKey.generate()).dev


def test_a_p256_device_records(cast: Cast, tmp_path: Path) -> None:
    device = cast.make(FACTORY, algorithm="p256")
    envelope = device.sign("produce", produce())
    recorded = device.send(envelope)
    assert parse_receipt(prove_event(cast.deployment, recorded.index)).index == recorded.index
    assert parse_envelope(envelope).key_id == f"{device.dev}/0"


def test_parties_are_registered_with_names_that_can_be_read(deployment: Deployment) -> None:
    for name in ("", "a\x00b", "x" * 201):
        with pytest.raises(MalformedBody):
            register_organisation(deployment, GARAGE, name, ["producer"], "330482")
        with pytest.raises(MalformedBody):
            register_site(deployment, "TS-1", GARAGE, name, "贮存库")
    for wrong in ([], ["baker"], ["producer", "baker"]):
        with pytest.raises(MalformedBody):
            register_organisation(deployment, GARAGE, "汽修", wrong, "330482")
    kinds = ["producer", "platform"]
    register_organisation(deployment, GARAGE, "汽修　二厂", kinds, "330482")
    known = deployment.sequencer.registry.organisations[GARAGE]
    assert known.kinds == ("producer", "platform")
