"""The log changes its key by leaves: whoever knows one of its keys is led to the newest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.ledger.sample_ledger import (
    LOG_KEY,
    ORIGIN,
    REGISTRAR_KEY,
    Device,
    SampleLedger,
    key,
    opening_body,
    sample_policy,
    small_ledger,
)
from tests.ledger.test_partial import reseal
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.errors import LedgerError, RefusedKeyEvent
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.partial import write_partial
from waste_trace.ledger.policy import Party, Policy, format_policy
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report, Verdict

KEYS = (LOG_KEY, key(51), key(52))
VKEYS = tuple(log_vkey(ORIGIN, one).text for one in KEYS)
REGISTRAR = log_vkey("registrar.example", REGISTRAR_KEY)
NUMBER = "2026330482000007"
#: Leaves that name the second and the third key, and the first checkpoints that cover them.
NAMED, HANDED = (24, 35), (26, 36)


def next_key(ep: int, **other: JsonValue) -> dict[str, JsonValue]:
    return {"ep": ep, "vkey": VKEYS[ep], "replaces": VKEYS[ep - 1], "reason": "scheduled", **other}


def policy(*keys: SigningKey) -> Policy:
    return replace(sample_policy(), logs=tuple(Party(log_vkey(ORIGIN, one)) for one in keys))


@dataclass
class Changed:
    """A ledger of 40 leaves whose log has changed its key twice."""

    ledger: SampleLedger

    def signers(self, size: int) -> Sequence[SigningKey]:
        """As the product signs: with both keys once, and with the newer from there on."""
        first, second = (size >= handed for handed in HANDED)
        if size in HANDED:
            return KEYS[1:] if second else KEYS[:2]
        return (KEYS[first + second],)

    def note(self, size: int = 40, signers: Sequence[SigningKey] | None = None) -> str:
        return self.ledger.checkpoint(size, signers=signers or self.signers(size))

    def handovers(self) -> dict[int, str]:
        return {ep: self.note(size) for ep, size in enumerate(HANDED, start=1)}

    def whole(self, place: Path, **options: object) -> Path:
        given: dict[str, object] = {"checkpoint": self.note(), "handovers": self.handovers()}
        return self.ledger.write(place, **{**given, **options})  # type: ignore[arg-type]

    def partial(self, place: Path) -> Path:
        by_registrar = [
            index for index, leaf in enumerate(self.ledger.leaves) if b'"keyid":"registrar/' in leaf
        ]
        write_partial(
            place,
            kind="manifest",
            value=NUMBER,
            checkpoint=self.note(),
            tree=TreeReader(self.ledger.tiles, 40),
            entries={index: self.ledger.leaves[index] for index in [*by_registrar, 11]},
            policy=format_policy(sample_policy()),
            registrar_vkey=REGISTRAR.text,
            handovers=self.handovers(),
        )
        return place


@pytest.fixture(scope="module")
def changed() -> Changed:
    """The ledger of most tests."""
    return changed_ledger()


def changed_ledger() -> Changed:
    """A new one."""
    ledger = small_ledger(20)
    gun = Device("gun-03", key(23))
    ledger.log(ledger.registrar.event("log.key", next_key(1)))
    ledger.enrol(gun)
    ledger.log(*(gun.event("weigh", {"weight_kg": "1.000"}) for _ in range(9)))
    ledger.log(ledger.registrar.event("log.key", next_key(2)))
    ledger.log(*(gun.event("weigh", {"weight_kg": "1.000"}) for _ in range(4)))
    assert ledger.size == 40
    return Changed(ledger)


def keys_for(place: Path, whom: Policy) -> Path:
    place.mkdir(exist_ok=True)
    (place / "policy.txt").write_text(format_policy(whom))
    (place / "registrar.vkey").write_text(REGISTRAR.text + "\n")
    return place


def verify(bundle: Path, whom: Policy) -> Report:
    return verify_bundle(bundle, keys_for(bundle.with_name("given"), whom))


def refused(report: Report) -> tuple[Verdict | None, str, str | None]:
    assert report.problem is not None
    return report.verdict, report.problem.what, report.problem.file


@pytest.mark.parametrize("known", [KEYS[:1], KEYS[1:2], KEYS[2:], KEYS, (KEYS[0], KEYS[2])])
@pytest.mark.parametrize("kind", ["whole", "partial"])
def test_whoever_knows_any_of_the_keys_is_led_to_the_newest(
    changed: Changed, tmp_path: Path, kind: str, known: Sequence[SigningKey]
) -> None:
    bundle = changed.partial(tmp_path / "b") if kind == "partial" else changed.whole(tmp_path / "b")
    report = verify(bundle, policy(*known))
    assert report.problem is None
    assert report.verdict is Verdict.PROVEN
    checks = report.to_value()["checks"]
    assert all(check["ok"] for check in checks)  # type: ignore[union-attr,index,call-overload]


@pytest.mark.parametrize("kind", ["whole", "partial"])
def test_a_stranger_is_not_led_anywhere(changed: Changed, tmp_path: Path, kind: str) -> None:
    bundle = changed.partial(tmp_path / "b") if kind == "partial" else changed.whole(tmp_path / "b")
    assert refused(verify(bundle, policy(key(98))))[:2] == (Verdict.TAMPERED, "checkpoint")


@pytest.mark.parametrize("kind", ["whole", "partial"])
def test_the_way_from_the_old_key_must_be_complete(
    changed: Changed, tmp_path: Path, kind: str
) -> None:
    bundle = changed.partial(tmp_path / "b") if kind == "partial" else changed.whole(tmp_path / "b")
    (bundle / "log-keys/2.checkpoint").unlink()
    reseal(bundle)
    assert refused(verify(bundle, policy(KEYS[0])))[:2] == (Verdict.INCOMPLETE, "checkpoint")
    assert refused(verify(bundle, policy(KEYS[1])))[:2] == (Verdict.INCOMPLETE, "checkpoint")
    assert verify(bundle, policy(KEYS[2])).verdict is Verdict.PROVEN


def test_without_the_leaf_a_new_key_is_nobody_s(changed: Changed, tmp_path: Path) -> None:
    """The bundle of before the leaf, signed by a key that only a thief could say is the next."""
    early = changed.note(NAMED[0], signers=KEYS[1:2])
    short = SampleLedger()
    short.append_leaves(changed.ledger.leaves[: NAMED[0]])
    for number, handovers in enumerate([None, {1: changed.note(NAMED[0], signers=KEYS[:2])}]):
        bundle = short.write(tmp_path / str(number), checkpoint=early, handovers=handovers)
        assert refused(verify(bundle, policy(KEYS[0])))[:2] == (Verdict.TAMPERED, "checkpoint")


def test_below_the_leaf_the_old_key_signs_and_above_it_the_new_one(
    changed: Changed, tmp_path: Path
) -> None:
    """Whoever trusts both keys still believes each of them for its own sizes only."""
    both = policy(*KEYS)
    stolen = changed.whole(tmp_path / "stolen", checkpoint=changed.note(40, signers=KEYS[:1]))
    assert refused(verify(stolen, both)) == (Verdict.TAMPERED, "checkpoint", "checkpoint")
    for size, signer, good in ((24, 0, True), (24, 1, False), (30, 1, True), (30, 0, False),
                               (38, 1, False), (38, 2, True)):  # fmt: skip
        pin = changed.note(size, signers=[KEYS[signer]])
        bundle = changed.whole(tmp_path / f"{size}-{signer}", pinned={"kept": pin})
        for whom in (both, policy(KEYS[2])):
            report = verify(bundle, whom)
            assert (report.verdict is Verdict.PROVEN) == good, (size, signer, report.problem)
            assert good or refused(report)[1] == "pinned"


@pytest.mark.parametrize(
    "forge",
    [
        lambda c: c.note(26, signers=KEYS[1:2]),  # by the new key alone
        lambda c: c.note(26, signers=KEYS[:1]),  # by the old key alone: nobody has the new one
        lambda c: c.note(24, signers=KEYS[:2]),  # does not cover the leaf
        lambda c: c.note(36),  # of another change
    ],
)
@pytest.mark.parametrize("kind", ["whole", "partial"])
def test_a_handover_that_does_not_hold(
    changed: Changed, tmp_path: Path, kind: str, forge: object
) -> None:
    bundle = changed.partial(tmp_path / "b") if kind == "partial" else changed.whole(tmp_path / "b")
    (bundle / "log-keys/1.checkpoint").write_text(forge(changed))  # type: ignore[operator]
    reseal(bundle)
    wrong = (Verdict.TAMPERED, "checkpoint", "log-keys/1.checkpoint")
    assert refused(verify(bundle, policy(KEYS[0])))[:2] == wrong[:2]
    # Nor does whoever needs none let a false one pass.
    assert refused(verify(bundle, policy(KEYS[2])))[:2] == wrong[:2]


@pytest.mark.parametrize("kind", ["whole", "partial"])
def test_a_handover_of_another_history(changed: Changed, tmp_path: Path, kind: str) -> None:
    """The holder of both keys has shown somebody another ledger when the key was changed."""
    other = SampleLedger()
    other.append_leaves(changed.ledger.leaves[:20])
    other.append_leaves([b"x"] * 6)
    bundle = changed.partial(tmp_path / "b") if kind == "partial" else changed.whole(tmp_path / "b")
    (bundle / "log-keys/1.checkpoint").write_text(other.checkpoint(26, signers=KEYS[:2]))
    reseal(bundle)
    report = verify(bundle, policy(KEYS[0]))
    assert refused(report)[:2] == (Verdict.TAMPERED, "checkpoint")


def test_a_handover_to_a_key_that_the_log_does_not_have(changed: Changed, tmp_path: Path) -> None:
    handovers = {**changed.handovers(), 3: changed.note(38)}
    bundle = changed.whole(tmp_path / "b", handovers=handovers)
    assert refused(verify(bundle, policy(*KEYS)))[:2] == (Verdict.TAMPERED, "checkpoint")


def test_each_byte_of_the_handovers_counts(changed: Changed, tmp_path: Path) -> None:
    bundle = changed.partial(tmp_path / "b")
    files = sorted((bundle / "log-keys").iterdir())
    assert len(files) == 4
    for file in files:
        good = file.read_bytes()
        for position in range(0, len(good), 7):
            flipped = bytes([good[position] ^ 1])
            file.write_bytes(good[:position] + flipped + good[position + 1 :])
            reseal(bundle)
            report = verify(bundle, policy(KEYS[0]))
            # A witness's line may be spoilt: nobody counts those of an old checkpoint.
            spoilt = good.find(b".example ", good.rfind(b"\n\n")) if b"w1" in good else len(good)
            assert report.exit_code in (1, 2) or position >= spoilt, (file.name, position)
        file.write_bytes(good)


def test_leaf_0_may_name_the_first_key(tmp_path: Path) -> None:
    """Then a bundle that another key has signed is refused by whoever trusts that key, too."""
    ledger = SampleLedger()
    ledger.log(ledger.registrar.event("ledger.open", {**opening_body(), "log_key": VKEYS[0]}))
    good = ledger.write(tmp_path / "good")
    assert verify(good, policy(*KEYS)).verdict is Verdict.PROVEN
    bad = ledger.write(tmp_path / "bad", checkpoint=ledger.checkpoint(signers=KEYS[1:2]))
    for whom in (policy(*KEYS), policy(KEYS[1])):
        assert refused(verify(bad, whom)) == (Verdict.TAMPERED, "checkpoint", "checkpoint")


class Registrar:
    """A registry that an opened ledger begins with."""

    def __init__(self, **opening: str) -> None:
        self.device = Device("registrar", REGISTRAR_KEY)
        self.registry = KeyRegistry(REGISTRAR, ORIGIN)
        self.say("ledger.open", {**opening_body(), **opening})

    def say(self, typ: str, body: dict[str, JsonValue]) -> None:
        index = self.device.seq
        self.registry.apply(index, parse_event(self.device.event(typ, body).payload))


@pytest.mark.parametrize(
    "body",
    [
        next_key(2),  # an epoch is left out
        {**next_key(1), "ep": 0},
        next_key(1, vkey=VKEYS[0]),  # the same key
        next_key(1, vkey=log_vkey("elsewhere.example/1", KEYS[1]).text),  # another log's
        next_key(1, vkey="no key"),
        next_key(1, replaces=VKEYS[2]),  # not the one in use
        {"ep": 1, "vkey": VKEYS[1]},
    ],
)
def test_what_the_next_key_must_be(body: dict[str, JsonValue]) -> None:
    registrar = Registrar(log_key=VKEYS[0])
    before = registrar.registry.log_keys
    with pytest.raises(LedgerError):
        registrar.say("log.key", body)
    assert registrar.registry.log_keys is before


def test_no_key_comes_back() -> None:
    registrar = Registrar()
    registrar.say("log.key", next_key(1))
    with pytest.raises(RefusedKeyEvent, match="had this key"):
        registrar.say("log.key", {"ep": 2, "vkey": VKEYS[0], "replaces": VKEYS[1]})
    registrar.say("log.key", next_key(2))
    assert [one.text for one in registrar.registry.log_keys.known] == list(VKEYS)


@pytest.mark.parametrize(
    ("author", "what"),
    [
        (Device("gun-01", key(21), seq=10, prev=bytes(32)), "enrolment"),
        (Device("registrar", key(97), seq=7, prev=bytes(32)), "signatures"),
    ],
    ids=["a device", "a forger"],
)
def test_only_the_registrar_names_the_next_key(
    changed: Changed, tmp_path: Path, author: Device, what: str
) -> None:
    """Not a device whose holder has the log's key as well, and nobody in the registrar's name."""
    ledger = SampleLedger()
    ledger.append_leaves(changed.ledger.leaves[: NAMED[0]])
    ledger.log(replace(author).event("log.key", next_key(1)))
    note = ledger.checkpoint(signers=KEYS[:2])
    bundle = ledger.write(tmp_path / "b", checkpoint=note, handovers={1: note})
    report = verify(bundle, policy(KEYS[0]))
    assert report.problem is not None
    assert (report.problem.what, report.problem.index) == (what, NAMED[0])
