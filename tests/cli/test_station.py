"""A station's commands over a real pseudo-terminal: what is scanned and weighed, as JSON."""

import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from subprocess import CompletedProcess

import pytest

from scanner.station.simulate import PseudoPort, toledo_frame
from tests.cast import FACTORY
from tests.cli.program import run_program

pytestmark = pytest.mark.long

CODE = f"{FACTORY}9002490820261120001"


@pytest.fixture
def port() -> Iterator[PseudoPort]:
    """A serial line with a device at its far end."""
    with PseudoPort() as line:
        yield line


def _talk(port: PseudoPort, data: bytes, stop: threading.Event) -> None:
    while not stop.wait(0.1):
        port.send(data)


def _station(port: PseudoPort, data: bytes, *arguments: str) -> CompletedProcess[str]:
    stop = threading.Event()
    talker = threading.Thread(target=_talk, args=(port, data, stop))
    talker.start()
    try:
        return run_program("station", *arguments)
    finally:
        stop.set()
        talker.join()


def test_a_scanner_on_a_serial_line(port: PseudoPort) -> None:
    done = _station(port, CODE.encode() + b"\r\n", "scan", port.path, "--seconds", "1.5")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    labels = [line["label"] for line in lines if line.get("text") == CODE]
    assert labels
    assert labels[0]["scheme"] == "digital_id"


def test_a_scale_on_a_serial_line(port: PseudoPort) -> None:
    frame = toledo_frame(Decimal("182.5"))
    done = _station(port, frame, "weigh", port.path, "--protocol", "toledo", "--seconds", "20")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert Decimal(answer["weight_kg"]) == Decimal("182.5")
    assert answer["stable"] is True


def test_a_scale_that_says_nothing(port: PseudoPort) -> None:
    done = _station(port, b"", "weigh", port.path, "--seconds", "1")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_device_that_is_not_there() -> None:
    done = run_program("station", "scan", "/dev/ttyNOTHERE")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
