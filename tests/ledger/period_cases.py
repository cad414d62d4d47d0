"""Ledgers of one organisation, told in a line each, and bundles of a period out of them.

The period goes from second 100 to before second 200. ``a0@50`` is: key a says its number 0, and the
ledger takes it in at second 50. ``a1!`` instead of ``a1`` is its rotation, ``A0`` the key after it;
``x`` is a key of others that writes for the organisation, ``n`` one that is enrolled at second 300.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.ledger.sample_ledger import (
    ORG,
    START_MS,
    Device,
    SampleLedger,
    enrol_body,
    key,
    rotate,
    sample_policy,
)
from tests.ledger.test_partial import REGISTRAR, reseal
from waste_trace.ledger.dsse import Envelope, sign_envelope
from waste_trace.ledger.event import PAYLOAD_TYPE, build_payload, parse_event, payload_hash
from waste_trace.ledger.partial import SCOPE, format_scope, parse_scope, write_partial
from waste_trace.ledger.policy import format_policy
from waste_trace.ledger.tiles import TreeReader

PERIOD = (START_MS + 100_000, START_MS + 200_000)
EVER = (0, 2**50)
OTHER = "91330482MA2BEF34X5"
NAMES = {"a": "gun-a/0", "A": "gun-a/1", "b": "gun-b/0", "x": "desk-x/0", "n": "new-n/0"}
FACTS = ("with_gaps", "open_before", "open_after", "silent", "proven_silent", "of_others")


@dataclass
class Told:
    """A ledger in which each event of the organisation has a name such as ``a0``."""

    ledger: SampleLedger
    index: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, int] = field(default_factory=dict)
    needed: list[int] = field(default_factory=list)  # of the registrar, and rotations

    def write(self, target: Path, names: Iterable[str], *, checked: bool = False) -> Path:
        """A bundle of the period with these events: also one that no honest exporter writes.

        ``checked``: as the writer itself would have it.
        """
        write_partial(
            target,
            kind="organisation",
            value=ORG,
            checkpoint=self.ledger.checkpoint(),
            tree=TreeReader(self.ledger.tiles, self.ledger.size),
            entries={
                index: self.ledger.leaves[index]
                for index in (*self.needed, *(self.index[name] for name in names))
            },
            policy=format_policy(sample_policy()),
            registrar_vkey=REGISTRAR,
            period_ms=PERIOD if checked else EVER,
        )
        call_it(target, *PERIOD)
        return target

    @property
    def rotations(self) -> set[str]:
        """What is in every bundle."""
        return {name for name, index in self.index.items() if index in self.needed}

    @property
    def inside(self) -> set[str]:
        """What the organisation said in the period."""
        return {name for name, second in self.seconds.items() if 100 <= second < 200}

    @property
    def honest(self) -> set[str]:
        """What an honest exporter shows: the period and its neighbours, key by key."""
        shown = set(self.inside)
        for letter in {name[0] for name in self.seconds}:
            inside = [int(name[1:]) for name in self.inside if name[0] == letter]
            before = [
                int(name[1:])
                for name, second in self.seconds.items()
                if name[0] == letter and second < 100
            ]
            last = max(before, default=-1)
            beside = [n + step for n in inside for step in (-1, 1)] or [last, last + 1]
            shown |= {f"{letter}{n}" for n in beside}
        return shown & self.seconds.keys()


def listed(scope: dict[str, object], fact: str) -> list[str]:
    """The keys of which a report says something."""
    found = scope[fact]
    assert isinstance(found, list)
    return found


def call_it(folder: Path, from_ms: int, until_ms: int) -> None:
    """What a forger does: say that a bundle is of another period."""
    scope = parse_scope((folder / SCOPE).read_bytes())
    (folder / SCOPE).write_bytes(format_scope(replace(scope, from_ms=from_ms, until_ms=until_ms)))
    reseal(folder)


def tell(story: str) -> Told:
    """The ledger of a story, its events in the order in which the ledger takes them in."""
    told = Told(SampleLedger())
    ledger = told.ledger
    ledger.open()
    devices = {"a": Device("gun-a", key(21)), "b": Device("gun-b", key(22))}
    for device in devices.values():
        ledger.enrol(device)
    devices["x"] = Device("desk-x", key(23))
    ledger.log(ledger.registrar.event("key.enrol", {**enrol_body(devices["x"]), "org": OTHER}))
    told.needed = list(range(ledger.size))
    signed = _signed(story, devices)
    for word in sorted(story.split(), key=lambda word: int(word.split("@")[1])):
        name, second = word.split("@")
        told.index[name.rstrip("!")] = ledger.size
        told.seconds[name.rstrip("!")] = int(second)
        if name.endswith("!"):
            told.needed.append(ledger.size)
        ledger.log(signed[name], ms=START_MS + 1000 * int(second))
    told.needed.append(ledger.size)
    newer = ledger.registrar.event("key.enrol", enrol_body(Device("new-n", key(24))))
    ledger.log(newer, ms=START_MS + 300_000)
    return told


def _signed(story: str, devices: dict[str, Device]) -> dict[str, Envelope]:
    """All that the devices sign, in the order of their numbers; not all of it is logged."""
    names = {word.split("@")[0] for word in story.split()}
    signed: dict[str, Envelope] = {}
    for letter in sorted({name[0] for name in names}, reverse=True):  # small ones first
        device = devices[letter.lower()]
        numbers = [int(name[1:].rstrip("!")) for name in names if name[0] == letter]
        for number in range(max(numbers) + 1):
            name = f"{letter}{number}"
            ends, signer = f"{name}!" in names, device.key
            drafted = rotate(device, key(31)) if ends else device.event("weigh", {"name": name})
            payload = build_payload(replace(parse_event(drafted.payload), org=ORG))
            if not ends:
                device.prev = payload_hash(payload)
            signed[f"{name}!" if ends else name] = sign_envelope(
                payload, PAYLOAD_TYPE, drafted.key_id, signer
            )
    return signed


@dataclass(frozen=True, slots=True)
class Case:
    """A story, which of its events are shown, and what the verifier says.

    ``says``: the facts that are not empty, as letters; ``misfit``: or the event that is refused.
    """

    story: str
    shown: str
    says: dict[str, str] = field(default_factory=dict)
    misfit: str = ""

    @property
    def facts(self) -> dict[str, list[str]]:
        """All lists of the report."""
        return {fact: [NAMES[letter] for letter in self.says.get(fact, "")] for fact in FACTS}


LONG = "a0@40 a1@50 a2@120 a3@130 a4@140 a5@250 a6@260"
QUIET = "a0@110 b0@40 b1@50 b2@250 b3@260"
ROTATED = "a0@50 a1@120 a2@130 a3@250 a4!@260"
NO_B = {"silent": "b"}
OPEN = {**NO_B, "open_before": "a", "open_after": "a"}
B_QUIET = {"open_after": "a", "proven_silent": "b"}
B_OPEN = {"open_after": "a", "silent": "b"}

CASES = {
    "whole": Case(LONG, "a1 a2 a3 a4 a5", NO_B),
    "of an earlier version": Case(LONG, "a2 a3 a4", OPEN),
    "head cut": Case(LONG, "a1 a3 a4 a5", misfit="a1"),
    "head and neighbour cut": Case(LONG, "a3 a4 a5", {**NO_B, "open_before": "a"}),
    "tail cut": Case(LONG, "a1 a2 a3 a5", misfit="a5"),
    "tail and neighbour cut": Case(LONG, "a1 a2 a3", {**NO_B, "open_after": "a"}),
    "middle cut": Case(LONG, "a1 a2 a4 a5", {**NO_B, "with_gaps": "a"}),
    "all but neighbours cut": Case(LONG, "a1 a5", misfit="a5"),
    "all cut": Case(LONG, "", {"silent": "ab"}),
    "no neighbour before": Case(LONG, "a0 a1 a2 a3 a4 a5", misfit="a0"),
    "no neighbour after": Case(LONG, "a1 a2 a3 a4 a5 a6", misfit="a6"),
    "first and newest": Case("a0@100 a1@199", "a0 a1", {**NO_B, "open_after": "a"}),
    "bounds": Case("a0@99 a1@100 a2@199 a3@200", "a0 a1 a2 a3", NO_B),
    "ended after": Case(ROTATED, "a0 a1 a2 a3", NO_B),
    "ended after, tail cut": Case(ROTATED, "a0 a1", {**NO_B, "open_after": "a"}),
    "ended after, last cut": Case(
        "a0@50 a1@120 a2@130 a3!@250", "a0 a1", {**NO_B, "open_after": "a"}
    ),
    "ended in it": Case("a0@120 a1!@130 A0@140", "a0 A0", {**NO_B, "open_after": "A"}),
    "ended in it, one cut": Case("a0@120 a1@130 a2!@140", "a0", {"silent": "Ab", "with_gaps": "a"}),
    "ended in it, silent before": Case("a0@50 a1!@140", "a0", {"silent": "Ab"}),
    "ended just after": Case("a0@120 a1!@250", "a0", {"silent": "b"}),
    "ended before": Case("a0@40 a1!@50 A0@250", "A0", {**NO_B, "proven_silent": "aA"}),
    "ended before, and more": Case("a0@40 a1!@50", "a0", misfit="a0"),
    "silence": Case(QUIET, "a0 b1 b2", B_QUIET),
    "silence until now": Case(QUIET, "a0 b1", B_OPEN),
    "silence with less": Case(QUIET, "a0 b0", B_OPEN),
    "silence with more before": Case(QUIET, "a0 b0 b1 b2", misfit="b0"),
    "silence with more after": Case(QUIET, "a0 b1 b2 b3", misfit="b3"),
    "silence without before": Case(QUIET, "a0 b2", misfit="b2"),
    "silence from the first": Case("a0@110 b0@250", "a0 b0", B_QUIET),
    "silence up to the end": Case("a0@110 b0@50 b1!@250", "a0 b0", {**B_QUIET, "open_after": "a"}),
    "silence with a gap": Case("a0@110 b0@50 b2@250", "a0 b0", B_OPEN),
    "silence with a gap, and more": Case("a0@110 b0@50 b2@250", "a0 b0 b2", misfit="b2"),
    "a gap before": Case("a0@50 a2@120 a3@250", "a2 a3", {**NO_B, "open_before": "a"}),
    "late in the middle": Case("a0@50 a1@110 a3@120 a4@210 a2@220", "a0 a1 a2 a3 a4", NO_B),
    "late at the head": Case("a0@50 a2@120 a1@220", "a1 a2", OPEN),
    "late at the tail": Case("a0@40 a2@50 a1@120", "a0 a1 a2", {**NO_B, "open_after": "a"}),
    # What "out-of-order arrivals aside" means: nothing that is here tells of a2.
    "late and far off": Case("a0@40 a1@50 a3@60 a4@70 a5@120 a6@250 a2@130", "a4 a5 a6", NO_B),
    "written by others": Case("x0@50 a0@110 x1@120 x2@250", "a0 x1", {**B_OPEN, "of_others": "x"}),
}
