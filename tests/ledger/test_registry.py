"""Who may sign, as the log says: enrolment, rotation, revocation, and every refusal."""

from dataclasses import replace

import pytest

from tests.ledger.sample_ledger import (
    ORG,
    ORIGIN,
    REGISTRAR_KEY,
    Device,
    enrol_body,
    key,
    opening_body,
    rotate,
)
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.cosignature import cosigner_vkey
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.encoding import b64, b64url
from waste_trace.ledger.errors import RefusedKeyEvent, UnknownKey
from waste_trace.ledger.event import Event, parse_event, payload_hash
from waste_trace.ledger.fork_evidence import fork_body
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.registry import KeyRegistry, Refusal

VKEY = log_vkey("registrar.example", REGISTRAR_KEY)


class Log:
    """A registry and the registrar who feeds it."""

    def __init__(self) -> None:
        self.registry = KeyRegistry(VKEY, ORIGIN)
        self.registrar = Device("registrar", REGISTRAR_KEY)
        self.index = 0

    def apply(self, envelope: Envelope) -> Event:
        event = parse_event(envelope.payload)
        self.registry.apply(self.index, event)
        self.index += 1
        return event

    def say(self, typ: str, body: dict[str, JsonValue]) -> Event:
        return self.apply(self.registrar.event(typ, body))


@pytest.fixture
def log() -> Log:
    opened = Log()
    opened.say("ledger.open", opening_body())
    return opened


@pytest.fixture
def gun(log: Log) -> Device:
    device = Device("gun-01", key(21))
    log.say("key.enrol", enrol_body(device))
    return device


def event_of(device: Device) -> Event:
    return parse_event(device.event("weigh", {}).payload)


def test_a_key_counts_only_after_its_enrolment(log: Log) -> None:
    gun = Device("gun-01", key(21))
    early = event_of(gun)
    with pytest.raises(UnknownKey) as caught:
        log.registry.authorise(early)
    assert caught.value.facts["reason"] == Refusal.UNKNOWN
    log.say("key.enrol", enrol_body(gun))
    enrolled = log.registry.authorise(early)
    assert (enrolled.index, enrolled.public_key) == (1, gun.key.public_key)
    assert enrolled.key_id == "gun-01/0"
    assert log.registry.current_key("gun-01") is enrolled
    assert log.registry.current_key("gun-99") is None


def test_rotation_hands_over_from_one_key_to_the_next(log: Log, gun: Device) -> None:
    log.apply(gun.event("weigh", {}))
    late = gun.event("weigh", {})
    old = replace(gun)
    log.apply(rotate(gun, key(31, "p256")))
    assert log.registry.authorise(event_of(gun)).algorithm == "p256"
    assert log.registry.authorise(parse_event(late.payload)).ep == 0
    assert log.registry.refusal("gun-01", 0, old.seq) is None  # the rotation itself
    with pytest.raises(UnknownKey) as caught:
        log.registry.authorise(replace(event_of(old), seq=old.seq + 1))
    assert caught.value.facts["reason"] == Refusal.RETIRED


def test_rotation_must_name_what_came_before(log: Log, gun: Device) -> None:
    log.apply(gun.event("weigh", {}))
    good = parse_event(rotate(replace(gun), key(31)).payload)
    wrong: dict[str, JsonValue] = {
        "last_seq": 5,
        "last_hash": "",
        "ep": 2,
        "alg": "rsa",
        "pub": "AA==",
    }
    for name, value in wrong.items():
        bad = replace(good, body={**good.body, name: value})
        with pytest.raises(RefusedKeyEvent):
            log.registry.apply(log.index, bad)
    log.registry.apply(log.index, good)


def test_revocation_spares_what_was_good(log: Log, gun: Device) -> None:
    body: dict[str, JsonValue] = {"dev": "gun-01", "ep": 0, "last_good_seq": 4, "reason": "lost"}
    log.say("key.revoke", body)
    assert log.registry.refusal("gun-01", 0, 4) is None
    assert log.registry.refusal("gun-01", 0, 5) is Refusal.REVOKED
    with pytest.raises(RefusedKeyEvent):
        log.say("key.revoke", {**body, "last_good_seq": 9})
    log.say("key.revoke", {**body, "last_good_seq": -1})
    assert log.registry.refusal("gun-01", 0, 0) is Refusal.REVOKED
    renewed = Device("gun-01", key(32), ep=1)
    log.say("key.enrol", enrol_body(renewed))
    assert log.registry.authorise(event_of(renewed)).ep == 1


def test_the_registrar_can_change_its_own_key(log: Log) -> None:
    log.apply(rotate(log.registrar, key(40)))
    log.say("key.enrol", enrol_body(Device("gun-01", key(21))))
    assert log.registry.key_for("registrar", 1) is not None


def test_what_the_registrar_has_left_behind_registers_nothing(log: Log) -> None:
    """Not even under a number that was good: that would be for whoever has found the old key."""
    before = replace(log.registrar)
    log.say("org.register", {"org": ORG, "name": "平湖", "kinds": ["producer"], "region": "330482"})
    old = replace(log.registrar)
    log.apply(rotate(log.registrar, key(40)))
    for registrar in (before, old):
        with pytest.raises((RefusedKeyEvent, UnknownKey)):
            log.apply(registrar.event("key.enrol", enrol_body(Device("gun-01", key(21)))))
    with pytest.raises((RefusedKeyEvent, UnknownKey)):
        log.apply(rotate(replace(before), key(41)))
    assert log.registry.key_for("gun-01", 0) is None


@pytest.mark.parametrize("seed", [2, 40])
def test_the_registrar_takes_no_key_twice(log: Log, seed: int) -> None:
    log.apply(rotate(log.registrar, key(40)))
    with pytest.raises(RefusedKeyEvent, match="not had before"):
        log.apply(rotate(log.registrar, key(seed)))


def test_the_registrar_s_key_must_be_able_to_sign_what_verifiers_read(log: Log) -> None:
    with pytest.raises(RefusedKeyEvent, match="Ed25519"):
        log.apply(rotate(log.registrar, key(40, "p256")))


def test_nobody_enrols_or_revokes_the_registrar(log: Log) -> None:
    second = enrol_body(Device("registrar", key(40), ep=1))
    ended: dict[str, JsonValue] = {"dev": "registrar", "ep": 0, "last_good_seq": 0, "reason": ""}
    for typ, body in (("key.enrol", second), ("key.revoke", ended)):
        with pytest.raises(RefusedKeyEvent, match=r"own key\.rotate"):
            log.say(typ, body)
    log.apply(rotate(log.registrar, key(40)))
    with pytest.raises(RefusedKeyEvent, match=r"own key\.rotate"):
        log.say("key.revoke", ended)


def test_an_epoch_of_the_registrar_is_not_skipped(log: Log) -> None:
    good = parse_event(rotate(replace(log.registrar), key(40)).payload)
    with pytest.raises(RefusedKeyEvent, match="grow by one"):
        log.registry.apply(log.index, replace(good, body={**good.body, "ep": 2}))


def test_organisations_and_sites(log: Log) -> None:
    site: dict[str, JsonValue] = {"site": "TS001", "org": ORG, "name": "贮存库", "kind": "storage"}
    with pytest.raises(RefusedKeyEvent):
        log.say("site.register", site)
    log.say("org.register", {"org": ORG, "name": "平湖", "kinds": ["producer"], "region": "330482"})
    log.say("site.register", {**site, "capacity_kg": "5000"})
    assert log.registry.organisations[ORG].kinds == ("producer",)
    assert log.registry.sites["TS001"].capacity_kg == "5000"
    assert log.registry.catalogue == "2021"


def test_custody_events_change_nothing(log: Log, gun: Device) -> None:
    before = repr(log.registry)
    log.apply(gun.event("weigh", {"weight_kg": "1"}))
    assert repr(log.registry) == before


@pytest.mark.parametrize("typ", ["key.enrol", "key.revoke", "org.register", "site.register"])
def test_only_the_registrar_registers(log: Log, gun: Device, typ: str) -> None:
    with pytest.raises(RefusedKeyEvent):
        log.apply(gun.event(typ, enrol_body(Device("gun-02", key(22)))))


def test_the_ledger_is_opened_once_and_first() -> None:
    log = Log()
    with pytest.raises(RefusedKeyEvent):
        log.say("key.enrol", enrol_body(Device("gun-01", key(21))))
    log = Log()
    log.say("ledger.open", opening_body())
    with pytest.raises(RefusedKeyEvent):
        log.say("ledger.open", opening_body())


@pytest.mark.parametrize("name", ["origin", "registrar", "catalogue"])
def test_the_opening_names_this_ledger(name: str) -> None:
    log = Log()
    wrong = "" if name == "catalogue" else "another"
    with pytest.raises(RefusedKeyEvent):
        log.say("ledger.open", {**opening_body(), name: wrong})
    assert not log.registry.opened


def test_events_of_another_ledger(log: Log, gun: Device) -> None:
    with pytest.raises(RefusedKeyEvent):
        log.apply(gun.event("weigh", {}, origin="elsewhere.example/1"))


def test_the_registrar_key_is_of_type_1() -> None:
    with pytest.raises(RefusedKeyEvent):
        KeyRegistry(cosigner_vkey("registrar.example", REGISTRAR_KEY), ORIGIN)


GOOD = enrol_body(Device("gun-02", key(22)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dev", "X"),
        ("dev", None),
        ("ep", 1),
        ("ep", -1),
        ("ep", True),
        ("alg", "rsa"),
        ("alg", "p256"),
        ("pub", "AA=="),
        ("pub", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),  # the neutral point
        ("pub", "no base64"),
        ("purpose", "fun"),
        ("name", ""),
        ("from_seq", 1),
        ("org", 1),
    ],
)
def test_enrolments_that_are_refused(log: Log, name: str, value: JsonValue) -> None:
    event = replace(event_of(log.registrar), typ="key.enrol", body={**GOOD, name: value})
    with pytest.raises(RefusedKeyEvent):
        log.registry.apply(log.index, event)
    log.registry.apply(log.index, replace(event, body=dict(GOOD)))
    with pytest.raises(RefusedKeyEvent):  # the same epoch twice
        log.registry.apply(log.index + 1, replace(event, body=dict(GOOD)))


@pytest.mark.parametrize("kinds", [None, [], ["king"], ["producer", "producer"], "producer"])
def test_organisations_of_no_kind(log: Log, kinds: JsonValue) -> None:
    body: dict[str, JsonValue] = {"org": ORG, "name": "x", "kinds": kinds, "region": "330482"}
    event = replace(event_of(log.registrar), typ="org.register", body=body)
    with pytest.raises(RefusedKeyEvent):
        log.registry.apply(log.index, event)


def test_revoking_a_key_that_is_not_there(log: Log) -> None:
    with pytest.raises(RefusedKeyEvent):
        log.say("key.revoke", {"dev": "gun-99", "ep": 0, "last_good_seq": 0, "reason": "x"})


def fork_of(gun: Device, **changed: JsonValue) -> dict[str, JsonValue]:
    """Evidence that a device has signed its next number twice."""
    before = gun.seq, gun.prev
    first = gun.event("weigh", {"weight_kg": "1.000"})
    gun.seq, gun.prev = before
    second = gun.event("weigh", {"weight_kg": "2.000"})
    body = fork_body(parse_event(second.payload), second, 1, payload_hash(first.payload))
    return {**body, **changed}


def test_evidence_of_a_fork_is_taken_from_the_registrar(log: Log, gun: Device) -> None:
    log.say("evidence.device_fork", fork_of(gun))
    quoted = fork_of(gun)
    del quoted["payload"], quoted["sig"]
    log.say("evidence.device_fork", quoted)


@pytest.mark.parametrize(
    "changed",
    [
        {"dev": "gun-99"}, {"ep": 1}, {"seq": 7}, {"seq": -1}, {"index": 99}, {"index": -1},
        {"second": b64url(bytes(32))}, {"first": "short"}, {"sig": b64(bytes(64))}, {"sig": ""},
        {"payload": b64(b"{}")}, {"payload": "?"}, {"payload": None},
    ],
    ids=str,
)  # fmt: skip
def test_evidence_that_proves_nothing_is_refused(
    log: Log, gun: Device, changed: dict[str, JsonValue]
) -> None:
    body = fork_of(gun, **changed)
    if changed.get("payload", "") is None:
        del body["payload"]  # a signature of nothing
    with pytest.raises(RefusedKeyEvent):
        log.say("evidence.device_fork", body)


def test_evidence_of_two_equal_payloads_is_none(log: Log, gun: Device) -> None:
    body = fork_of(gun)
    with pytest.raises(RefusedKeyEvent):
        log.say("evidence.device_fork", {**body, "first": body["second"]})


def test_evidence_is_for_the_registrar_to_give(log: Log, gun: Device) -> None:
    with pytest.raises(RefusedKeyEvent):
        log.apply(gun.event("evidence.device_fork", fork_of(gun)))
