"""What became of refused input: recorded after all, rejected for good, or passed on to somebody.

That the same payload stands in the ledger by now is read from the ledger itself, so an event whose
key was enrolled later, or that was sent in again, needs nobody to tick it off. All else is decided
by a person, with a reason; decisions are added and never changed.
"""

from typing import Any, ClassVar, Literal, get_args

from sqlalchemy import Select, func, select

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.dsse import envelope_bytes
from waste_trace.services.deployment import Deployment
from waste_trace.services.plain_text import is_plain
from waste_trace.services.quarantine import quarantined_envelope
from waste_trace.services.record_event import check_event
from waste_trace.services.record_fork import record_fork
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import DeviceFork, Recorded
from waste_trace.store.tables import Entry, Quarantine, QuarantineResolution
from waste_trace.store.writing import insert_rows, table_of, write_transaction

Outcome = Literal["recorded", "rejected", "forwarded"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
MOST_REASON = 500
_MOST = 500
Row = dict[str, Any]


class ResolutionRefused(WasteTraceError):
    """The item is not there, or what is said of it cannot be so."""

    code: ClassVar[str] = "resolution-refused"
    default_do_zh = "请核对编号、处理结果与条目号，并写明原因。"
    default_do_en = "Check the item, the outcome and the entry's index, and give a reason."


def resolve(
    deployment: Deployment,
    person: Person,
    item: int,
    outcome: str,
    reason: str,
    index: int | None = None,
) -> None:
    """Say what became of a refused item.

    Args:
        outcome: one of `OUTCOMES`.
        index: the ledger entry that stands for it; with "recorded" only.

    Raises:
        ResolutionRefused
    """
    if outcome not in OUTCOMES or (outcome == "recorded") != (index is not None):
        raise ResolutionRefused(
            "处理结果应为已入账（附条目号）、不予受理或已转办。",
            "The outcome is recorded (with the entry's index), rejected or forwarded.",
        )
    if not is_plain(reason, MOST_REASON):
        raise ResolutionRefused(
            f"请用 1 至 {MOST_REASON} 字写明原因。",
            f"Give a reason: 1 to {MOST_REASON} characters.",
        )
    quarantine, entry = table_of(Quarantine), table_of(Entry)
    row = {
        "quarantine_id": item,
        "resolved_at": deployment.now(),
        "outcome": outcome,
        "idx": index,
        "reason": reason,
        "username": person.username,
    }
    with write_transaction(deployment.engine) as connection:
        there = select(quarantine.c.id).where(quarantine.c.id == item)
        if connection.execute(there).first() is None:
            raise _absent(item)
        if index is not None:
            logged = select(entry.c.idx).where(entry.c.idx == index)
            if connection.execute(logged).first() is None:
                raise ResolutionRefused(
                    f"台账中没有第 {index} 条。", f"The ledger has no entry {index}."
                )
        insert_rows(connection, QuarantineResolution, [row])


def send_again(deployment: Deployment, item: int) -> Recorded:
    """Hand the same signed bytes in again, as the device would; what it answers is the answer.

    Personal data that came with them was not kept; it is for the device to send it once more.

    Raises:
        ResolutionRefused: no such item, no event, or only its beginning was kept.
        WasteTraceError: refused as before, or for another reason by now. It is not kept twice.
    """
    table = table_of(Quarantine)
    query = select(table.c.channel, table.c.length, table.c.body).where(table.c.id == item)
    with deployment.engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise _absent(item)
    body = bytes(row.body)
    if row.channel != "event" or row.length != len(body):
        raise ResolutionRefused(
            "只有完整留存的事件可以重新提交。",
            "Only an event that was kept whole is sent in again.",
        )
    envelope = quarantined_envelope(body)
    try:
        return deployment.sequencer.submit(
            check_event(deployment, envelope_bytes(envelope))
        ).result()
    except DeviceFork:
        record_fork(deployment, envelope)
        raise


def list_refused(
    deployment: Deployment,
    *,
    reason: str = "",
    dev: str = "",
    unresolved: bool = False,
    limit: int = 200,
) -> list[Row]:
    """Refused input with what became of it, newest first, without its bytes.

    Each row has ``recorded_idx`` (the same payload stands there in the ledger) and ``resolution``
    (the newest decision, or None).

    Args:
        reason, dev: only of that reason, of that device. unresolved: only what is still open.
    """
    query = _with_outcome().order_by(table_of(Quarantine).c.id.desc())
    table = table_of(Quarantine)
    if reason:
        query = query.where(table.c.reason == reason)
    if dev:
        query = query.where(table.c.dev == dev)
    if unresolved:
        query = query.where(_open())
    with deployment.engine.connect() as connection:
        rows = connection.execute(query.limit(max(0, min(limit, _MOST)))).mappings().all()
    return [_shown(dict(row)) for row in rows]


def list_reasons(deployment: Deployment) -> list[str]:
    """The reasons for which something was ever refused."""
    query = select(table_of(Quarantine).c.reason).distinct()
    with deployment.engine.connect() as connection:
        return sorted(connection.execute(query).scalars())


def count_open(deployment: Deployment) -> dict[str, int]:
    """How many refused items of each device nobody has resolved and the ledger does not hold."""
    query = _with_outcome().with_only_columns(table_of(Quarantine).c.dev, func.count())
    named = table_of(Quarantine).c.dev.is_not(None)
    query = query.where(_open(), named).group_by(table_of(Quarantine).c.dev)
    with deployment.engine.connect() as connection:
        return {str(dev): int(count) for dev, count in connection.execute(query)}


_RESOLVED = ("resolved_at", "outcome", "idx", "reason", "username")


def _with_outcome() -> Select[Any]:
    table, entry, said = table_of(Quarantine), table_of(Entry), table_of(QuarantineResolution)
    newest = (
        select(func.max(said.c.id))
        .where(said.c.quarantine_id == table.c.id)
        .correlate(table)
        .scalar_subquery()
    )
    columns = [column for column in table.c if column.name not in ("body", "payload_hash")]
    decided = [said.c[name].label(f"said_{name}") for name in _RESOLVED]
    return (
        select(*columns, entry.c.idx.label("recorded_idx"), *decided)
        .outerjoin(entry, entry.c.payload_hash == table.c.payload_hash)
        .outerjoin(said, said.c.id == newest)
    )


def _open() -> Any:
    return table_of(Entry).c.idx.is_(None) & table_of(QuarantineResolution).c.id.is_(None)


def _shown(row: Row) -> Row:
    decided = {name: row.pop(f"said_{name}") for name in _RESOLVED}
    return {**row, "resolution": decided if decided["outcome"] else None}


def _absent(item: int) -> ResolutionRefused:
    return ResolutionRefused(f"没有拒收记录 {item}。", f"There is no refused item {item}.")
