"""Far marks: read far beyond the QR code, and never where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from scanner.decode import read
from scanner.decode.far_mark import find_marks
from scanner.scene import Setup, photograph, plain_label, qr_patch, store_scene
from tests.scanner.pictures import TEXT, Pixels, near, rotated
from waste_trace.labels.matrices import far_mark_modules


def printed(number: int, module_px: int = 24) -> Pixels:
    grid = np.where(np.array(far_mark_modules(number), bool), 0, 255).astype(np.uint8)
    framed = np.pad(grid, 1, constant_values=255)
    return np.asarray(np.kron(framed, np.ones((module_px, module_px), np.uint8)), np.uint8)


def seen_at(number: int, side_px: float, seed: int) -> Pixels:
    setup = Setup(width=640, height=480, label_px=side_px * 10 / 8, tilt_deg=15, noise=3, jpeg=75)
    return photograph(printed(number), seed, setup).image


@pytest.mark.parametrize("number", [0, 100, 586])
def test_a_clean_mark_is_read_with_its_corners_and_size(number: int) -> None:
    canvas = np.full((300, 400), 200, np.uint8)
    canvas[60:140, 90:170] = printed(number, 8)
    (mark,) = find_marks(canvas)
    assert (mark.id, mark.stage) == (number, "raw")
    assert near(mark.quad, [(98, 68), (162, 68), (162, 132), (98, 132)], 1.5)
    assert mark.side_px == pytest.approx(64, abs=1.5)


def test_the_first_corner_turns_along() -> None:
    (mark,) = find_marks(rotated(printed(7, 8), 90))
    centre = np.mean(mark.quad, axis=0)
    first = np.array(mark.quad[0]) - centre
    assert first[0] < 0 < first[1]  # turned left: the top left is now at the bottom left


@pytest.mark.parametrize("side_px", [12, 14, 18, 30])
def test_small_marks_are_read(side_px: int) -> None:
    wanted = [(seed * 97 + side_px) % 587 for seed in range(5)]
    found = [find_marks(seen_at(n, side_px, seed)) for seed, n in enumerate(wanted)]
    assert all(mark.id == n for marks, n in zip(found, wanted, strict=True) for mark in marks)
    assert sum(bool(marks) for marks in found) >= (4 if side_px < 14 else 5)


def test_a_mark_is_read_where_the_code_of_the_same_size_is_not() -> None:
    setup = Setup(width=640, height=480, label_px=30 * 10 / 8, noise=3, jpeg=75)
    assert read(photograph(qr_patch(TEXT, 8), 1, setup).image, budget_ms=300) == []
    (mark,) = find_marks(photograph(printed(33), 1, setup).image)
    assert mark.id == 33
    assert 24 < mark.side_px < 34


def test_nothing_of_a_store_or_of_noise_is_a_mark() -> None:
    labels = [plain_label(f"{TEXT}{n}", 6) for n in range(6)]
    for seed in range(2):
        assert find_marks(store_scene(labels, seed=seed, noise_seed=seed)) == []
    rng = np.random.default_rng(1)
    for size in (40, 80, 160):
        coarse = rng.integers(0, 2, (size, size)).astype(np.uint8) * 255
        assert find_marks(np.asarray(np.kron(coarse, np.ones((4, 4), np.uint8)), np.uint8)) == []


def test_only_what_may_be_there_is_believed() -> None:
    image = seen_at(5, 40, 1)
    assert [mark.id for mark in find_marks(image, only={5, 6})] == [5]
    assert find_marks(image, only={6}) == []


def test_a_tiny_picture_holds_no_mark() -> None:
    assert find_marks(np.zeros((4, 4), np.uint8)) == []
