"""The checks of a transfer, settled on its manifest when it is opened, loaded and received."""

from sqlalchemy import select

from waste_trace.compliance.transfer.check import TRANSFER_RULES, check_transfer
from waste_trace.compliance.transfer.facts import Registers
from waste_trace.custody.manifest import fold_manifest
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.transfer_facts import read_registers, registers_kept, transfer_of
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Finding, ManifestParty
from waste_trace.store.writing import table_of

#: The events at which a transfer is looked at.
CHECKED_AT = frozenset(
    {"open_manifest", "load", "take_over", "void_manifest", "accept", "accept_with_difference",
     "accept_in_part"}
)  # fmt: skip
_NAMES = tuple(rule.name for rule in TRANSFER_RULES)


def settle_transfer(number: str, record: Record, work: Work) -> None:
    """What the registers and labels say of this manifest now, as its open findings."""
    present = fold_manifest(work.histories.manifest(number))
    transfer = transfer_of(work.connection, number, present, work.histories)
    if transfer is None or present.state == "void":
        work.findings.settle(_NAMES, number, [], record)
        return
    registers = Registers()
    if work.kept is None:
        work.kept = registers_kept(work.connection)
    if work.kept:
        # The books of the year are summed by the database; it must have all that came before.
        work.flush()
        registers = read_registers(work.connection, transfer, work.kept)
    work.findings.settle(_NAMES, number, check_transfer(transfer, registers), record)


def settle_again(org: str, record: Record, work: Work) -> None:
    """A register has changed: look again at this party's manifests that have open findings."""
    work.flush()
    work.kept = registers_kept(work.connection)
    finding, party = table_of(Finding), table_of(ManifestParty)
    query = (
        select(finding.c.subject)
        .join(party, party.c.manifest == finding.c.subject)
        .where(party.c.org == org, finding.c.rule.in_(_NAMES), finding.c.cleared_idx.is_(None))
        .distinct()
        .order_by(finding.c.subject)
    )
    for number in work.connection.execute(query).scalars().all():
        settle_transfer(number, record, work)
