"""Bursts: what no single frame shows whole is read together, or honestly reported."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scanner.decode import read
from scanner.decode.align import Aligner
from scanner.decode.burst import BurstConfig, read_burst
from scanner.decode.prepare import luma
from scanner.scene import Setup, photograph, plain_label
from tests.scanner.decode.sequences import burst, half, hole, mostly
from tests.scanner.pictures import TEXT, Pixels

pytestmark = pytest.mark.long

QUICK = BurstConfig(frame_ms=20)
"""Frames that alone do not read need no time of their own."""


@pytest.mark.parametrize("cover", [half(50), half(130, 12.0), half(240)])
def test_a_code_half_hidden_in_one_frame_and_half_in_the_next_is_read(cover: object) -> None:
    frames = burst(TEXT, 4, cover=cover, seed=3)  # type: ignore[arg-type]
    assert not any(read(frame, budget_ms=150) for frame in frames[:2])
    got = read_burst(frames, config=QUICK)
    (found,) = got.reads
    assert (found.text, found.first, found.last) == (TEXT, 0, 3)
    assert found.frames + got.unaligned == 4
    assert found.how != "frame"
    assert got.unread == ()


def test_one_look_behind_the_hand_is_enough() -> None:
    """The left half is hidden in seven frames of eight, the right half in the eighth."""
    frames = burst(TEXT, 8, cover=mostly(130, 60.0), seed=1)
    (found,) = read_burst(frames, config=QUICK).reads
    assert (found.text, found.how, found.frames) == (TEXT, "detail", 8)


def test_a_text_is_given_once_with_the_frames_that_show_it() -> None:
    label = burst(TEXT, 3)
    empty: Pixels = np.full_like(label[0], 150)
    got = read_burst([empty, *label, empty], config=QUICK)
    (found,) = got.reads
    assert (found.text, found.how, found.first, found.last, found.frames) == (
        TEXT,
        "frame",
        1,
        3,
        3,
    )
    assert (got.frames, got.left_out) == (5, 0)


def test_two_labels_and_a_move_stay_two_reads() -> None:
    setup = Setup(width=960, height=720, label_px=300, noise=3)
    left, right = (photograph(plain_label(TEXT + end, 8), 1, setup).image for end in "12")
    both = np.hstack([left, right])
    moved = np.hstack([right, left])
    got = read_burst([both, moved])
    assert sorted(item.text for item in got.reads) == [TEXT + "1", TEXT + "2"]
    assert {item.frames for item in got.reads} == {2}


def test_what_no_frame_and_no_composite_reads_is_reported_as_seen() -> None:
    got = read_burst(
        burst(TEXT, 3, cover=hole(50)), config=BurstConfig(frame_ms=100, together_ms=200)
    )
    assert got.reads == ()
    (unread,) = got.unread
    assert (unread.first, unread.last) == (0, 2)
    assert unread.frames == 3


def test_low_light_is_read_from_the_frames_together() -> None:
    small = Setup(width=960, height=720, label_px=260, tilt_deg=12, lens_blur_px=0.6)
    frames = burst(TEXT, 12, gain=0.06, noise=6.0, quality=90, setup=small, shake_px=3.0)
    alone = sum(bool(read(frame, budget_ms=300)) for frame in frames[:2])
    got = read_burst(frames, config=BurstConfig(frame_ms=1))
    (found,) = got.reads
    assert alone == 0
    assert (found.text, found.how, found.frames) == (TEXT, "mean", 12)


def test_frames_of_two_scenes_are_not_mixed() -> None:
    here = burst(TEXT, 2, cover=half(50), seed=3)[:1]
    rng = np.random.default_rng(7)
    noise = cv2.resize(rng.integers(0, 255, (90, 120, 3), np.uint8), (960, 720))
    got = read_burst([*here, np.asarray(noise, np.uint8)], config=QUICK)
    assert (got.reads, got.unaligned) == ((), 1)


def test_alignment_is_good_to_a_tenth_of_a_pixel() -> None:
    frame = luma(burst(TEXT, 1, shake_px=0)[0])
    height, width = frame.shape
    warp = np.array([[1.01, 0.012, -7.3], [-0.011, 0.99, 5.8], [1e-6, -2e-6, 1]])
    moved = np.asarray(cv2.warpPerspective(frame, warp, (width, height)), np.uint8)
    got = Aligner(frame).to_reference(moved)
    assert got is not None
    points = np.array([(300, 250), (600, 500), (480, 360)], np.float64).reshape(-1, 1, 2)
    there = cv2.perspectiveTransform(points, warp)
    back = cv2.perspectiveTransform(there, got)
    assert float(np.abs(back - points).max()) < 0.1


def test_an_empty_burst_is_no_burst() -> None:
    with pytest.raises(ValueError, match="at least one"):
        read_burst([])
    many = read_burst([np.full((60, 80), 100, np.uint8)] * 5, config=BurstConfig(most_frames=3))
    assert (many.frames, many.left_out, many.reads) == (3, 2, ())
