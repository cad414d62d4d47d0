"""Files by path: the lines of ``waste-trace scan --json``, and clips that would kill a process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from scanner.decode.errors import BrokenVideo
from scanner.decode.files import Recognise, scan_files
from scanner.decode.video import clip_frames
from scanner.scene import qr_patch
from tests.scanner.pictures import TEXT, rotated


def scanned(paths: list[Path], recognise: Recognise | None = None) -> list[dict[str, Any]]:
    return list(scan_files(paths, recognise=recognise))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds at 10 frames a second; the code is in view in the second half only."""
    path = tmp_path / "clip.avi"
    with_code = cv2.resize(rotated(qr_patch(TEXT, 4), 8), (320, 240))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for number in range(20):
        gray = with_code if number >= 10 else np.full((240, 320), 180, np.uint8)
        writer.write(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def test_each_file_gives_one_line(tmp_path: Path) -> None:
    good, empty, text = tmp_path / "一.png", tmp_path / "empty.jpg", tmp_path / "notes.txt"
    cv2.imencode(".png", qr_patch(TEXT, 4))[1].tofile(good)
    empty.write_bytes(b"")
    text.write_text("no picture")
    absent = tmp_path / "absent.png"
    lines = scanned([good, empty, text, absent, tmp_path], lambda t: {"id": t[-5:]})
    assert json.loads(json.dumps(lines)) == lines
    assert [line["file"] for line in lines] == [
        str(p) for p in (good, empty, text, absent, tmp_path)
    ]
    (code,) = lines[0]["codes"]
    assert code["text"] == TEXT
    assert code["format"] == "QRCode"
    assert code["label"] == {"id": "00001"}
    assert np.array(code["corners"]).shape == (4, 2)
    assert lines[0]["ms"] >= code["ms"] >= 0
    codes = [line["error"]["code"] for line in lines[1:]]
    assert codes == ["empty-image", "unknown-image-format", "unreadable-file", "unreadable-file"]
    assert all(set(line["error"]) == {"code", "zh", "en", "do_zh", "do_en"} for line in lines[1:])


def test_a_foreign_code_has_no_label(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    cv2.imencode(".png", qr_patch("https://example.org", 4))[1].tofile(path)
    for recognise in (None, lambda text: None):
        (line,) = scanned([path], recognise)
        (code,) = line["codes"]
        assert code["label"] is None


def test_a_clip_gives_each_text_once(clip: Path) -> None:
    (line,) = scanned([clip])
    (code,) = line["codes"]
    assert code["text"] == TEXT
    assert 1000 <= code["at_ms"] <= 1500


def test_frames_keep_their_distance(clip: Path) -> None:
    assert [f.at_ms for f in clip_frames(clip, step_ms=600)] == [0, 600, 1200, 1800]
    assert len(list(clip_frames(clip, step_ms=100, limit=3))) == 3


def damaged(clip: Path, kind: str) -> bytes:
    data = bytearray(clip.read_bytes())
    if kind == "header only":
        return bytes(data[:64])
    if kind == "truncated":
        return bytes(data[: len(data) // 40])
    if kind == "absurd sizes":
        data[40:80] = b"\xff" * 40
    if kind == "lists that claim everything":
        at = data.find(b"LIST")
        while at >= 0:
            data[at + 4 : at + 8] = b"\xff\xff\xff\x7f"
            at = data.find(b"LIST", at + 4)
        data[0x40:0x60] = b"\x7f" * 32
    return bytes(data)


@pytest.mark.parametrize(
    "kind", ["header only", "truncated", "absurd sizes", "lists that claim everything"]
)
def test_a_malformed_clip_costs_a_line_and_not_the_process(clip: Path, kind: str) -> None:
    bad = clip.with_name("bad.avi")
    bad.write_bytes(damaged(clip, kind))
    (line,) = scanned([bad])
    if "error" in line:
        assert line["error"]["code"] == "broken-video"
    else:  # some decoders see through some damage
        assert {code["text"] for code in line["codes"]} <= {TEXT}


def test_a_clip_that_takes_too_long_is_ended(clip: Path) -> None:
    with pytest.raises(BrokenVideo):
        list(clip_frames(clip, timeout_s=0.01))


def test_a_decoder_that_dies_is_a_typed_error(
    clip: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The real parent with a child that aborts as OpenCV does on such an AVI."""
    crash = tmp_path / "crash.py"
    crash.write_text("import os; os.abort()")
    monkeypatch.setattr("scanner.decode.video._CHILD", crash)
    with pytest.raises(BrokenVideo) as caught:
        list(clip_frames(clip))
    assert caught.value.facts["status"] != 0
