"""Partial bundles: one container, one manifest, or one organisation and period, with the proofs.

Every entry stands alone with its inclusion proof. All events of the registrar come along, so that
the holder can check who signed; what is complete and what is a selection is said in ``scope.json``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle import BundleFolder, write_disclosures
from waste_trace.ledger.canonical import JsonValue, canonical_bytes, parse_canonical
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.errors import InvalidProof, LedgerError, MalformedBundle
from waste_trace.ledger.event import Event, parse_event
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.leaf import Leaf, parse_leaf
from waste_trace.ledger.period import Period
from waste_trace.ledger.policy import parse_policy
from waste_trace.ledger.receipt import build_receipt
from waste_trace.ledger.registrations import REGISTRATIONS, Registrations, sign_registrations
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.vkey import parse_vkey

SCOPE = "scope.json"
CONTAINER, MANIFEST_NUMBER, ORGANISATION = "container", "manifest", "organisation"
KINDS = (CONTAINER, MANIFEST_NUMBER, ORGANISATION)

#: "<dev>/<ep>" -> runs of sequence numbers, each with its first and last.
Runs = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a partial bundle is about.

    ``kind``: one of `KINDS`; ``value``: the code, number or 统一社会信用代码. ``from_ms`` and
    ``until_ms`` bound the logged time of an organisation's events (the end is not in it).
    ``shown``: which sequence numbers of which keys are in the bundle.
    """

    kind: str
    value: str
    from_ms: int
    until_ms: int
    shown: Runs

    def covers(self, event: Event, payload: bytes) -> bool:
        """Whether an event may be in the bundle. What `supports` always may.

        When an organisation's was logged is for its `period` to judge, once all of them are known.
        """
        if supports(event):
            return True
        if self.kind == ORGANISATION:
            return event.org == self.value
        return canonical_bytes(self.value) in payload

    def period(self) -> Period:
        """The organisation's period, as yet without events."""
        return Period(self.value, self.from_ms, self.until_ms)


def supports(event: Event) -> bool:
    """Whether an event is needed to know who may sign: all of the registrar's, and rotations.

    All of the registrar's, whatever they say: a number left out of its chain could be a revocation.
    """
    return event.dev == REGISTRAR or event.typ in LOG_EVENT_TYPES


def entry_file(index: int) -> str:
    """Where the leaf bytes of an index stand."""
    return f"entry/{index}.json"


def proof_file(index: int) -> str:
    """Where its tlog-proof stands."""
    return f"entry/{index}.tlog-proof"


def format_hashes(proof: Sequence[bytes]) -> bytes:
    """A consistency proof (RFC 6962 section 2.1.2): a line of b64 for each hash."""
    return "".join(f"{b64(node)}\n" for node in proof).encode()


def parse_hashes(data: bytes) -> list[bytes]:
    """What `format_hashes` has written; InvalidProof."""
    try:
        proof = [decode_b64(line) for line in data.decode("ascii").splitlines()]
    except ValueError:
        proof = []
    if format_hashes(proof) != data or any(len(node) != 32 for node in proof):
        raise InvalidProof("一致性证明不合规。", "The consistency proof is malformed.")
    return proof


def runs_of(numbers: Mapping[str, set[int]]) -> Runs:
    """Sets of sequence numbers as runs."""
    runs: Runs = {}
    for key, seqs in sorted(numbers.items()):
        runs[key] = []
        for seq in sorted(seqs):
            if runs[key] and runs[key][-1][1] == seq - 1:
                runs[key][-1] = (runs[key][-1][0], seq)
            else:
                runs[key].append((seq, seq))
    return runs


def format_scope(scope: Scope) -> bytes:
    """``scope.json``: canonical JSON and a newline."""
    shown: dict[str, JsonValue] = {
        key: [[first, last] for first, last in runs] for key, runs in scope.shown.items()
    }
    value = {
        "v": 1,
        "kind": scope.kind,
        "value": scope.value,
        "from_ms": scope.from_ms,
        "until_ms": scope.until_ms,
        "shown": shown,
    }
    return canonical_bytes(value) + b"\n"


def parse_scope(data: bytes) -> Scope:
    """Read ``scope.json`` strictly; MalformedBundle."""
    try:
        match parse_canonical(data.removesuffix(b"\n")):
            case {
                "v": 1,
                "kind": str(kind),
                "value": str(text),
                "from_ms": int(from_ms),
                "until_ms": int(until_ms),
                "shown": dict(shown),
            }:
                runs = {key: [_run(run) for run in _array(item)] for key, item in shown.items()}
                scope = Scope(kind, text, from_ms, until_ms, runs)
                period = (
                    (0 <= from_ms < until_ms) if kind == ORGANISATION else from_ms == until_ms == 0
                )
                if kind in KINDS and text and period and format_scope(scope) == data:
                    return scope
    except (LedgerError, ValueError):
        pass
    raise MalformedBundle("范围说明不合规。", "scope.json is malformed.", path=SCOPE)


def write_partial(
    target: Path,
    *,
    kind: str,
    value: str,
    checkpoint: str,
    tree: TreeReader,
    entries: Mapping[int, bytes],
    policy: str,
    registrar_vkey: str,
    period_ms: tuple[int, int] = (0, 0),
    handovers: Mapping[int, str] | None = None,
    disclosures: Mapping[int, Sequence[str]] | None = None,
    registrar_key: Callable[[int], SigningKey] | None = None,
) -> Scope:
    """Write a partial bundle to the new or empty folder ``target``; what it covers.

    ``entries``: index → leaf bytes, with everything that `supports` among them. ``tree``: of the
    size of ``checkpoint``. ``handovers``, ``disclosures``: as for a whole bundle.
    ``registrar_key``: the registrar's key of an epoch, which signs that nothing that `supports` is
    missing. MalformedBundle if an entry is not within the scope; of an organisation that is
    `KeySpan.fits`.
    """
    signed = read_checkpoint(checkpoint)
    size = signed.size
    parse_policy(policy)
    leaves = {index: parse_leaf(data) for index, data in sorted(entries.items())}
    events = {index: parse_event(leaf.envelope.payload) for index, leaf in leaves.items()}
    scope = _scope(kind, value, period_ms, leaves, events)
    folder = BundleFolder(target)
    folder.write(layout.README, README_TEXT.encode())
    folder.write(layout.POLICY, policy.encode("utf-8", "surrogateescape"))
    folder.write(layout.REGISTRAR, parse_vkey(registrar_vkey).text.encode() + b"\n")
    folder.write(SCOPE, format_scope(scope))
    for index, leaf in leaves.items():
        receipt = build_receipt(index, leaf.ms, tree.inclusion(index, size), checkpoint)
        folder.write(entry_file(index), entries[index])
        folder.write(proof_file(index), receipt.encode())
    for ep, note in (handovers or {}).items():
        start = read_checkpoint(note).size
        proof = tree.consistency(start, size) if start < size else []
        folder.write(layout.handover_path(ep), note.encode())
        folder.write(layout.handover_proof_path(ep), format_hashes(proof))
    write_disclosures(folder, disclosures)
    if registrar_key is not None:
        said, ep = _registrations(signed, events.values())
        folder.write(REGISTRATIONS, sign_registrations(said, ep, registrar_key(ep)))
    folder.write(layout.CHECKPOINT, checkpoint.encode())
    folder.finish()
    return scope


def _registrations(checkpoint: Checkpoint, events: Iterable[Event]) -> tuple[Registrations, int]:
    """What the registrar may say of these events, and the epoch of its newest key in them."""
    supporting = [event for event in events if supports(event)]
    ep = sum(one.typ == "key.rotate" and one.dev == REGISTRAR for one in supporting)
    return Registrations(checkpoint, len(supporting)), ep


def _scope(
    kind: str,
    value: str,
    period_ms: tuple[int, int],
    leaves: Mapping[int, Leaf],
    events: Mapping[int, Event],
) -> Scope:
    numbers: dict[str, set[int]] = {}
    scope = Scope(kind, value, *period_ms, {})
    period = scope.period()
    for index, event in events.items():
        leaf = leaves[index]
        if not scope.covers(event, leaf.envelope.payload):
            raise _out_of_scope(index)
        if kind == ORGANISATION and event.dev != REGISTRAR:
            period.add(index, event, leaf.ms)
        numbers.setdefault(event.key_id, set()).add(event.seq)
    if (misfit := period.misfit) is not None:
        raise _out_of_scope(misfit[0])
    return parse_scope(format_scope(Scope(kind, value, *period_ms, runs_of(numbers))))


def _out_of_scope(index: int) -> MalformedBundle:
    zh, en = f"第 {index} 条不在范围内。", f"Entry {index} is not within the scope."
    return MalformedBundle(zh, en, index=index)


def _array(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list):
        raise ValueError("not an array")
    return value


def _run(value: JsonValue) -> tuple[int, int]:
    match value:
        case [int(first), int(last)] if 0 <= first <= last:
            return first, last
    raise ValueError("not a run")


README_TEXT = """\
部分审计包 / Partial audit bundle
=================================

本文件夹只含 scope.json 所述范围内的条目，每条附有包含证明；另含登记员的全部事件。
This folder holds the entries that scope.json names, each with its proof of inclusion, and every
event of the registrar. It proves that these entries are in the ledger as they stand here.

容器或联单的包是挑选的结果：未列出的事件是否存在，本包不作证明。单位与期间的包另含各密钥在期间
前后的相邻事件，以证明期间内没有遗漏；不能证明之处，由核验程序逐一列出。
A bundle of a container or a manifest is a selection: whether there are other events is not shown.
A bundle of an organisation and a period also has the event of each key just before and just after
it: they prove that nothing was left out. The verifier names every key of which that is not proven.

    sha256sum -c MANIFEST.sha256
    waste-trace-verify FOLDER --keys KEYS

    checkpoint              c2sp.org/tlog-checkpoint
    entry/<N>.json          第 N 条的原始字节 / the exact bytes of entry N
    entry/<N>.tlog-proof    c2sp.org/tlog-proof@v1
    scope.json              范围 / scope
    registrations.json      登记员声明：登记、换钥与吊销一条不少 / the registrar's word that of what
                            was enrolled, rotated and revoked nothing is missing
    log-keys/*              台账换钥的检查点及一致性证明（如有） how the log's key was handed over
    disclosures.jsonl       （可选）披露的个人信息 / (optional) personal data that was disclosed
    policy.txt, registrar.vkey, MANIFEST.sha256
"""
