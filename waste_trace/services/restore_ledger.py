"""Continue a ledger that has lost entries, or its registrar, under a new name, and in the open.

What was signed and is gone cannot be signed again with other content: that would be a second
history. So the old ledger ends, and leaf 0 of the new one quotes the newest checkpoint of the old.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Connection, select

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.policy import Policy, assess, format_policy
from waste_trace.ledger.reasons import EndingReason
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Verdict
from waste_trace.services.check_signers import LogSigners
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.number_manifest import AUTHOR as NUMBERING
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.prove import newest_note
from waste_trace.services.witness_policy import with_logs
from waste_trace.store.key_store import service_key_name
from waste_trace.store.sequencer import Draft
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.tables import EventIndex, Subscription, User, Webhook
from waste_trace.store.writing import insert_rows, table_of, write_transaction

_MOST_NOTE = 6000
#: What people have set for themselves goes on; what they were told of the old ledger does not.
_KEPT = (User, Subscription, Webhook)
_PARTIES = {"org.register": "org", "site.register": "site"}


class RestoreRefused(WasteTraceError):
    """The ledger need not, or must not, be continued under another name."""

    code: ClassVar[str] = "restore-refused"
    default_do_zh = "请先按 docs/operations.md“Restoring”一节恢复最新的数据库。"
    default_do_en = "Restore the newest database first: docs/operations.md, Restoring."


@dataclass(frozen=True, slots=True)
class Ended:
    """How the old ledger ends: what the database holds, and the newest that was ever signed.

    Attributes:
        note: the newest known checkpoint, a signed note; ``quoted`` is what it says.
        mark: size and root of the high-water mark, which is not signed and may be newer still.
        because: as leaf 0 of the next ledger says it.
    """

    held: int
    note: str
    quoted: Checkpoint
    mark: tuple[int, bytes]
    because: EndingReason


def end_ledger(
    old: Deployment, folder: Path, because: EndingReason, newest: str | None = None
) -> Ended:
    """Write what the old ledger still holds to ``folder`` and say how it ends.

    ``folder/bundle`` is its audit bundle; ``folder/keys`` are its public keys with the quoted
    checkpoint pinned, so that verifying the one with the other says what is missing.

    Args:
        because: only a stolen registrar key ends a ledger of which nothing is lost.
        newest: a newer checkpoint that somebody outside had: a witness, the mirror, a device.

    Raises:
        RestoreRefused: nothing is lost, or what is there is not sound, or ``newest`` is foreign.
    """
    note = newest_note(old)
    held = read_checkpoint(note).size
    quoted = _quoted(old, note, newest)
    mark = HighWater(old.settings.data_dir / "high-water").reached(old.sequencer.origin)
    stolen = because is EndingReason.REGISTRAR_KEY_STOLEN
    if quoted.size == held and old.sequencer.read_only is None and not stolen:
        raise RestoreRefused(
            "台账完整并可写入，无需另立。", "This ledger is whole and open; it simply goes on."
        )
    export_bundle(old, folder / "bundle")
    old.write_public_keys(folder / "keys")
    (folder / "keys/policy.txt").write_text(format_policy(_own_policy(old)), encoding="utf-8")
    report = verify_bundle(folder / "bundle", folder / "keys")
    unwitnessed = report.problem is not None and report.problem.what == "witnesses"
    if report.verdict is not Verdict.PROVEN and not unwitnessed:
        said = report.problem
        raise RestoreRefused(
            f"现存内容未通过核验：{said.zh if said else ''}",
            f"What is left does not verify: {said.en if said else ''}",
        )
    chosen = newest if newest is not None and quoted.size > held else note
    (folder / "keys/pinned").mkdir()
    (folder / "keys/pinned/quoted.checkpoint").write_text(chosen, encoding="utf-8")
    return Ended(held, chosen, quoted, mark or (held, read_checkpoint(note).root), because)


def begin_ledger(new: Deployment, old: Deployment, ended: Ended) -> None:
    """Open the new ledger with the quote in leaf 0; take over parties, accounts, label key.

    Devices are not taken over: each has to enrol again, so that its chain begins in this ledger.

    Raises:
        RestoreRefused: the name is the old one, or the place is not empty.
    """
    if new.sequencer.origin == old.sequencer.origin:
        raise RestoreRefused("新台账不能沿用原名称。", "The new ledger needs a name of its own.")
    # Labels in the yards were signed with them; they stay genuine.
    for ep in range(old.sequencer.registry.epochs.get("issuer", 0) + 1):
        name = service_key_name("issuer", ep)
        new.keys.adopt(name, old.keys.key(name))
    # Receivers of webhooks go on believing the secrets that they were given.
    new.keys.adopt("webhook", old.keys.key("webhook"))
    size, root = ended.mark
    continues: dict[str, object] = {
        "continues": ended.note,
        "held": ended.held,
        "high_water": {"n": size, "root": b64(root)},
        "because": ended.because.value,
    }
    if not open_ledger(new, continues):
        raise RestoreRefused("目标位置已有台账。", "There is a ledger in that place already.")
    with old.engine.connect() as connection:
        parties, numbers = _parties(connection), _last_numbers(connection)
        own = {
            model: [dict(row) for row in connection.execute(select(table_of(model))).mappings()]
            for model in _KEPT
        }
    new.sequencer.compose("registrar", lambda _: parties)
    new.sequencer.compose(NUMBERING, lambda _: numbers)
    with write_transaction(new.engine) as connection:
        for model, rows in own.items():
            insert_rows(connection, model, rows)


def _own_policy(old: Deployment) -> Policy:
    """With every key of the log that is here: the leaf that names the newest may be lost too."""
    return with_logs(old.policy, LogSigners.of(old.keys, old.sequencer.origin).own[::-1])


def _quoted(old: Deployment, note: str, newest: str | None) -> Checkpoint:
    """The newer of our newest checkpoint and the one that was brought."""
    own = read_checkpoint(note)
    if newest is None:
        return own
    if len(newest) > _MOST_NOTE:
        raise RestoreRefused("检查点文本过长。", "The checkpoint's text is too long.")
    try:
        brought = assess(_own_policy(old), newest).checkpoint
    except LedgerError as error:
        raise RestoreRefused(
            f"所给检查点不是本台账签署的：{error.zh}",
            f"The checkpoint given was not signed by this ledger: {error.en}",
        ) from error
    if brought.size == own.size and brought.root != own.root:
        raise RestoreRefused(
            "所给检查点与本库为同一条目数的两种历史。",
            "The checkpoint given is another history of the same size.",
        )
    return brought if brought.size > own.size else own


def _parties(connection: Connection) -> Sequence[Draft]:
    """Organisations and sites as they were registered last, organisations first."""
    event = table_of(EventIndex)
    drafts: dict[tuple[str, str], Draft] = {}
    for typ, key in _PARTIES.items():
        query = select(event.c.body).where(event.c.typ == typ).order_by(event.c.idx)
        for text in connection.execute(query).scalars():
            body = json.loads(text)
            drafts[typ, str(body[key])] = Draft(typ, body)
    return list(drafts.values())


def _last_numbers(connection: Connection) -> Sequence[Draft]:
    """The greatest manifest number of each city and year: counting must go on above it."""
    event = table_of(EventIndex)
    query = (
        select(event.c.manifest, event.c.body)
        .where(event.c.typ == "number_manifest")
        .order_by(event.c.manifest)
    )
    last = {number[:-6]: json.loads(text) for number, text in connection.execute(query)}
    return [Draft("number_manifest", body) for body in last.values()]
