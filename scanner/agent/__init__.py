"""The offline handheld in Python: key, durable queue, sync; the same protocol as the web page."""

from scanner.agent.handheld import Handheld, RotationPending
from scanner.agent.history import LedgerForked, LedgerUnproven
from scanner.agent.notebook import Notebook, QueuedRecord
from scanner.agent.sync import SyncReport, enrol, sync

__all__ = [
    "Handheld",
    "LedgerForked",
    "LedgerUnproven",
    "Notebook",
    "QueuedRecord",
    "RotationPending",
    "SyncReport",
    "enrol",
    "sync",
]
