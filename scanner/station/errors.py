"""What can be wrong with a fixed station's devices, said so that a person can act on it.

Absent, lost, not ours alone, silent, overloaded: each its own class and its own advice.
"""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class StationError(WasteTraceError):
    """A scanner, scale or camera of a station that cannot be used."""

    code: ClassVar[str] = "station-error"


class DeviceAbsent(StationError):
    """It does not open: not plugged in, wrong path, or no permission."""

    code: ClassVar[str] = "device-absent"
    default_do_zh: ClassVar[str] = "请检查电源、线缆、设备路径和读写权限。"
    default_do_en: ClassVar[str] = "Check power, cable, the device's path and its permissions."


class DeviceLost(StationError):
    """It was there and is gone: unplugged, switched off, or the connection closed."""

    code: ClassVar[str] = "device-lost"
    default_do_zh: ClassVar[str] = "请检查线缆和电源，重新插上后再连接。"
    default_do_en: ClassVar[str] = "Check cable and power, plug it in again and reconnect."


class DeviceClosed(StationError):
    """We closed it ourselves, and somebody still asks it for something."""

    code: ClassVar[str] = "device-closed"


class NotExclusive(StationError):
    """A keyboard scanner that another program also listens to, so scans leak into other windows."""

    code: ClassVar[str] = "device-not-exclusive"
    default_do_zh: ClassVar[str] = "请关闭占用该设备的其他程序，或核对路径是否为输入设备。"
    default_do_en: ClassVar[str] = (
        "Close the other program that holds it, or check that the path is an input device."
    )


class NoWeight(StationError):
    """The scale gave no stable weight in time: motion, silence, or a refused command."""

    code: ClassVar[str] = "no-stable-weight"
    default_do_zh: ClassVar[str] = "请等待货物静止，并检查称重仪表的连接和设置。"
    default_do_en: ClassVar[str] = (
        "Let the load come to rest; check the indicator's connection and its settings."
    )


class OutOfRange(StationError):
    """The load is over the scale's capacity, or under its zero."""

    code: ClassVar[str] = "scale-out-of-range"
    default_do_zh: ClassVar[str] = "请卸下货物，确认量程后重新称重。"
    default_do_en: ClassVar[str] = "Take the load off, check the capacity and weigh again."
