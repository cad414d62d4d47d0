"""Cameras: MPEG-TS over TCP from our own encoder, and a real RTSP server where there is one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode import read
from scanner.scene import qr_patch
from scanner.station.camera import Camera, CameraConfig, CameraEvent, CameraFrame
from scanner.station.clockwork import Clockwork
from scanner.station.errors import DeviceClosed
from tests.databases import unavailable

TEXT = "HTTPS://TRACE.PINGHU.EXAMPLE/Q/91330482MA28ABCD1X900249082026112300001"
RATE = 10


def transport_stream(times_s: list[float]) -> list[bytes]:
    """One MPEG-TS piece for each frame time: a QR code on grey, H.264 with a keyframe each five."""
    patch = qr_patch(TEXT, 3)
    picture = np.full((240, 320), 180, np.uint8)
    picture[10 : 10 + patch.shape[0], 20 : 20 + patch.shape[1]] = patch
    out = BytesIO()
    pieces = []
    with av.open(out, "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = {"tune": "zerolatency", "preset": "ultrafast", "g": "5", "bf": "0"}
        for number, at in enumerate(times_s):
            shade = np.clip(picture.astype(np.int16) - number % 3, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(shade, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(at * 1000), Fraction(1, 1000)
            start = out.tell()
            container.mux(stream.encode(frame))
            pieces.append(out.getvalue()[start:])
    return pieces


@contextmanager
def streaming(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """A TCP server that gives each connection in turn to ``serve``; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def run() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    try:
                        serve(connection)
                    except OSError:  # the camera has hung up
                        continue

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()


@contextmanager
def camera(url: str, **changes: object) -> Iterator[Camera]:
    settings: dict[str, object] = {
        "url": url,
        "name": "CAM 01",
        "options": {"probesize": "20000", "analyzeduration": "300000"},
        "stall_s": 1.0,
        "retry_s": 0.2,
    }
    item = Camera(CameraConfig.model_validate(settings | changes), buffered=200)
    try:
        yield item
    finally:
        item.close()


def until(item: Camera, kind: str, timeout_s: float = 12) -> tuple[list[CameraFrame], list[str]]:
    """Frames and kinds of events up to an event of ``kind``."""
    frames, kinds = [], []
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        got = item.take(0.5)
        if isinstance(got, CameraFrame):
            frames.append(got)
        elif got is not None:
            kinds.append(got.kind)
            if got.kind == kind:
                return frames, kinds
    raise AssertionError(f"no {kind} in {timeout_s} s; {len(frames)} frames, {kinds}")


def paced(pieces: list[bytes]) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(1 / RATE)

    return serve


def test_frames_carry_times_and_the_end_of_a_live_stream_is_a_lost_signal() -> None:
    pieces = transport_stream([n / RATE for n in range(16)])
    with streaming(paced(pieces)) as url, camera(url) as item:
        frames, kinds = until(item, "signal-lost")
        until(item, "opened")  # and it comes back by itself
    assert kinds == ["opened", "signal-lost"]
    assert len(frames) >= 12
    assert [f.sequence for f in frames] == list(range(1, len(frames) + 1))
    times = [f.pts_s for f in frames if f.pts_s is not None]
    assert np.allclose(np.diff(times), 1 / RATE, atol=0.002)
    assert frames[0].keyframe
    assert sum(f.keyframe for f in frames) in range(3, 5)
    assert all(f.packet_bytes > 0 for f in frames)
    assert abs(frames[-1].received - datetime.now(UTC)) < timedelta(seconds=15)
    assert frames[-1].received > frames[0].received
    assert [found.text for found in read(frames[-1].luma)] == [TEXT]


def test_a_stream_that_stalls_is_told_from_one_that_ends() -> None:
    pieces = transport_stream([n / RATE for n in range(12)])

    def serve(connection: socket.socket) -> None:
        paced(pieces)(connection)
        connection.settimeout(6)
        connection.recv(1)  # holds the line and sends nothing until the camera hangs up

    with streaming(serve) as url, camera(url) as item:
        frames, kinds = until(item, "stalled")
    assert frames
    assert kinds == ["opened", "stalled"]


@pytest.mark.parametrize(("later", "sign"), [(30.0, 1), (-0.8, -1)])
def test_a_jump_of_the_streams_clock_is_an_event(later: float, sign: int) -> None:
    times = [1 + n / RATE for n in range(12)]
    first, second = transport_stream(times), transport_stream([t + later for t in times])
    with streaming(paced(first + second)) as url, camera(url) as item:
        deadline = time.monotonic() + 12
        jumps: list[CameraEvent] = []
        while not jumps and time.monotonic() < deadline:
            got = item.take(0.5)
            if isinstance(got, CameraEvent) and got.kind == "clock-jump":
                jumps.append(got)
    assert jumps
    assert jumps[0].seconds * sign > 0.5
    assert "跳变" in jumps[0].zh


def test_a_decoder_that_dies_is_said_and_started_again() -> None:
    pieces = transport_stream([n / RATE for n in range(60)])
    with streaming(paced(pieces)) as url, camera(url) as item:
        until(item, "opened")
        child = item._child
        assert child is not None
        os.kill(child.pid, signal.SIGSEGV)
        _, kinds = until(item, "opened")
    assert kinds == ["decoder-crashed", "opened"]


def test_what_does_not_open_says_so_and_its_password_stays_in() -> None:
    url = "rtsp://user:hunter2@127.0.0.1:9/cam"
    with camera(url, open_s=2.0) as item:
        child_arguments = Path(f"/proc/{_child_pid(item)}/cmdline").read_bytes()
        _, kinds = until(item, "not-opened")
    assert kinds == ["not-opened"]
    assert b"hunter2" not in child_arguments
    assert "hunter2" not in repr(CameraConfig.model_validate({"url": url, "name": "x"}))


def test_a_file_that_is_no_video_harms_nobody(tmp_path: Path) -> None:
    path = tmp_path / "clip.avi"
    path.write_bytes(b"RIFF\x24\x00\x00\x00AVI LIST" + os.urandom(2000))
    with camera(str(path), options={}) as item:
        until(item, "not-opened")


def test_a_slow_reader_loses_pictures_and_no_events(tmp_path: Path) -> None:
    path = tmp_path / "clip.ts"
    path.write_bytes(b"".join(transport_stream([n / RATE for n in range(40)])))
    item = Camera(CameraConfig.model_validate({"url": str(path), "name": "x", "options": {}}), 6)
    time.sleep(1.0)
    got = [item.take(0) for _ in range(6)]
    item.close()
    kinds = [x.kind for x in got if isinstance(x, CameraEvent)]
    assert kinds[0] == "opened"
    assert "frames-dropped" in kinds
    assert "signal-lost" in kinds  # the file ended, long after the pictures that were dropped


def test_closing_ends_every_taker() -> None:
    with streaming(paced([])) as url:
        item = Camera(CameraConfig.model_validate({"url": url, "name": "x", "options": {}}))
        taken: list[object] = []
        thread = threading.Thread(target=lambda: taken.extend(item))
        thread.start()
        item.close()
        thread.join(5)
        assert not thread.is_alive()
        with pytest.raises(DeviceClosed):
            list(iter(lambda: item.take(0.1), object()))


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=30))
def test_late_delivery_alone_is_never_a_jump(delays: list[float]) -> None:
    clock = Clockwork(tolerance_s=0.5)
    now = 0.0
    for number, delay in enumerate(delays):
        now = max(now, number * 0.1 + delay)  # in order, each some time late
        assert clock.check(number * 0.1, now) is None


def test_steps_back_and_leaps_ahead_are_jumps() -> None:
    clock = Clockwork(tolerance_s=0.5)
    assert clock.check(10.0, 100.0) is None
    assert clock.check(10.1, 100.1) is None
    assert clock.check(9.0, 100.2) == pytest.approx(-1.1)
    assert clock.check(9.1, 100.3) is None
    assert clock.check(19.1, 100.4) == pytest.approx(9.9)


@pytest.fixture(scope="module")
def rtsp_server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """GStreamer's server under Debian's own Python, which is the one that has its bindings."""
    script = Path(__file__).with_name("rtsp_server.py")
    python = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
    server = subprocess.Popen([python, str(script)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    if not port:
        server.wait(5)
        server.stdout.close()
        unavailable("GStreamer's RTSP server is not installed (gir1.2-gst-rtsp-server-1.0)")
    yield server, f"rtsp://127.0.0.1:{port}/cam"
    server.kill()
    server.wait()
    server.stdout.close()


def test_a_real_rtsp_camera_and_its_death(rtsp_server: tuple[subprocess.Popen[str], str]) -> None:
    server, url = rtsp_server
    with camera(url, options={"rtsp_transport": "tcp"}, stall_s=2.0) as item:
        until(item, "opened")
        frames: list[CameraFrame] = []
        while len(frames) < 12:
            got = item.take(5)
            assert isinstance(got, CameraFrame), got
            frames.append(got)
        server.kill()
        _, kinds = until(item, "signal-lost")
    assert frames[0].luma.shape == (240, 320)
    assert not np.array_equal(frames[0].luma, frames[-1].luma)
    assert all(b.sequence == a.sequence + 1 for a, b in pairwise(frames))
    assert kinds == ["signal-lost"]


def _child_pid(item: Camera) -> int:
    deadline = time.monotonic() + 3
    while item._child is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert item._child is not None
    return item._child.pid
