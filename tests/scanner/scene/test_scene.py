"""Rendered pictures: repeatable, and the corners are where the label is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scanner.decode import look, read
from scanner.scene import Setup, photograph, plain_label, qr_patch, random_setup, store_scene
from scanner.scene.photo import bend
from scanner.scene.store import places
from tests.scanner.pictures import TEXT, identity, store

SMALL = Setup(width=480, height=360, label_px=180, background="wall")


def test_the_same_seed_gives_the_same_pixels() -> None:
    label = plain_label(TEXT, 4)
    first, again, other = (photograph(label, seed, SMALL).image for seed in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("background", ["wall", "floor", "drum"])
def test_the_corners_are_those_of_the_label(background: str) -> None:
    setup = Setup(width=480, height=360, label_px=180, background=background, tilt_deg=25)
    white = np.full((90, 90), 255, np.uint8)
    photo = photograph(white, 3, setup)
    inside = np.mean(photo.corners, axis=0)
    for corner in photo.corners:
        x, y = np.rint(inside + 0.93 * (np.array(corner) - inside)).astype(int)
        assert photo.image[y, x].min() > 140  # white label
        x, y = np.rint(inside + 1.12 * (np.array(corner) - inside)).astype(int)
        assert photo.image[y, x].min() < photo.image[int(inside[1]), int(inside[0])].min() - 8


def test_tilt_makes_the_far_side_short() -> None:
    photo = photograph(
        np.full((50, 50), 255, np.uint8),
        1,
        replace(SMALL, tilt_deg=35, tilt_toward_deg=0, rotation_deg=0),
    )
    p = np.array(photo.corners)
    top, bottom = np.linalg.norm(p[1] - p[0]), np.linalg.norm(p[2] - p[3])
    assert max(top, bottom) / min(top, bottom) > 1.15


def test_random_setups_stay_within_a_handheld_pose() -> None:
    for seed in range(50):
        setup = random_setup(seed)
        assert 0 <= setup.tilt_deg <= 35
        assert setup.background in {"drum", "wall", "floor"}


def test_bending_keeps_the_height_and_narrows() -> None:
    flat = np.full((40, 100, 3), 200, np.uint8)
    bent = bend(flat, 0.75)
    assert bent.shape == (40, round(100 * np.sin(0.75) / 0.75), 3)
    assert bent[0, 0].max() < bent[0, bent.shape[1] // 2].min()  # the sides turn from the light


def test_a_store_differs_between_frames_by_noise_and_clock_only() -> None:
    labels = [qr_patch(identity(n), 4) for n in range(4)]
    first = store_scene(labels, seed=2, noise_seed=1, clock="2026-11-23 08:00:00")
    again = store_scene(labels, seed=2, noise_seed=1, clock="2026-11-23 08:00:00")
    later = store_scene(labels, seed=2, noise_seed=2, clock="2026-11-23 08:00:02")
    assert first.shape == (1080, 1920, 3)
    assert np.array_equal(first, again)
    apart = np.abs(first.astype(int) - later)
    assert 0.5 < float(apart.mean()) < 8


def test_a_removed_drum_changes_no_other() -> None:
    whole, gap = store(3, 6), store(3, 6, gone=(1,))
    assert gap.corners[1] is None
    assert [c for i, c in enumerate(gap.corners) if i != 1] == [
        c for i, c in enumerate(whole.corners) if i != 1
    ]
    changed = np.abs(whole.image.astype(int) - gap.image).max(axis=2) > 8
    assert 0.01 < float(changed.mean()) < 0.12


def test_labels_of_a_store_are_read_where_they_are() -> None:
    view = store(1, 6)
    for found in look(view.image).reads:
        number = int(found.text[-3:])
        assert found.text == identity(number)
        corners = view.corners[number]
        assert corners is not None
        apart = np.mean(found.quad, axis=0) - np.mean(corners, axis=0)
        assert float(np.abs(apart).max()) < 8


@pytest.mark.parametrize("count", [0, 1, 4, 5, 24])
def test_drums_stand_apart_and_within_the_frame(count: int) -> None:
    spots = places(count)
    assert len(spots) == count
    for a in spots:
        assert a.width // 2 <= a.x <= 1920 - a.width // 2
        assert not any(b is not a and a.foot == b.foot and abs(a.x - b.x) < a.width for b in spots)


def test_too_many_drums_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 24"):
        places(25)


def test_an_empty_store_is_drawn() -> None:
    assert read(store_scene([], seed=1, noise_seed=1)) == []
