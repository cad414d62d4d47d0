"""Export an audit bundle: what a stranger needs to check the ledger without us."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection

from waste_trace.ledger.bundle import write_bundle
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import disclosures_for_export
from waste_trace.services.key_changes import handover_notes
from waste_trace.services.prove import NotInLedger
from waste_trace.services.sign_in import Person
from waste_trace.store.cosignatures import cosigned_note
from waste_trace.store.tiles import SqlTiles, leaves, newest_checkpoint


class _Tiles(SqlTiles):
    """Tiles and leaves from one connection."""

    def entries(self, start: int, end: int) -> Sequence[bytes]:
        """The exact bytes of leaves ``start`` to ``end`` - 1."""
        return leaves(self._connection, start, end)


def export_bundle(
    deployment: Deployment,
    target: Path,
    pinned: Mapping[str, str] | None = None,
    disclose_to: Person | None = None,
) -> None:
    """Write the whole ledger, as the newest checkpoint has it, to the new or empty ``target``.

    The checkpoint carries what witnesses have cosigned; that too few have, the verifier says.

    Args:
        pinned: name to signed note of checkpoints that somebody outside holds.
        disclose_to: put in the personal data that this person may see; none by default.
    """
    with deployment.engine.connect() as connection:
        _export(deployment, connection, target, pinned or {}, disclose_to)


def export_bundle_zip(deployment: Deployment, disclose_to: Person | None = None) -> Path:
    """The bundle as one zip in a temporary file, which the caller deletes."""
    return zipped(lambda target: export_bundle(deployment, target, disclose_to=disclose_to))


def zipped(write: Callable[[Path], object]) -> Path:
    """What ``write`` puts into a new folder, as one zip in a temporary file; see above."""
    folder = Path(tempfile.mkdtemp(prefix="waste-trace-bundle-"))
    try:
        write(folder / "bundle")
        handle, name = tempfile.mkstemp(suffix=".zip")
        with os.fdopen(handle, "wb") as file:
            zip_bundle(folder / "bundle", file)
        return Path(name)
    finally:
        shutil.rmtree(folder)


def _export(
    deployment: Deployment,
    connection: Connection,
    target: Path,
    pinned: Mapping[str, str],
    disclose_to: Person | None,
) -> None:
    note = newest_checkpoint(connection)
    if note is None:
        raise NotInLedger("台账尚未开立。", "The ledger is not open yet.")
    size, registry = read_checkpoint(note).size, deployment.sequencer.refresh()
    note = cosigned_note(connection, size) or note
    shown: dict[int, Sequence[str]] = {}
    if disclose_to is not None:
        entries = range(size)
        shown = disclosures_for_export(deployment, disclose_to, entries)
    source = _Tiles(connection)
    write_bundle(
        target,
        checkpoint=note,
        tiles=source,
        entries=source,
        policy=deployment.policy_text(),
        registrar_vkey=deployment.sequencer.registrar_vkey.text,
        pinned=pinned,
        handovers=handover_notes(connection, registry.log_keys, size),
        disclosures=shown,
    )
