"""What a mirror finds wrong: with the log, with the way to it, or with its own copy."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class LogMisbehaved(WasteTraceError):
    """The log signed what contradicts what it signed before, or took in what it must not."""

    code: ClassVar[str] = "log-misbehaved"
    default_do_zh = "请保留 ALARM.txt 与本副本作为证据，并立即向主管部门报告。"
    default_do_en = "Keep ALARM.txt and this copy as evidence, and report it at once."


class MirrorUnreachable(WasteTraceError):
    """The log could not be read, or what it served is not what it signed: try again."""

    code: ClassVar[str] = "mirror-unreachable"
    default_do_zh = "请检查网络，稍后重试；副本仍是上次核验过的内容。"
    default_do_en = "Check the network and try again; the copy is still what was last verified."


class MirrorDamaged(WasteTraceError):
    """The mirror's own copy is not what it had verified."""

    code: ClassVar[str] = "mirror-damaged"
    default_do_zh = "请检查磁盘；把副本移走后重新同步，但保留 pinned 文件夹。"
    default_do_en = "Check the disk; move the copy away and start anew, but keep its pinned folder."
