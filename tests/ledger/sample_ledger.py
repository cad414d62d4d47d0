"""A small ledger in memory, built from the product's own parts, for tests that need a whole one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from waste_trace.ledger.bundle import write_bundle
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.checkpoint import Checkpoint, add_signatures, sign_checkpoint
from waste_trace.ledger.cosignature import cosign, cosigner_vkey
from waste_trace.ledger.dsse import Envelope, sign_envelope
from waste_trace.ledger.encoding import b64, b64url
from waste_trace.ledger.event import (
    PAYLOAD_TYPE,
    Event,
    Seen,
    build_payload,
    new_event_id,
    payload_hash,
)
from waste_trace.ledger.keys import Algorithm, SigningKey
from waste_trace.ledger.leaf import leaf_bytes
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.policy import Group, Party, Policy, format_policy
from waste_trace.ledger.tiles import Grown, TreeReader, append

ORIGIN = "pinghu.waste-trace.example/1"
ORG = "91330482MA2CXYZ12A"
START_MS = 1_795_420_800_000


def key(seed: int, algorithm: Algorithm = "ed25519") -> SigningKey:
    """A key that is the same in every run."""
    return SigningKey.from_private_bytes(algorithm, seed.to_bytes(32, "big"))


LOG_KEY, REGISTRAR_KEY = key(1), key(2)
WITNESSES = {"w1": key(11), "w2": key(12), "w3": key(13)}


class MemoryTiles:
    """Tiles in a dictionary."""

    def __init__(self) -> None:
        self.data: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int, width: int) -> bytes:
        return self.data[level, index]

    def keep(self, grown: Grown) -> None:
        self.data.update(((tile.level, tile.index), tile.data) for tile in grown.tiles)


@dataclass
class Device:
    """A device with a key, and the end of its own chain."""

    name: str
    key: SigningKey
    ep: int = 0
    seq: int = 0
    prev: bytes = b""

    def event(
        self,
        typ: str,
        body: dict[str, JsonValue],
        *,
        seen: Seen | None = None,
        origin: str = ORIGIN,
        org: str = "",
        site: str = "",
    ) -> Envelope:
        """Sign the next event of this device's chain."""
        event = Event(
            log=origin,
            typ=typ,
            id=new_event_id(
                START_MS + self.seq, self.name.encode()[:8].ljust(8) + b"%02d" % self.ep
            ),
            dev=self.name,
            ep=self.ep,
            seq=self.seq,
            prev=self.prev,
            seen=seen or Seen(),
            t="2026-11-23T08:00:00.000Z",
            off=False,
            act="",
            org=org,
            site=site,
            body=body,
        )
        payload = build_payload(event)
        self.seq, self.prev = self.seq + 1, payload_hash(payload)
        return sign_envelope(payload, PAYLOAD_TYPE, event.key_id, self.key)


@dataclass
class SampleLedger:
    """Leaves, tiles and a root that grow one envelope at a time."""

    leaves: list[bytes] = field(default_factory=list)
    tiles: MemoryTiles = field(default_factory=MemoryTiles)
    root: bytes = b""
    registrar: Device = field(default_factory=lambda: Device("registrar", REGISTRAR_KEY))

    @property
    def size(self) -> int:
        return len(self.leaves)

    def log(self, *envelopes: Envelope, ms: int | None = None) -> None:
        """Append envelopes; the logged time grows by a second for each, unless it is given."""
        fresh = [
            leaf_bytes(envelope, START_MS + 1000 * (self.size + n) if ms is None else ms)
            for n, envelope in enumerate(envelopes)
        ]
        self.append_leaves(fresh)

    def append_leaves(self, leaves: Sequence[bytes]) -> None:
        grown = append(self.size, self.tiles, [leaf_hash(leaf) for leaf in leaves])
        self.tiles.keep(grown)
        self.leaves.extend(leaves)
        self.root = grown.root

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        return self.leaves[start:end]

    def open(self) -> None:
        """Leaf 0 and an organisation."""
        self.log(
            self.registrar.event("ledger.open", opening_body()),
            self.registrar.event(
                "org.register",
                {"org": ORG, "name": "平湖收集点", "kinds": ["platform"], "region": "330482"},
            ),
        )

    def enrol(self, device: Device) -> None:
        self.log(self.registrar.event("key.enrol", enrol_body(device)))

    def checkpoint(
        self,
        size: int | None = None,
        *,
        witnesses: Sequence[str] = ("w1", "w2"),
        signers: Sequence[SigningKey] = (LOG_KEY,),
        ms: int = START_MS,
    ) -> str:
        """The note of the first ``size`` leaves, of the log's ``signers``, cosigned at ``ms``."""
        at = self.size if size is None else size
        root = TreeReader(self.tiles, at).root()
        note = sign_checkpoint(Checkpoint(ORIGIN, at, root), *signers)
        text = Checkpoint(ORIGIN, at, root).text
        lines = [cosign(text, f"{w}.example", WITNESSES[w], ms // 1000) for w in witnesses]
        return add_signatures(note, lines)

    def write(
        self,
        target: Path,
        *,
        checkpoint: str | None = None,
        pinned: dict[str, str] | None = None,
        handovers: dict[int, str] | None = None,
        quorum: int = 2,
    ) -> Path:
        """Write the bundle, and beside it a folder ``<target>-keys``."""
        policy = format_policy(sample_policy(quorum))
        registrar = log_vkey("registrar.example", REGISTRAR_KEY).text
        write_bundle(
            target,
            checkpoint=checkpoint or self.checkpoint(),
            tiles=self.tiles,
            entries=self,
            policy=policy,
            registrar_vkey=registrar,
            pinned=pinned,
            handovers=handovers,
        )
        keys = target.with_name(target.name + "-keys")
        keys.mkdir()
        (keys / "policy.txt").write_text(policy)
        (keys / "registrar.vkey").write_text(registrar + "\n")
        return target


def opening_body() -> dict[str, JsonValue]:
    registrar = log_vkey("registrar.example", REGISTRAR_KEY).text
    return {"origin": ORIGIN, "registrar": registrar, "catalogue": "2021"}


def enrol_body(device: Device) -> dict[str, JsonValue]:
    return {
        "dev": device.name,
        "ep": device.ep,
        "alg": device.key.algorithm,
        "pub": b64(device.key.public_key),
        "org": ORG,
        "purpose": "device",
        "name": device.name,
        "from_seq": 0,
    }


def rotate(device: Device, new_key: SigningKey, **more: JsonValue) -> Envelope:
    """Sign a rotation with the old key and switch the device to the new one."""
    envelope = device.event(
        "key.rotate",
        {
            "ep": device.ep + 1,
            "alg": new_key.algorithm,
            "pub": b64(new_key.public_key),
            "last_seq": device.seq - 1,
            "last_hash": b64url(device.prev),
            **more,
        },
    )
    device.key, device.ep, device.seq, device.prev = new_key, device.ep + 1, 0, b""
    return envelope


def sample_policy(quorum: int = 2) -> Policy:
    witnesses = {w: Party(cosigner_vkey(f"{w}.example", k)) for w, k in WITNESSES.items()}
    group = Group(quorum, tuple(witnesses))
    return Policy((Party(log_vkey(ORIGIN, LOG_KEY)),), witnesses, {"witnesses": group}, "witnesses")


def small_ledger(events: int = 20) -> SampleLedger:
    """Two devices (one of each algorithm) that weigh drums under manifests."""
    ledger = SampleLedger()
    ledger.open()
    devices = [Device("gun-01", key(21)), Device("gun-02", key(22, "p256"))]
    for device in devices:
        ledger.enrol(device)
    seen = Seen(ledger.size, ledger.root)
    for n in range(events):
        body: dict[str, JsonValue] = {"manifest": f"2026330482{n:06d}", "weight_kg": "182.500"}
        ledger.log(devices[n % 2].event("weigh", body, seen=seen))
    return ledger
