"""The witnesses' lines as the database has them: each under its own checkpoint, each verified."""

from collections.abc import Callable, Collection

from sqlalchemy import Connection, RowMapping, select

from waste_trace.ledger.cosignature import cosignature_time, note_verifier
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.note import NoteVerifier, parse_note
from waste_trace.ledger.policy import Policy
from waste_trace.ledger.verify_result import Finding, Notice, Problem, Report
from waste_trace.ledger.verify_times import times_against
from waste_trace.store.cosignatures import witness_id
from waste_trace.store.tables import CheckpointRow, Cosignature, Entry
from waste_trace.store.writing import table_of


def check_cosignatures(connection: Connection, policy: Policy, start: int, report: Report) -> None:
    """Cosignatures of checkpoints above ``start``; raises the first `Finding`.

    A line of a witness that the policy no longer names cannot be verified, and is a warning.
    """
    parties = policy.witnesses.values()
    known = {witness_id(party.key): note_verifier(party.key) for party in parties}
    cosignature, checkpoint = table_of(Cosignature), table_of(CheckpointRow)
    query = (
        select(cosignature, checkpoint.c.note)
        .outerjoin(checkpoint, checkpoint.c.size == cosignature.c.size)
        .where((cosignature.c.size > start) | (cosignature.c.size < 1))
        .order_by(cosignature.c.size, cosignature.c.witness)
    )
    count, strangers = 0, set()
    for row in connection.execute(query).mappings():
        _check_row(row, known.get)
        count += 1
        if row["witness"] not in known:
            strangers.add(str(row["witness"]))
    for name in sorted(strangers):
        zh = f"见证方 {name} 不在现行策略中，其签名未核验。"
        en = f"The witness {name} is not in the policy; its cosignatures were not verified."
        report.warn(Notice("cosignatures", zh, en))
    _check_times(connection, known, start, report)
    report.passed("cosignatures", f"{count} lines of witnesses stand under their checkpoints")


def _check_times(
    connection: Connection, known: Collection[str], start: int, report: Report
) -> None:
    """Warn of entries whose logged times ``known`` witnesses' lines contradict."""
    cosignature, checkpoint = table_of(Cosignature), table_of(CheckpointRow)
    entry = table_of(Entry)
    query = (
        select(cosignature, checkpoint.c.ms, entry.c.leaf)
        .join(checkpoint, checkpoint.c.size == cosignature.c.size)
        .outerjoin(entry, entry.c.idx == cosignature.c.size)
        .where(cosignature.c.size >= start, cosignature.c.witness.in_(known))
        .order_by(cosignature.c.size, cosignature.c.witness)
    )
    for row in connection.execute(query).mappings():
        after = None if row["leaf"] is None else parse_leaf(bytes(row["leaf"])).ms
        at = (str(row["witness"]), int(row["unix_seconds"]), int(row["size"]))
        for notice in times_against(*at, row["ms"], after):
            report.warn(notice)


def _check_row(row: RowMapping, verifier_of: Callable[[str], NoteVerifier | None]) -> None:
    size, witness = int(row["size"]), str(row["witness"])
    try:
        if row["note"] is None:
            raise _wrong(size, witness, "没有对应的检查点", "there is no such checkpoint")
        text = parse_note(row["note"]).text
        lines = parse_note(f"{text}\n{row['line']}").signatures
        line = lines[0]
        said = f"{line.name}+{line.key_id.hex()}"
        if len(lines) != 1 or line.line != row["line"] or said != witness:
            raise _wrong(size, witness, "与其签名行不符", "its line is another one's")
        if cosignature_time(line.signature) != row["unix_seconds"]:
            raise _wrong(size, witness, "时间与签名行不符", "its line was made at another time")
        verifier = verifier_of(witness)
        if verifier is not None:
            verifier.verify(text, line.signature)
    except LedgerError as error:
        raise _wrong(size, witness, error.zh, error.en) from error


def _wrong(size: int, witness: str, zh: str, en: str) -> Finding:
    zh = f"大小为 {size} 的检查点，见证方 {witness}：{zh}"
    en = f"Checkpoint {size}, witness {witness}: {en}"
    return Finding(Problem("cosignatures", zh, en, None, size))
