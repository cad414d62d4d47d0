"""How fast a bundle is verified, against the work that nobody can leave out, in one run.

The verifier reads every byte, rebuilds the tree and checks every signature, key, chain and time.
Beside it, in the same run on the same bundle: hashing the same bytes and checking the same
signatures alone, one after the other. Peak memory is of the verifier and its processes together.
The second ratio is of processor time: it does not depend on who else uses the machine, nor on how
many cores there are.

``./run python benchmarks/verify.py [--sizes 10000 100000 1000000] [--processes N]``
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from waste_trace.ledger import keys
from waste_trace.ledger.bundle import write_bundle
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.dsse import pae, sign_envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.event import (
    PAYLOAD_TYPE,
    Event,
    Seen,
    build_payload,
    new_event_id,
    payload_hash,
)
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import leaf_bytes, parse_leaf
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.policy import Party, Policy, format_policy
from waste_trace.ledger.tiles import TILE_WIDTH, Grown, append, split_entries

ORIGIN = "pinghu.waste-trace.example/1"
ORG = "91330482MA2CUX11X3"
START_MS = 1_795_420_800_000
DEVICES = 50


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write(f"{'entries':>9}{'verify s':>10}{'bare s':>9}{'ratio':>7}")
    sys.stdout.write(f"{'CPU ratio':>11}{'entries/s':>11}{'peak MB':>9}\n")
    for size in options.sizes:
        folder = Path(tempfile.mkdtemp(prefix="waste-trace-verify-"))
        write(folder / "bundle", size)
        bare_seconds, bare_cpu = bare(folder / "bundle")
        seconds, cpu, peak_mb = verified(folder / "bundle", options.processes)
        sys.stdout.write(
            f"{size:>9}{seconds:>10.1f}{bare_seconds:>9.1f}{seconds / bare_seconds:>7.2f}"
            f"{cpu / bare_cpu:>11.2f}{size / seconds:>11.0f}{peak_mb:>9.0f}\n"
        )
        sys.stdout.flush()
        shutil.rmtree(folder)


def verified(bundle: Path, processes: int) -> tuple[float, float, float]:
    """Seconds, processor seconds and peak megabytes of the verifier, with what it starts."""
    command = [sys.executable, "-m", "waste_trace.ledger.verify", str(bundle), "--json"]
    began, cpu = time.perf_counter(), sum(os.times()[2:4])
    with subprocess.Popen(
        [*command, "--processes", str(processes)], stdout=subprocess.PIPE
    ) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
    if report["verdict"] not in ("proven", "incomplete") or process.returncode not in (0, 2):
        raise SystemExit(f"not verified: {report}")
    return seconds, sum(os.times()[2:4]) - cpu, peak / 1e6


def _resident(pid: int) -> int:
    """Bytes that a process and its children have in memory."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * 4096 + sum(_resident(int(child)) for child in children)


def bare(bundle: Path) -> tuple[float, float]:
    """Seconds and processor seconds of hashing each file and leaf, and checking each signature."""
    public = {f"dev-{number:04d}/0": _key(number).public_key for number in range(DEVICES)}
    public["registrar/0"] = _key(9999).public_key
    seconds = cpu = 0.0
    for path in sorted(bundle.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        leaves: list[bytes] = []
        if "entries" in path.parts:
            width = int(path.name) if path.parent.name.endswith(".p") else TILE_WIDTH
            leaves = split_entries(data, width)
        envelopes = [parse_leaf(leaf).envelope for leaf in leaves]
        signed = [(public[e.key_id], e.signature, pae(PAYLOAD_TYPE, e.payload)) for e in envelopes]
        began, cpu_began = time.perf_counter(), time.process_time()
        hashlib.sha256(data).digest()
        for leaf in leaves:
            leaf_hash(leaf)
        for public_key, signature, message in signed:
            keys.verify("ed25519", public_key, signature, message)
        seconds += time.perf_counter() - began
        cpu += time.process_time() - cpu_began
    return seconds, cpu


def write(target: Path, size: int) -> None:
    """A bundle of ``size`` entries by many devices; memory does not grow with it."""
    spool = target.with_suffix(".spool")
    tree = _Tree()
    offsets = [0]
    with spool.open("wb") as file:
        waiting: list[bytes] = []
        for leaf in _leaves(size):
            waiting.append(leaf_hash(leaf))
            offsets.append(offsets[-1] + len(leaf))
            file.write(leaf)
            if len(waiting) == 1024:
                tree.keep(append(tree.size, tree, waiting))
                waiting = []
        tree.keep(append(tree.size, tree, waiting))
    log, registrar = _key(9998), _key(9999)
    policy = Policy((Party(log_vkey(ORIGIN, log)),))
    write_bundle(
        target,
        checkpoint=sign_checkpoint(Checkpoint(ORIGIN, size, tree.root), log),
        tiles=tree,
        entries=_Spool(spool, offsets),
        policy=format_policy(policy),
        registrar_vkey=log_vkey(f"{ORIGIN}/registrar", registrar).text,
    )
    spool.unlink()


class _Tree:
    """Tiles in memory: 32 bytes an entry."""

    def __init__(self) -> None:
        self.size, self.root = 0, b""
        self._tiles: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, index: int, width: int) -> bytes:
        """A tile."""
        return self._tiles[level, index]

    def keep(self, grown: Grown) -> None:
        """The tree from now on."""
        self.size, self.root = grown.size, grown.root
        self._tiles.update(((tile.level, tile.index), tile.data) for tile in grown.tiles)


class _Spool:
    """Leaves in one file."""

    def __init__(self, path: Path, offsets: Sequence[int]) -> None:
        self._path, self._offsets = path, offsets

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """Leaves ``start`` to ``end`` - 1."""
        with self._path.open("rb") as file:
            file.seek(self._offsets[start])
            sizes = [self._offsets[i + 1] - self._offsets[i] for i in range(start, end)]
            return [file.read(size) for size in sizes]


def _key(number: int) -> SigningKey:
    return SigningKey.from_private_bytes("ed25519", number.to_bytes(32, "big"))


class _Author:
    """A key and the end of its chain."""

    def __init__(self, dev: str, key: SigningKey, org: str) -> None:
        self.dev, self.key, self.org = dev, key, org
        self._seq, self._prev = 0, b""

    def leaf(self, index: int, typ: str, body: dict[str, JsonValue]) -> bytes:
        """Its next event as the leaf at ``index``."""
        ms = START_MS + 10 * index
        event = Event(
            log=ORIGIN, typ=typ, id=new_event_id(ms, index.to_bytes(10, "big")), dev=self.dev,
            ep=0, seq=self._seq, prev=self._prev, seen=Seen(), t="2026-11-23T08:00:00.000Z",
            off=False, act="", org=self.org, site="TS001" if self.org else "", body=body,
        )  # fmt: skip
        payload = build_payload(event)
        self._seq, self._prev = self._seq + 1, payload_hash(payload)
        return leaf_bytes(sign_envelope(payload, PAYLOAD_TYPE, event.key_id, self.key), ms)


def _leaves(size: int) -> Iterator[bytes]:
    registrar = _Author("registrar", _key(9999), "")
    vkey = log_vkey(f"{ORIGIN}/registrar", registrar.key).text
    catalogue = hashlib.sha256(b"catalogue").hexdigest()
    opening: dict[str, JsonValue] = {"origin": ORIGIN, "registrar": vkey, "catalogue": catalogue}
    yield registrar.leaf(0, "ledger.open", opening)
    party: dict[str, JsonValue] = {
        "org": ORG, "name": "基准单位", "kinds": ["producer"], "region": "330482",
    }  # fmt: skip
    yield registrar.leaf(1, "org.register", party)
    devices = [_Author(f"dev-{number:04d}", _key(number), ORG) for number in range(DEVICES)]
    for number, device in enumerate(devices):
        enrolment: dict[str, JsonValue] = {
            "dev": device.dev, "ep": 0, "alg": "ed25519", "pub": b64(device.key.public_key),
            "org": ORG, "name": "手持端", "purpose": "device", "from_seq": 0,
        }  # fmt: skip
        yield registrar.leaf(2 + number, "key.enrol", enrolment)
    for index in range(2 + DEVICES, size):
        code = f"{ORG}90024908202611{index % 28 + 1:02d}{index % 999 + 1:03d}"
        body: dict[str, JsonValue] = {"containers": [code]}
        yield devices[index % DEVICES].leaf(index, "store_in", body)


if __name__ == "__main__":
    main()
