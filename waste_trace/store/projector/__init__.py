"""From leaves to read tables, one event after the other, so that any batching gives the same rows.

Nothing else writes a read table. ``Projector.apply`` runs in the transaction that appends the
leaves; ``waste-trace rebuild`` runs the same code over the whole ledger.
"""

from waste_trace.store.projector.projector import Projector, ProjectorConfig, Record, index_row

__all__ = ["Projector", "ProjectorConfig", "Record", "index_row"]
