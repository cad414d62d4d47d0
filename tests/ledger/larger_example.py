"""The larger example of docs/ledger.md: the ledger of the first one goes on to 267 entries.

Each type of event that the log knows is in it, both algorithms of a device, a change of key of a
device, of the registrar and of the log, and a full tile of level 0 with the one above it.
"""

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tests.ledger.first_example import (
    CONTAINER,
    first_ledger,
    lines,
    reader_policy,
    weighed,
)
from tests.ledger.sample_ledger import (
    LOG_KEY,
    ORG,
    ORIGIN,
    REGISTRAR_KEY,
    START_MS,
    Device,
    SampleLedger,
    enrol_body,
    key,
    rotate,
)
from waste_trace.ledger.bundle import write_bundle
from waste_trace.ledger.bundle_layout import (
    MANIFEST,
    POLICY,
    README,
    REGISTRAR,
    parse_manifest,
)
from waste_trace.ledger.canonical import JsonValue, canonical_bytes
from waste_trace.ledger.disclosure import make_disclosure
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.event import Seen, parse_event, payload_hash
from waste_trace.ledger.fork_evidence import fork_body
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.partial import ORGANISATION, SCOPE, format_hashes, supports, write_partial
from waste_trace.ledger.policy import Party, format_policy
from waste_trace.ledger.registrations import REGISTRATIONS
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Notice

Body = dict[str, JsonValue]

LOG_KEYS = (LOG_KEY, key(51))
REGISTRAR_KEYS = (REGISTRAR_KEY, key(40))
VKEYS = tuple(log_vkey(ORIGIN, one).text for one in LOG_KEYS)
REGISTRAR_VKEY = log_vkey("registrar.example", REGISTRAR_KEY).text
SITE = "pinghu-01"
#: The first event of the P-256 device and the one that is too late; from and before the fillers.
SPOKEN, LATE, FILLERS = 6, 261, (9, 259)
#: Sizes: of the first example, of the handover to the log's second key, of the whole.
FIRST, HANDED, SIZE = 3, 264, 267
#: Four fillers are logged in it.
PERIOD = (START_MS + 100_000, START_MS + 104_000)
PARTIAL = ("container", "period")

_SHOWN = make_disclosure("driver_name", "张三", bytes(range(16)))
_ERASED = make_disclosure("driver_phone", "13800000000", bytes(range(16, 32)))


@dataclass
class Scales:
    """The device of the first example, which weighs on under its second key."""

    device: Device
    seen: Seen

    def weigh(self) -> Envelope:
        """One kilogram more each time."""
        body: Body = {"weight_kg": f"{100 + self.device.seq}.000"}
        return self.device.event("weigh", body, seen=self.seen, org=ORG, site=SITE)


@cache
def larger_ledger() -> SampleLedger:
    """All of it; nobody may change it."""
    ledger, gun = first_ledger()
    seen = Seen(ledger.size, ledger.root)
    pda = Device("pda-02", key(22, "p256"))
    _register(ledger, pda)
    copy = replace(pda)
    told: Body = {**weighed("182.400"), "pii": [_SHOWN.digest, _ERASED.digest]}
    ledger.log(pda.event("weigh", told, seen=seen, org=ORG, site=SITE))
    ledger.log(gun.event("weigh", weighed("182.450"), seen=seen, org=ORG, site=SITE))
    ledger.log(rotate(gun, key(31)))
    scales = Scales(gun, seen)
    ledger.log(*(scales.weigh() for _ in range(*FILLERS)))
    _copied_key(ledger, copy)
    _change_keys(ledger, scales)
    return ledger


def _register(ledger: SampleLedger, pda: Device) -> None:
    says = ledger.registrar.event
    ledger.log(
        says(
            "org.register",
            {"org": ORG, "name": "平湖收集点", "kinds": ["platform"], "region": "330482"},
        ),
        says(
            "site.register",
            {"site": SITE, "org": ORG, "name": "一号库", "kind": "store", "capacity_kg": "20000"},
        ),
        says("key.enrol", enrol_body(pda)),
    )


def _copied_key(ledger: SampleLedger, copy: Device) -> None:
    """Somebody has copied the P-256 key: a second event 0, and one after it that comes too late."""
    first = parse_leaf(ledger.leaves[SPOKEN]).envelope
    second = copy.event("weigh", weighed("12.400"), org=ORG, site=SITE)
    says = ledger.registrar.event
    evidence = fork_body(parse_event(second.payload), second, SPOKEN, payload_hash(first.payload))
    revoked: Body = {"dev": copy.name, "ep": 0, "last_good_seq": 0, "reason": "misused"}
    ledger.log(says("evidence.device_fork", evidence), says("key.revoke", revoked))
    ledger.log(copy.event("weigh", weighed("12.300"), org=ORG, site=SITE))


def _change_keys(ledger: SampleLedger, scales: Scales) -> None:
    """The log's, then the registrar's; each entry after it shows that the new one is in use."""
    registrar = ledger.registrar
    body: Body = {"ep": 1, "vkey": VKEYS[1], "replaces": VKEYS[0], "reason": "scheduled"}
    ledger.log(registrar.event("log.key", body), scales.weigh())
    ledger.log(rotate(registrar, REGISTRAR_KEYS[1], reason="scheduled"))
    erased: Body = {"digests": [_ERASED.digest], "basis": "consent_withdrawn"}
    ledger.log(registrar.event("pii.erased", erased), scales.weigh())


def note(size: int) -> str:
    """The checkpoint of a size, by the log's key or keys of it, cosigned in the same second."""
    signers = LOG_KEYS[:1] if size < HANDED else LOG_KEYS if size == HANDED else LOG_KEYS[1:]
    ms = START_MS + 1000 * size
    return larger_ledger().checkpoint(size, witnesses=("w1",), signers=signers, ms=ms)


def write_bundles(place: Path) -> None:
    """The bundles below ``place``, by their names, and ``keys``: the reader's own folder."""
    ledger = larger_ledger()
    write_bundle(
        place / "whole",
        checkpoint=note(SIZE),
        tiles=ledger.tiles,
        entries=ledger,
        policy=_policy(),
        registrar_vkey=REGISTRAR_VKEY,
        handovers={1: note(HANDED)},
    )
    shown = {SPOKEN: [_SHOWN.text]}
    _write_partial(place / "container", "container", CONTAINER, disclosures=shown)
    _write_partial(place / "period", ORGANISATION, ORG, period_ms=PERIOD)
    keys = place / "keys"
    (keys / "pinned").mkdir(parents=True)
    (keys / POLICY).write_text(format_policy(reader_policy()), encoding="utf-8")
    (keys / REGISTRAR).write_text(REGISTRAR_VKEY + "\n", encoding="utf-8")
    (keys / "pinned" / "first.checkpoint").write_text(note(FIRST), encoding="utf-8")


def _policy() -> str:
    """As the ledger proposes it, with all of the log's keys."""
    logs = tuple(Party(log_vkey(ORIGIN, one)) for one in LOG_KEYS)
    return format_policy(replace(reader_policy(), logs=logs))


def _write_partial(
    target: Path,
    kind: str,
    value: str,
    *,
    period_ms: tuple[int, int] = (0, 0),
    disclosures: dict[int, list[str]] | None = None,
) -> None:
    ledger = larger_ledger()
    write_partial(
        target,
        kind=kind,
        value=value,
        checkpoint=note(SIZE),
        tree=TreeReader(ledger.tiles, SIZE),
        entries={index: ledger.leaves[index] for index in selected(kind)},
        policy=_policy(),
        registrar_vkey=REGISTRAR_VKEY,
        period_ms=period_ms,
        handovers={1: note(HANDED)},
        disclosures=disclosures,
        registrar_key=lambda ep: REGISTRAR_KEYS[ep],
    )


def selected(kind: str) -> list[int]:
    """The entries of a partial bundle: what the registrar said, rotations, and its subject."""
    payloads = [parse_leaf(leaf).envelope.payload for leaf in larger_ledger().leaves]
    first = (PERIOD[0] - START_MS) // 1000
    # Four in the period and their neighbours; of the silent P-256 key what stands around it.
    around = {*range(first - 1, first + 5), SPOKEN, LATE}
    return [
        index
        for index, payload in enumerate(payloads)
        if supports(parse_event(payload))
        or (index in around if kind == ORGANISATION else f'"{CONTAINER}"'.encode() in payload)
    ]


def larger_blocks() -> dict[str, str]:
    """The text of every block of the larger example, by name, each ending in a newline."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_bundles(place)
        listings = {name: _listing(place / name) for name in ("whole", *PARTIAL)}
        registrations = (place / "container" / REGISTRATIONS).read_text(encoding="utf-8")
        scopes = {name: (place / name / SCOPE).read_text(encoding="utf-8") for name in PARTIAL}
        reports = [_said(place, name) for name in listings]
    ledger = larger_ledger()
    tree = TreeReader(ledger.tiles, SIZE)
    shown = [*range(FIRST, FILLERS[0] + 1), *range(FILLERS[1], SIZE)]
    more = [line for line in listings["period"] if line not in listings["container"]]
    return {
        "larger_key": lines(VKEYS[1]),
        "larger_entries": lines(*(ledger.leaves[index].decode() for index in shown)),
        "larger_whole": lines(*listings["whole"]),
        "larger_root": lines(ledger.tiles.data[1, 0].hex(), ledger.root.hex()),
        "larger_handover": note(HANDED),
        "larger_checkpoint": note(SIZE),
        "larger_inclusion": format_hashes(tree.inclusion(SPOKEN)).decode(),
        "larger_consistency": format_hashes(tree.consistency(FIRST)).decode(),
        "larger_handover_proof": format_hashes(tree.consistency(HANDED)).decode(),
        "larger_scope": scopes["container"],
        "larger_registrations": registrations,
        "larger_container": lines(*listings["container"]),
        "larger_period_scope": scopes["period"],
        "larger_period": lines(*more),
        "larger_reports": "\n".join(reports),
    }


def _listing(bundle: Path) -> list[str]:
    """Its manifest with the size of each file; the README is for people and may change."""
    digests = parse_manifest((bundle / MANIFEST).read_bytes())
    return [
        f"{(bundle / path).stat().st_size:6} {digest}  {path}"
        for path, digest in sorted(digests.items())
        if path != README
    ]


def _said(place: Path, name: str) -> str:
    """What of a report does not depend on its words."""
    report = verify_bundle(place / name, place / "keys")
    facts = f"exit {report.exit_code}, {report.verdict}, {report.size} entries"
    erased = f"{report.erased_count} digest erased"
    said = lines(name, f"{facts}, {erased}", f"warnings: {', '.join(map(_short, report.warnings))}")
    if report.scope is None:
        return said
    stated = {"kind", "value", "from_ms", "until_ms", "shown", "statement_zh", "statement_en"}
    told = {fact: value for fact, value in report.scope.items() if fact not in stated}
    return said + lines(f"scope: {canonical_bytes(told).decode()}")


def _short(warning: Notice) -> str:
    return warning.what if warning.index is None else f"{warning.what} {warning.index}"
