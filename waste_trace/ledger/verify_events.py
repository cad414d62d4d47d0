"""What each entry must be: canonical, signed by a key the log enrolled, in its chain and in time.

Gaps, forks and late events are evidence about a device and become warnings; what the ledger must
never have taken in (an unknown key, a bad signature, time running backwards) is a finding.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.cosignature import LAST_DATE
from waste_trace.ledger.device_chain import ChainFlag, DeviceChain
from waste_trace.ledger.dsse import Envelope, verify_envelope
from waste_trace.ledger.encoding import decode_b64
from waste_trace.ledger.errors import LedgerError, MalformedEnvelope
from waste_trace.ledger.event import PAYLOAD_TYPE, Event, parse_event, payload_hash
from waste_trace.ledger.fork_evidence import DEVICE_FORK, check_first
from waste_trace.ledger.leaf import Leaf, parse_leaf
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.registry import EnrolledKey, KeyRegistry
from waste_trace.ledger.registry_bodies import ForkEvidence, read_body
from waste_trace.ledger.tiles import TileReader, TreeReader
from waste_trace.ledger.verify_disclosures import DisclosureChecks
from waste_trace.ledger.verify_result import Finding, Notice, Place, Problem, Report
from waste_trace.ledger.verify_signatures import SignaturesApart
from waste_trace.ledger.vkey import VerifierKey

#: The entry at an index below the one that is being checked.
EntryReader = Callable[[int], bytes]
CHECKS = ("canonical", "enrolment", "signatures", "times", "chains", "seen")

_FLAG_TEXT = {
    ChainFlag.GAP: ("之前有事件尚未到达", "earlier events of this device have not arrived"),
    ChainFlag.OUT_OF_ORDER: ("晚到，补上了缺口", "arrived late and fills a gap"),
    ChainFlag.PREV_MISMATCH: ("与设备链前后事件不符", "does not fit its neighbours in the chain"),
    ChainFlag.FORK: ("序号重复：密钥可能被复制", "its seq was taken: the key may be copied"),
}


class EventChecks:
    """The state of all checks that read entries as events."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        registrar: VerifierKey,
        tiles: TileReader,
        report: Report,
        disclosures: DisclosureChecks | None = None,
        processes: int = 0,
        entry_at: EntryReader | None = None,
    ) -> None:
        self._origin = checkpoint.origin
        self._size = checkpoint.size
        self._registry = KeyRegistry(registrar, checkpoint.origin)
        self._tiles = tiles
        self._report = report
        self._disclosures = disclosures
        self._entry_at = entry_at
        self._chains: dict[tuple[str, int], DeviceChain] = {}
        self._seen_roots: dict[int, bytes] = {}
        self._ms = 0
        self._apart = SignaturesApart(processes, _blame) if processes else None

    @property
    def log_keys(self) -> LogKeys:
        """The keys of the log, as the entries checked so far name them."""
        return self._registry.log_keys

    def check(self, place: Place, entry: bytes) -> None:
        """Read one entry and check it; raises the first `Finding`."""
        try:
            what = "canonical"
            leaf = parse_leaf(entry)
            event = parse_event(leaf.envelope.payload)
            what = "signatures"
            self._check_signature(place, entry, leaf.envelope, event)
            what = "enrolment"
            self._registry.apply(place.index, event)
            if event.typ == DEVICE_FORK:
                self._check_fork(event)
        except LedgerError as error:
            raise _found(what, place, entry, error.zh, error.en) from error
        if leaf.ms < self._ms:
            zh, en = "入账时间倒退。", "The logged time runs backwards."
            raise _found("times", place, entry, zh, en)
        self._ms = leaf.ms
        self._report_fork(place, event)
        self._check_chain(place, event, leaf)
        self._check_seen(place, event)
        if self._disclosures is not None:
            self._disclosures.check(place, event)

    def keys_from(self, index: int) -> tuple[EnrolledKey, ...]:
        """The keys that entries from ``index`` on have enrolled, in their order."""
        found = (key for key in self._registry.keys.values() if key.index >= index)
        return tuple(sorted(found, key=lambda key: key.index))

    def settle(self) -> None:
        """Wait for signatures that other processes check; raises the first `Finding` of theirs."""
        if self._apart is not None:
            self._apart.drain()

    def close(self) -> None:
        """Let go of those processes."""
        if self._apart is not None:
            self._apart.close()

    def finish(self) -> None:
        """Report what the whole log has shown: open gaps, and checks that went well."""
        for (dev, ep), chain in self._chains.items():
            if chain.gaps:
                zh = f"{dev}/{ep} 缺 {chain.missing} 个事件：{_ranges(chain)}。"
                en = f"{dev}/{ep} lacks {chain.missing} events: {_ranges(chain)}."
                self._report.warn(Notice("gap", zh, en, None, dev))
        self._report.passed("canonical", "every entry and payload is in its one spelling")
        self._report.passed("enrolment", f"{len(self._registry.keys)} keys, all from the log")
        self._report.passed("signatures", "every event is signed by a key enrolled before it")
        self._report.passed("times", "logged times never run backwards")
        self._report.passed("chains", f"{len(self._chains)} device chains; see warnings for gaps")
        self._report.passed("seen", "checkpoints seen by devices are of this log, or warned of")

    def _check_signature(
        self, place: Place, entry: bytes, envelope: Envelope, event: Event
    ) -> None:
        if envelope.payload_type != PAYLOAD_TYPE or envelope.key_id != event.key_id:
            raise MalformedEnvelope(
                "封装与事件不符。", "The envelope's type or keyid is not the event's."
            )
        # A key that has ended still verifies what it signed; only one never enrolled stops here.
        known = self._registry.key_for(event.dev, event.ep)
        key = known or self._registry.authorise(event)
        if self._apart is None:
            verify_envelope(envelope, key.algorithm, key.public_key)
        else:
            self._apart.check(place, entry, envelope, (key.algorithm, key.public_key))
        refusal = key.refusal(event.seq)
        if refusal is not None:
            zh = f"第 {place.index} 条使用了已失效的密钥 {event.key_id}。"
            en = f"Entry {place.index} was signed with {event.key_id} after that key had ended."
            self._report.warn(Notice(str(refusal), zh, en, place.index, event.dev))

    def _check_chain(self, place: Place, event: Event, leaf: Leaf) -> None:
        chain = self._chains.setdefault((event.dev, event.ep), DeviceChain())
        for flag in chain.accept(event, payload_hash(leaf.envelope.payload)):
            zh, en = _FLAG_TEXT[flag]
            zh, en = f"第 {place.index} 条：{zh}。", f"Entry {place.index}: {en}."
            self._report.warn(Notice(str(flag), zh, en, place.index, event.dev))

    def _check_fork(self, event: Event) -> None:
        """The registry has checked what is quoted; what is named must be the first of the two."""
        evidence = read_body(event)
        if self._entry_at is None or not isinstance(evidence, ForkEvidence):
            return
        payload = parse_leaf(self._entry_at(evidence.index)).envelope.payload
        check_first(evidence, parse_event(payload), payload_hash(payload))

    def _report_fork(self, place: Place, event: Event) -> None:
        """What has been checked is said aloud."""
        if event.typ == DEVICE_FORK:
            dev, seq = str(event.body["dev"]), event.body["seq"]
            zh = f"第 {place.index} 条：设备 {dev} 以第 {seq} 号签署过两个不同事件。"
            en = f"Entry {place.index}: {dev} has signed two different events with number {seq}."
            self._report.warn(Notice("device_fork", zh, en, place.index, dev))

    def _check_seen(self, place: Place, event: Event) -> None:
        """A device signs which checkpoint it had verified: another root there is a split view."""
        size = event.seen.n
        if size == 0:
            return
        if size > place.index or self._root_at(size) != event.seen.root:
            zh = f"第 {place.index} 条：设备见过的检查点（大小 {size}）不属于本台账。"
            en = f"Entry {place.index}: the device saw a checkpoint of size {size} not of this log."
            self._report.warn(Notice("seen", zh, en, place.index, event.dev))

    def _root_at(self, size: int) -> bytes:
        root = self._seen_roots.get(size)
        if root is None:
            root = TreeReader(self._tiles, size).root()
            if len(self._seen_roots) >= 4096:
                self._seen_roots.clear()
            self._seen_roots[size] = root
        return root


def _blame(place: Place, entry: bytes, error: LedgerError) -> Finding:
    return _found("signatures", place, entry, error.zh, error.en)


def describe(entry: bytes) -> tuple[str | None, str | None]:
    """(device, manifest) of an entry that may be damaged, as far as they can still be read."""
    text = entry.decode("utf-8", "replace")
    key = re.search(r'"keyid":"([a-z0-9-]{3,48})/', text)
    payload = re.search(r'"payload":"([^"]*)', text)
    inner = _loose_base64(payload[1]) if payload else ""
    device = re.search(r'"dev":"([a-z0-9-]{3,48})"', inner)
    manifest = re.search(r'"manifest":"([^"]{1,64})"', inner)
    found = key or device
    return (found[1] if found else None), (manifest[1] if manifest else None)


def _loose_base64(text: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9+/]", "A", text.rstrip("="))
    cleaned = cleaned[: len(cleaned) & ~3]  # whole groups only: these always decode
    return decode_b64(cleaned).decode("utf-8", "replace")


def _found(what: str, place: Place, entry: bytes, zh: str, en: str) -> Finding:
    device, manifest = describe(entry)
    zh, en = f"第 {place.index} 条：{zh}", f"Entry {place.index}: {en}"
    problem = Problem(what, zh, en, place.file, place.index, place.offset, device, manifest)
    return Finding(problem)


def _ranges(chain: DeviceChain) -> str:
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in chain.gaps[:20]]
    return ", ".join(shown) + (" ..." if len(chain.gaps) > 20 else "")


def utc_text(unix_seconds: int) -> str:
    """A POSIX time for people who read the report; beyond the year 9999 as it stands."""
    if unix_seconds > LAST_DATE:
        return f"POSIX {unix_seconds}"
    return datetime.fromtimestamp(unix_seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
