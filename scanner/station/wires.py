"""Byte pipes to devices: a file descriptor, a serial port, a TCP connection (device servers).

A wire never blocks for longer than it is told, and a device that goes away is ``DeviceLost``,
never an empty answer that looks like silence.
"""

from __future__ import annotations

import os
import select
import socket
from typing import Protocol

import serial

from scanner.station.errors import DeviceAbsent, DeviceLost

_CHUNK = 4096


class Wire(Protocol):
    """Bytes from and to one device."""

    name: str

    def read(self, timeout_s: float) -> bytes:
        """What has come, waiting up to ``timeout_s``; b"" if nothing. Raises DeviceLost."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of ``data``. Raises DeviceLost."""
        ...

    def close(self) -> None:
        """Let go of the device; a second time does nothing."""
        ...


class FileWire:
    """A descriptor that is open already, or a path (``/dev/input/by-id/...``) to open."""

    def __init__(self, source: int | str, name: str = "") -> None:
        self.name = name or str(source)
        try:
            flags = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC
            self.fd = source if isinstance(source, int) else os.open(source, flags)
        except OSError as error:
            raise _absent(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        """See ``Wire``."""
        try:
            ready, _, _ = select.select([self.fd], [], [], timeout_s)
            if not ready:
                return b""
            data = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:  # ValueError: closed by another thread
            raise _lost(self.name) from error
        if not data:
            raise _lost(self.name)
        return data

    def write(self, data: bytes) -> None:
        """See ``Wire``."""
        try:
            while data:
                data = data[os.write(self.fd, data) :]
        except OSError as error:
            raise _lost(self.name) from error

    def close(self) -> None:
        """See ``Wire``."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class SerialWire:
    """A serial port or USB-CDC device; 8 data bits unless the indicator says 7E1 (``format``)."""

    def __init__(self, path: str, baud: int = 9600, format: str = "8N1") -> None:
        self.name = path
        try:
            self._port = serial.Serial(
                path,
                baudrate=baud,
                bytesize=int(format[0]),
                parity=format[1],
                stopbits=int(format[2]),
                timeout=0,
                exclusive=True,
            )
        except (OSError, serial.SerialException) as error:
            raise _absent(path, error) from error

    def read(self, timeout_s: float) -> bytes:
        """See ``Wire``."""
        try:
            if self._port.timeout != timeout_s:  # setting it reconfigures the port
                self._port.timeout = timeout_s
            data: bytes = self._port.read(1)
            if data and (more := self._port.in_waiting):
                data += self._port.read(more)
        # TypeError: pyserial's port was closed by another thread between two of its steps.
        except (OSError, TypeError, serial.SerialException) as error:
            raise _lost(self.name) from error
        return data

    def write(self, data: bytes) -> None:
        """See ``Wire``."""
        try:
            self._port.write(data)
        except (OSError, TypeError, serial.SerialException) as error:
            raise _lost(self.name) from error

    def close(self) -> None:
        """See ``Wire``."""
        self._port.close()


class TcpWire:
    """A device behind a serial device server."""

    def __init__(self, host: str, port: int, connect_s: float = 5.0) -> None:
        self.name = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), connect_s)
        except OSError as error:
            raise _absent(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        """See ``Wire``."""
        try:
            self._socket.settimeout(max(timeout_s, 0.001))
            data = self._socket.recv(_CHUNK)
        except TimeoutError:
            return b""
        except OSError as error:
            raise _lost(self.name) from error
        if not data:
            raise _lost(self.name)
        return data

    def write(self, data: bytes) -> None:
        """See ``Wire``."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise _lost(self.name) from error

    def close(self) -> None:
        """See ``Wire``."""
        self._socket.close()


def _absent(name: str, error: Exception) -> DeviceAbsent:
    return DeviceAbsent(
        f"设备“{name}”无法打开。", f"The device {name} does not open.", reason=str(error)
    )


def _lost(name: str) -> DeviceLost:
    return DeviceLost(f"设备“{name}”已断开。", f"The device {name} is gone.")
