"""Verify a partial bundle: each entry by its own proof, and what the selection leaves open.

"Proven" here means: these entries are in the signed ledger. What else is in it is not shown, and
the report's ``scope`` says so, key by key.
"""

import re

from waste_trace.ledger.bundle_reader import Bundle
from waste_trace.ledger.canonical import JsonValue
from waste_trace.ledger.checkpoint import Checkpoint
from waste_trace.ledger.errors import IncompleteBundle, LedgerError
from waste_trace.ledger.event import Event, payload_hash
from waste_trace.ledger.leaf import Leaf, parse_leaf
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.merkle import leaf_hash, verify_inclusion
from waste_trace.ledger.partial import (
    ORGANISATION,
    SCOPE,
    Runs,
    Scope,
    entry_file,
    parse_scope,
    proof_file,
    runs_of,
    supports,
)
from waste_trace.ledger.period import period_statement
from waste_trace.ledger.receipt import build_receipt, parse_receipt
from waste_trace.ledger.registrations import REGISTRATIONS, Registrations, read_registrations
from waste_trace.ledger.registry import REGISTRAR
from waste_trace.ledger.tiles import TileReader
from waste_trace.ledger.verify_disclosures import DisclosureChecks
from waste_trace.ledger.verify_events import EventChecks, describe
from waste_trace.ledger.verify_result import (
    Finding,
    Notice,
    Place,
    Problem,
    Report,
    Verdict,
    problem_of,
)
from waste_trace.ledger.vkey import VerifierKey

PARTIAL_CHECKS = (
    *("proofs", "canonical", "enrolment", "signatures", "times", "chains", "scope", "pinned"),
)
_ENTRY = re.compile(r"entry/(0|[1-9][0-9]{0,18})\.json")


def is_partial(bundle: Bundle) -> bool:
    """Whether the bundle says that it is a selection."""
    try:
        return SCOPE in bundle.names()
    except LedgerError:
        return False  # what is wrong with its files is for the file check to say


class _NoTiles:
    """A partial bundle has none."""

    def read(self, level: int, index: int, width: int) -> bytes:
        """Never asked: only whole ledgers compare what devices had seen."""
        raise NotImplementedError


class PartialEvents(EventChecks):
    """The checks of events where only some are shown."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        registrar: VerifierKey,
        scope: Scope,
        report: Report,
        disclosures: DisclosureChecks | None = None,
    ) -> None:
        tiles: TileReader = _NoTiles()
        super().__init__(checkpoint, registrar, tiles, report, disclosures)
        self._checkpoint = checkpoint
        self._scope = scope
        self._period = scope.period()
        self._logged: dict[int, int] = {}  # index -> Unix ms
        self._seen: dict[str, dict[int, tuple[bytes, bytes, int]]] = {}
        self.subjects = self.supporting = 0

    def _check_chain(self, place: Place, event: Event, leaf: Leaf) -> None:
        payload = leaf.envelope.payload
        if not self._scope.covers(event, payload):
            raise _out_of_scope(place.index, event.dev)
        of_org = self._scope.kind == ORGANISATION
        self.supporting += supports(event)
        self.subjects += not supports(event) and (not of_org or self._period.holds(leaf.ms))
        if of_org and event.dev != REGISTRAR:
            self._period.add(place.index, event, leaf.ms)
        self._logged[place.index] = leaf.ms
        known = self._seen.setdefault(event.key_id, {})
        if event.seq in known:
            self._warn("fork", place.index, event, "序号重复", "its seq was taken")
            return
        known[event.seq] = (payload_hash(payload), event.prev, place.index)

    def _check_seen(self, place: Place, event: Event) -> None:
        """Which checkpoint the device had seen can only be compared with the whole ledger."""

    def check_period(self) -> None:
        """Of an organisation, what lies outside the period must be a neighbour of it."""
        if (misfit := self._period.misfit) is not None:
            index, key_id = misfit
            raise _out_of_scope(index, key_id.split("/")[0])

    def finish(self) -> None:
        """Compare neighbours in the chains that are shown."""
        for key_id, known in self._seen.items():
            for seq, (_, prev, index) in sorted(known.items()):
                if seq - 1 in known and known[seq - 1][0] != prev:
                    zh = f"第 {index} 条：与设备链前一事件不符。"
                    en = f"Entry {index}: does not fit the event before it in its chain."
                    dev = key_id.split("/")[0]
                    self._report.warn(Notice("prev_mismatch", zh, en, index, dev))
        for name in ("canonical", "enrolment", "signatures", "times", "chains"):
            self._report.passed(name, "all shown entries; see scope for what is not shown")

    def read_registrations(self, data: bytes) -> Registrations:
        """What the registrar has said of the entries that say who may sign; LedgerError."""
        return read_registrations(data, self._checkpoint, self._registry)

    @property
    def registrar_epoch(self) -> int:
        """The epoch of the registrar's newest key, as far as its events are here."""
        return self._registry.epochs[REGISTRAR]

    @property
    def registrar_entry(self) -> int:
        """The index of the registrar's newest event that is here; -1 if there is none."""
        own = (known for key, known in self._seen.items() if key.startswith(f"{REGISTRAR}/"))
        return max((index for known in own for *_, index in known.values()), default=-1)

    @property
    def shown(self) -> Runs:
        """The runs of sequence numbers that are in the bundle."""
        return runs_of({key: set(known) for key, known in self._seen.items()})

    def proven(self) -> dict[str, list[str]]:
        """`Period.proven`, for the keys that the organisation had before the period's end."""
        own, until = self._scope.value, self._scope.until_ms
        keys = (key for key in self._registry.keys.values() if key.org == own)
        return self._period.proven(k.key_id for k in keys if self._logged[k.index] < until)

    def _warn(self, what: str, index: int, event: Event, zh: str, en: str) -> None:
        notice = Notice(what, f"第 {index} 条：{zh}。", f"Entry {index}: {en}.", index, event.dev)
        self._report.warn(notice)


class PartialPass:
    """All entries of a partial bundle, in the order of the ledger."""

    def __init__(
        self, bundle: Bundle, checkpoint: Checkpoint, registrar: VerifierKey, report: Report
    ) -> None:
        self._bundle = bundle
        self._checkpoint = checkpoint
        self._registrar = registrar
        self._report = report

    def run(self) -> LogKeys:
        """Check everything, or raise the first `Finding`; which keys the log has had."""
        scope = parse_scope(self._bundle.read(SCOPE))
        note = self._bundle.read("checkpoint").decode()
        disclosures = DisclosureChecks(self._bundle, self._report)
        events = PartialEvents(self._checkpoint, self._registrar, scope, self._report, disclosures)
        for index in self._indices():
            entry = self._bundle.read(entry_file(index))
            self._check_proof(index, entry, note)
            events.check(Place(entry_file(index), index, 0), entry)
        events.check_period()
        self._check_registrar(events.shown, events.registrar_epoch)
        attested = self._check_registrations(events)
        if events.shown != scope.shown:
            zh, en = "范围说明与所含条目不符。", "scope.json and the entries here disagree."
            raise Finding(Problem("scope", zh, en, SCOPE), Verdict.INCOMPLETE)
        self._report.passed("proofs", "every entry leads to the signed root by its proof")
        events.finish()
        disclosures.finish()
        self._report.passed("scope", "the entries are those that scope.json names")
        self._report.scope = describe_scope(scope, events, attested=attested)
        return events.log_keys

    def _indices(self) -> list[int]:
        matches = (_ENTRY.fullmatch(name) for name in self._bundle.names())
        return sorted(int(match[1]) for match in matches if match)

    def _check_proof(self, index: int, entry: bytes, note: str) -> None:
        file = proof_file(index)
        try:
            data = self._bundle.read(file)
            receipt = parse_receipt(data)
            if data != build_receipt(index, parse_leaf(entry).ms, receipt.proof, note).encode():
                zh, en = "证明属于另一条目或检查点。", "It is for another entry or checkpoint."
                raise Finding(Problem("proofs", zh, en, file, index))
            size, root = self._checkpoint.size, self._checkpoint.root
            verify_inclusion(leaf_hash(entry), index, size, receipt.proof, root)
        except LedgerError as error:
            device, manifest = describe(entry)
            zh, en = f"第 {index} 条：{error.zh}", f"Entry {index}: {error.en}"
            problem = Problem("proofs", zh, en, entry_file(index), index, 0, device, manifest)
            raise Finding(problem) from error

    def _check_registrar(self, shown: Runs, newest: int) -> None:
        """A left-out event of the registrar could be a revocation.

        With its newest key it may have said nothing yet; each one before ended with a rotation.
        """
        runs = [shown.get(f"{REGISTRAR}/{ep}", []) for ep in range(newest + 1)]
        if newest and not runs[-1]:
            runs.pop()
        if any(len(of_key) != 1 or of_key[0][0] != 0 for of_key in runs):
            zh = "登记员的事件不完整：可能缺少密钥吊销。"
            en = "Events of the registrar are missing: a revocation may be among them."
            raise Finding(Problem("enrolment", zh, en), Verdict.INCOMPLETE)

    def _check_registrations(self, events: PartialEvents) -> bool:
        """Whether the registrar has signed that none of the newest is left out either."""
        if REGISTRATIONS not in self._bundle.names():
            return False
        try:
            said = events.read_registrations(self._bundle.read(REGISTRATIONS))
        except IncompleteBundle as error:
            problem = problem_of("enrolment", error, REGISTRATIONS)
            raise Finding(problem, Verdict.INCOMPLETE) from error
        except LedgerError as error:
            raise Finding(problem_of("enrolment", error, REGISTRATIONS)) from error
        here = events.supporting
        if said.entries != here:
            zh = f"登记员声明有 {said.entries} 条登记，本包有 {here} 条：可能缺少密钥吊销。"
            en = f"The registrar has signed {said.entries} registrations, {here} are here: "
            problem = Problem("enrolment", zh, f"{en}a revocation may be missing.", REGISTRATIONS)
            raise Finding(problem, Verdict.INCOMPLETE if said.entries > here else Verdict.TAMPERED)
        return True


def _out_of_scope(index: int, device: str) -> Finding:
    zh, en = f"第 {index} 条不在范围内。", f"Entry {index} is out of scope."
    return Finding(Problem("scope", zh, en, entry_file(index), index, 0, device))


def describe_scope(scope: Scope, events: PartialEvents, *, attested: bool) -> dict[str, JsonValue]:
    """What the bundle covers and what it leaves open, for programs and people."""
    keys = {key: runs for key, runs in scope.shown.items() if not key.startswith(f"{REGISTRAR}/")}
    ep = events.registrar_epoch
    last = scope.shown.get(f"{REGISTRAR}/{ep}", [(0, -1)])[0][1]
    entry = events.registrar_entry
    after_zh, after_en = _AFTER[attested]
    if scope.kind == ORGANISATION:
        proven = events.proven()
        zh, en = period_statement(proven)
        zh = f"单位 {scope.value} 的 {events.subjects} 条；{zh}"
        en = f"{events.subjects} entries of {scope.value}; {en}"
    else:
        proven = {"with_gaps": sorted(key for key, runs in keys.items() if len(runs) > 1)}
        zh = f"提及 {scope.value} 的 {events.subjects} 条；是挑选结果，不证明没有其他事件"
        en = f"{events.subjects} entries that name {scope.value}; a selection, there may be others"
    shown: dict[str, JsonValue] = {
        key: [[first, last] for first, last in runs] for key, runs in keys.items()
    }
    open_: dict[str, JsonValue] = {name: [*found] for name, found in proven.items()}
    return {
        "kind": scope.kind,
        "value": scope.value,
        "from_ms": scope.from_ms,
        "until_ms": scope.until_ms,
        "entries": events.subjects,
        "shown": shown,
        **open_,
        "registrar_epoch": ep,
        "registrar_up_to": last,
        "registrar_entry": entry,
        "registrations": "attested" if attested else "open",
        "statement_zh": (
            f"范围：{zh}。登记员事件到 {REGISTRAR}/{ep} 第 {last} 号（第 {entry} 条）"
            f"为止：{after_zh}"
        ),
        "statement_en": (
            f"Scope: {en}. Events of {REGISTRAR}/{ep} up to seq {last} (entry {entry}) are here: "
            f"{after_en}"
        ),
    }


#: What is known of the time after the newest registration here, by whether the registrar says it.
_AFTER = {
    True: (
        "登记员签字声明此后到本检查点再无登记、换钥或吊销。",
        "the registrar has signed that up to this checkpoint nothing was enrolled, rotated or "
        "revoked after it.",
    ),
    False: (
        "此后若有登记或吊销，本包看不出。",
        "what was enrolled or revoked after it is not seen.",
    ),
}
