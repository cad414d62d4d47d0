"""``waste-trace station``: a fixed station's scanner, scale and camera, as JSON lines."""

import time
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from api.cli.output import INCOMPLETE, print_json, say
from api.recognise import describe_code
from scanner.station import (
    Camera,
    CameraConfig,
    CameraFrame,
    FileWire,
    KeyScanner,
    LineScanner,
    Scale,
    Scan,
    SerialWire,
    Sics,
    StationError,
    StatusLine,
    TcpWire,
    ToledoContinuous,
)

station = typer.Typer(help="固定工位：扫描枪、地磅、摄像机 fixed stations", no_args_is_help=True)
Wire = Annotated[str, typer.Argument(help="/dev/ttyUSB0、/dev/input/event3 或 host:port")]
Seconds = Annotated[float, typer.Option(help="运行秒数 how long to listen")]


class Protocol(StrEnum):
    """What a scale speaks."""

    TOLEDO = "toledo"
    SICS = "sics"
    STATUS = "status"


@station.command("scan")
def scan(wire: Wire, seconds: Seconds = 60.0, baud: int = 9600) -> None:
    """读扫描枪。 What a scanner reads, one JSON line each; a key wedge by its /dev/input path."""
    try:
        source: KeyScanner | LineScanner
        source = KeyScanner(wire) if "/input/" in wire else LineScanner(_wire(wire, baud))
        for item in _until(source, seconds):
            if isinstance(item, Scan):
                print_json({"text": item.text, "label": describe_code(None, item.text)})
            else:
                print_json({"flaw": {"zh": item.zh, "en": item.en}})
        source.close()
    except StationError as error:
        _lost(error)


@station.command("weigh")
def weigh(
    wire: Wire, protocol: Protocol = Protocol.TOLEDO, seconds: Seconds = 30.0, baud: int = 9600
) -> None:
    """过磅。 One stable weight in kilograms; exit 2 if the scale gave none."""
    spoken = {
        Protocol.TOLEDO: ToledoContinuous,
        Protocol.SICS: Sics,
        Protocol.STATUS: StatusLine,
    }[protocol]()
    try:
        scale = Scale(_wire(wire, baud), spoken)
        reading = scale.weigh(seconds)
        scale.close()
    except StationError as error:
        _lost(error)
    else:
        print_json({"weight_kg": str(reading.weight_kg), "stable": reading.stable})


@station.command("watch")
def watch(
    url: Annotated[str, typer.Argument(help="rtsp://… 或 /dev/video0")], seconds: Seconds = 10.0
) -> None:
    """看摄像机。 A camera's frames and events (signal lost, stalled ...), one JSON line each."""
    camera = Camera(CameraConfig(url=url, name="camera"))
    frames = 0
    for item in _until(camera, seconds):
        if isinstance(item, CameraFrame):
            frames += 1
            print_json({"sequence": item.sequence, "pts_s": item.pts_s, "keyframe": item.keyframe})
        else:
            print_json({"event": str(item.kind)})
    camera.close()
    if not frames:
        raise typer.Exit(INCOMPLETE)


def _wire(name: str, baud: int) -> SerialWire | TcpWire | FileWire:
    host, _, port = name.rpartition(":")
    if host and port.isdigit() and not name.startswith("/"):
        return TcpWire(host, int(port))
    return SerialWire(name, baud)


def _until(source: Any, seconds: float) -> Iterator[Any]:
    """What comes within the time; nothing more is taken after it."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        item = source.take(left)
        if item is not None:
            yield item


def _lost(error: StationError) -> None:
    say(f"✗ {error.zh} {error.en}")
    say(f"  {error.do_zh} {error.do_en}")
    raise typer.Exit(INCOMPLETE)
