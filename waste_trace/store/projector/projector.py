"""One event after the other into the read tables, with each row read once, written once a batch."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from waste_trace.codes.errors import ForgedLabel, InvalidCode, UnknownIssuer
from waste_trace.codes.label_token import parse as parse_token
from waste_trace.codes.label_token import verify as verify_token
from waste_trace.codes.signature import key_id
from waste_trace.compliance.proven_time import other_history, time_outside_proof
from waste_trace.compliance.record_quality import (
    DEVICE_GAP,
    device_gap,
    forged_label,
    late_event,
)
from waste_trace.compliance.rule import Raised
from waste_trace.custody.manifest_progress import MANIFEST_VERBS
from waste_trace.custody.vocabulary import DESK, VOCABULARY
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.encoding import decode_b64
from waste_trace.ledger.fork_evidence import DEVICE_FORK
from waste_trace.store.projector import (
    bulk,
    clients,
    corrections,
    finding_lives,
    frames,
    inspections,
    medical,
    registers,
    reviews,
    rounds,
    routes,
)
from waste_trace.store.projector.custody import CONTAINER_RULES, project_custody
from waste_trace.store.projector.findings import Findings
from waste_trace.store.projector.manifests import (
    MANIFEST_RULES,
    project_manifest,
    project_manifest_again,
)
from waste_trace.store.projector.parties import REGISTRY_TYPES, project_fork, project_registry
from waste_trace.store.projector.record import ProjectorConfig, Record
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import CheckpointRow, Container, Device, Manifest
from waste_trace.store.writing import table_of

__all__ = ["Projector", "ProjectorConfig", "Record"]

#: Event types with a projection of their own; every other verb is custody of its containers.
HANDLERS: Mapping[str, Handler] = {
    **frames.HANDLERS,
    **corrections.HANDLERS,
    **reviews.HANDLERS,
    **finding_lives.HANDLERS,
    **inspections.HANDLERS,
    **routes.HANDLERS,
    **clients.HANDLERS,
    **rounds.HANDLERS,
    **registers.HANDLERS,
    **bulk.HANDLERS,
}
#: How often it is asked whether too much is remembered; counting takes its time.
_LOOK_EACH = 64


class Projector:
    """Projects batches of records, each in its open transaction.

    What it has read it remembers for the next batch; ``forget`` after a transaction that was rolled
    back, and where somebody else has appended.

    Args:
        config: what of the configuration changes findings.
    """

    def __init__(self, config: ProjectorConfig) -> None:
        self._config = config
        self.forget({})

    def forget(self, issuers: dict[str, bytes]) -> None:
        """Know nothing of the read tables, and read anew what is needed.

        Args:
            issuers: public keys of label issuers by key id, as the ledger has enrolled them; the
                projector adds those that it meets.
        """
        self._issuers = issuers
        self._applied = 0
        self._work: Work | None = None
        self._checkpoints: dict[int, tuple[bytes, int]] = {}

    def apply(self, connection: Connection, records: Sequence[Record]) -> dict[str, bool]:
        """Bring the read tables from before the first record to after the last.

        Args:
            connection: the transaction that also appends the leaves (or rebuilds).

        Returns:
            The keys of the findings that were opened (True) or cleared by it.
        """
        work = self._work
        self._applied += 1
        if work is None or (self._applied % _LOOK_EACH == 0 and work.is_full):
            work = self._work = Work.begin(connection, self._config)
            self._checkpoints.clear()
        work.resume(connection)
        _ahead(records, work)
        for record in records:
            work.log(self._one(record, work))
        work.flush()
        return work.findings.turned

    def _one(self, record: Record, work: Work) -> dict[str, Any]:
        event = record.event
        if event.typ in REGISTRY_TYPES:
            project_registry(record, work.rows)
            self._learn_issuer(record)
        flags = self._chain(record, work)
        if event.typ == DEVICE_FORK:
            project_fork(record, work.rows, work.findings)
        elif event.typ in HANDLERS:
            HANDLERS[event.typ](record, work)
        elif event.typ in VOCABULARY:
            reweighed = project_custody(record, work)
            if event.typ in MANIFEST_VERBS:
                project_manifest(record, work)
            if event.typ in routes.JOURNEY_VERBS:
                routes.project_journey(record, work)
            for number in reweighed:
                project_manifest_again(number, record, work)
            if event.typ == "collect":
                rounds.project_collecting(record.touch(), work)
            if event.typ in medical.VERBS:
                medical.project_medical(record, work)
        self._labels(record, work.findings)
        proven_after = self._quoted(record, work)
        late = self._late(record)
        # The desk signs what it is told, when it is told; that may have been long before (补录).
        not_before = None if event.dev == DESK else proven_after
        outside = time_outside_proof(
            record.idx, event.org, record.claimed_at, not_before, record.logged_at
        )
        work.findings.add([*outside, *late], record)
        return index_row(record, flags) | {"proven_after": proven_after}

    def _chain(self, record: Record, work: Work) -> list[str]:
        flags, chain = work.chains.accept(record)
        if flags:
            event = record.event
            subject = f"{event.dev}/{event.ep}"
            raised = device_gap(subject, event.org, chain.gaps)
            work.findings.settle((DEVICE_GAP.name,), subject, raised, record)
        return flags

    def _quoted(self, record: Record, work: Work) -> datetime | None:
        """When the checkpoint that the event quotes was signed; a foreign one is a finding."""
        event = record.event
        if event.seen.n == 0:
            return None
        root, ms = self._checkpoint(event.seen.n, work.connection)
        if root != event.seen.root:
            raised = other_history(record.idx, event.org, f"{event.dev}/{event.ep}", event.seen.n)
            work.findings.add([raised], record)
            return None
        return datetime.fromtimestamp(ms / 1000, UTC)

    def _checkpoint(self, size: int, connection: Connection) -> tuple[bytes, int]:
        """Root and time of what was signed at that size; no root if nothing was, so far."""
        known = self._checkpoints.get(size)
        if known is None:
            table = table_of(CheckpointRow)
            query = select(table.c.note, table.c.ms).where(table.c.size == size)
            row = connection.execute(query).first()
            if row is None:
                return b"", 0
            known = self._checkpoints[size] = (read_checkpoint(row.note).root, row.ms)
        return known

    def _late(self, record: Record) -> list[Raised]:
        """What was first signed on paper is entered later by law, which has a term of its own."""
        event = record.event
        if "paper" in event.body:
            return []
        times = (record.claimed_at, record.logged_at)
        return late_event(record.idx, event.org, *times, self._config.late_after)

    def _learn_issuer(self, record: Record) -> None:
        body = record.event.body
        if record.event.typ == "key.enrol" and body["purpose"] == "label":
            public_key = decode_b64(str(body["pub"]))
            self._issuers[key_id(public_key)] = public_key

    def _labels(self, record: Record, findings: Findings) -> None:
        labels = record.event.body.get("labels")
        for text in labels if isinstance(labels, list) else []:
            try:
                verify_token(parse_token(str(text)), self._issuers)
            except (ForgedLabel, UnknownIssuer, InvalidCode) as error:
                raised = forged_label(record.idx, record.event.org, str(text), error.zh, error.en)
                findings.add([raised], record)


def _ahead(records: Sequence[Record], work: Work) -> None:
    """Read at once what the batch will touch; each event then asks the database nothing."""
    containers: list[str] = []
    manifests: list[str] = []
    for record in records:
        body = record.event.body
        for name in ("containers", "refused"):
            listed = body.get(name)
            containers += [str(code) for code in listed] if isinstance(listed, list) else []
        into = body.get("into")
        if isinstance(into, list):
            containers += [str(one["container"]) for one in into if isinstance(one, dict)]
        elif into is not None:
            containers.append(str(into))
        manifests += [str(body["manifest"])] if "manifest" in body else []
    work.rows.ahead(Container, [(code,) for code in containers])
    work.rows.ahead(Manifest, [(number,) for number in manifests])
    work.rows.ahead(Device, [(record.event.dev, record.event.ep) for record in records])
    work.histories.ahead(containers, manifests)
    work.bookings.ahead(containers)
    work.findings.ahead(CONTAINER_RULES, containers)
    work.findings.ahead(MANIFEST_RULES, manifests)


def index_row(record: Record, flags: list[str]) -> dict[str, Any]:
    """What the event index says of an event, but for ``proven_after``."""
    event = record.event
    return {
        "idx": record.idx,
        "event_id": event.id,
        "typ": event.typ,
        "dev": event.dev,
        "ep": event.ep,
        "seq": event.seq,
        "org": event.org,
        "site": event.site,
        "act": event.act,
        "claimed_at": record.claimed_at,
        "logged_at": record.logged_at,
        "offline": event.off,
        "chain_flags": ",".join(flags),
        "manifest": str(event.body.get("manifest", "")),
        "body": orjson.dumps(event.body, option=orjson.OPT_SORT_KEYS).decode(),
    }
