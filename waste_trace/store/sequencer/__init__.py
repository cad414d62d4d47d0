"""The one writer of the ledger: a batch is one transaction; nothing signed leaves before commit."""

from waste_trace.store.sequencer.batch import Submitted
from waste_trace.store.sequencer.drafts import Build, Draft
from waste_trace.store.sequencer.outcome import (
    DeviceFork,
    LedgerBusy,
    LedgerRolledBack,
    Recorded,
)
from waste_trace.store.sequencer.sequencer import Sequencer

__all__ = [
    "Build",
    "DeviceFork",
    "Draft",
    "LedgerBusy",
    "LedgerRolledBack",
    "Recorded",
    "Sequencer",
    "Submitted",
]
