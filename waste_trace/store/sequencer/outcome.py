"""What the sequencer answers: an inclusion receipt, or why there is none."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError
from waste_trace.value import value


@value
class Recorded:
    """An event is in the ledger, and committed.

    Attributes:
        index: its leaf index.
        ms: logged time, Unix milliseconds.
        receipt: c2sp.org/tlog-proof@v1 text under the newest checkpoint.
        duplicate: the same payload had been recorded before; the receipt is for that leaf.
    """

    index: int
    ms: int
    receipt: str
    duplicate: bool


class LedgerBusy(WasteTraceError):
    """Too many events wait; nothing was taken, the device keeps its event."""

    code: ClassVar[str] = "ledger-busy"
    default_do_zh = "事件仍在设备中，请稍候自动重试，不要重新登记。"
    default_do_en = (
        "The event is still on the device; let it retry shortly, do not record it again."
    )


class LedgerRolledBack(WasteTraceError):
    """The database is behind what this ledger has already signed."""

    code: ClassVar[str] = "ledger-rolled-back"
    default_do_zh = "台账已转为只读。请恢复最新的数据库备份，或按运维手册以新名称重建台账。"
    default_do_en = (
        "The ledger is read-only now. Restore the newest database, or restore under a new origin."
    )


class DeviceFork(WasteTraceError):
    """Another event of the same device has this sequence number already."""

    code: ClassVar[str] = "device-fork"
    default_do_zh = "该设备密钥可能被复制或设备数据被还原：请停用该设备并重新登记。"
    default_do_en = "The key may have been copied or the device restored: stop it and enrol again."
