"""Fixed stations: keyboard and serial scanners, scales and cameras behind small common types."""

from scanner.station.camera import Camera, CameraConfig, CameraEvent, CameraFrame
from scanner.station.errors import (
    DeviceAbsent,
    DeviceClosed,
    DeviceLost,
    NotExclusive,
    NoWeight,
    OutOfRange,
    StationError,
)
from scanner.station.lines import LineConfig
from scanner.station.scale import Scale
from scanner.station.scans import Flaw, KeyScanner, LineScanner, Scan, ScanSource
from scanner.station.sics import Sics, StatusLine
from scanner.station.toledo import ToledoContinuous
from scanner.station.weight import ScaleFault, ScaleReading
from scanner.station.wires import FileWire, SerialWire, TcpWire

__all__ = [
    "Camera",
    "CameraConfig",
    "CameraEvent",
    "CameraFrame",
    "DeviceAbsent",
    "DeviceClosed",
    "DeviceLost",
    "FileWire",
    "Flaw",
    "KeyScanner",
    "LineConfig",
    "LineScanner",
    "NoWeight",
    "NotExclusive",
    "OutOfRange",
    "Scale",
    "ScaleFault",
    "ScaleReading",
    "Scan",
    "ScanSource",
    "SerialWire",
    "Sics",
    "StationError",
    "StatusLine",
    "TcpWire",
    "ToledoContinuous",
]
