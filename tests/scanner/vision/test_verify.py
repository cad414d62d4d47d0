"""The verdict on a frame: every tamper kind flagged, clean and merely changed frames not.

Rendered stores throughout; the thresholds' reasons quote real clips where there are any.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from scanner.decode.prepare import luma
from scanner.scene import expose, tamper
from scanner.scene.optics import jpeg
from scanner.vision import FrameVerdict, HealthState, VisionConfig, health, verify_frame
from scanner.vision.replay import compare
from tests.scanner.pictures import Pixels, identity, store

SEEDS = range(3)
CONFIG = VisionConfig()


@cache
def frame(seed: int, moment: int, gone: tuple[int, ...] = (), gain: float = 1.0) -> Pixels:
    """The store of ``seed`` at second ``moment``: its own noise and clock."""
    clock = f"2026-11-23 08:00:{moment:02d}"
    view = store(seed, 6, gone)
    return expose(view.image, 100 * seed + moment, clock=clock, camera="CAM 01", gain=gain)


def state(image: Pixels, seed: int) -> HealthState:
    return health.assess(luma(image), luma(frame(seed, 0)), CONFIG).state


def verdict(image: Pixels, seed: int, expected: list[int], previous: int = 5) -> FrameVerdict:
    return verify_frame(
        image,
        reference=frame(seed, 0),
        previous=frame(seed, previous),
        expected=[identity(n) for n in expected],
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clean_frame_is_verified(seed: int) -> None:
    found = verdict(frame(seed, 15), seed, [0, 1, 2, 3, 4, 5])
    assert (found.verdict, found.health) == ("verified", HealthState.OK)
    assert found.inventory.found == tuple(identity(n) for n in range(6))
    assert found.inventory.missing == found.inventory.unexpected == ()


TAMPERS: dict[str, tuple[Callable[[Pixels, int], Pixels], HealthState]] = {
    "covered": (lambda f, s: tamper.cover(f, s), HealthState.COVERED),
    "half covered": (lambda f, s: tamper.cover(f, s, 0.5), HealthState.COVERED),
    "a third covered": (lambda f, s: tamper.cover(f, s, 0.35), HealthState.COVERED),
    "defocused": (lambda f, s: tamper.defocus(f, s), HealthState.DEFOCUSED),
    "slightly defocused": (lambda f, s: tamper.defocus(f, s, 4.0), HealthState.DEFOCUSED),
    "moved": (lambda f, s: tamper.move(f, s), HealthState.MOVED),
    "moved a little": (lambda f, s: tamper.move(f, s, 30, 10), HealthState.MOVED),
    "turned": (lambda f, s: tamper.move(f, s, 0, 0, 5.0), HealthState.MOVED),
    "dark": (lambda f, s: tamper.dark(f, s), HealthState.BLACK),
    "glare": (lambda f, s: tamper.glare(f, s), HealthState.GLARE),
}


@pytest.mark.parametrize("kind", TAMPERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_tampered_camera_is_told_by_kind(kind: str, seed: int) -> None:
    change, expected = TAMPERS[kind]
    assert state(change(frame(seed, 15), seed), seed) is expected


BENIGN: dict[str, Callable[[int], Pixels]] = {
    "another moment": lambda s: frame(s, 20),
    "half the light": lambda s: frame(s, 21, gain=0.5),
    "a fifth of the light": lambda s: frame(s, 22, gain=0.2),
    "more light": lambda s: frame(s, 23, gain=1.15),
    "two drums gone": lambda s: frame(s, 24, (1, 4)),
    "poor encoding": lambda s: jpeg(frame(s, 25), 30),
    "shaking": lambda s: tamper.move(frame(s, 26), s, 3, 2),
}


@pytest.mark.parametrize("kind", BENIGN)
@pytest.mark.parametrize("seed", SEEDS)
def test_light_goods_encoding_and_wind_are_no_tamper(kind: str, seed: int) -> None:
    assert state(BENIGN[kind](seed), seed) is HealthState.OK


@pytest.mark.parametrize("seed", SEEDS)
def test_old_frames_are_told_from_fresh_ones(seed: int) -> None:
    reference, before = luma(frame(seed, 0)), luma(frame(seed, 5))

    def judged(image: Pixels) -> tuple[bool, bool]:
        found = compare(luma(image), before, reference, CONFIG)
        return found.replayed, found.duplicate

    assert judged(tamper.freeze(frame(seed, 5))) == (True, True)
    assert judged(tamper.replay(frame(seed, 5), 90)) == (True, False)
    assert judged(tamper.replay(frame(seed, 5), 60)) == (True, False)
    assert judged(frame(seed, 15)) == (False, False)
    assert judged(jpeg(frame(seed, 15), 40)) == (False, False)
    assert judged(frame(seed, 16, gain=0.6)) == (False, False)


def test_goods_that_moved_since_the_reference_are_no_replay() -> None:
    for seed in SEEDS:
        first, second = luma(frame(seed, 6, (1, 4))), luma(frame(seed, 16, (1, 4)))
        assert not compare(second, first, luma(frame(seed, 0)), CONFIG).replayed


def test_a_replay_is_suspect_and_says_nothing_of_what_is_missing() -> None:
    found = verdict(tamper.replay(frame(2, 5)), 2, [0, 1, 2, 3, 4, 5, 6])
    assert (found.verdict, found.health) == ("suspect", HealthState.REPLAYED)
    assert found.inventory.missing == ()
    assert found.inventory.unobservable == (identity(6),)


def test_without_a_reference_only_an_exact_duplicate_is_a_replay() -> None:
    before = luma(frame(1, 5))
    assert compare(before.copy(), before, None, CONFIG).duplicate
    assert not compare(luma(tamper.replay(frame(1, 5))), before, None, CONFIG).replayed


def test_frames_of_another_size_prove_nothing() -> None:
    assert compare(luma(frame(1, 5)), luma(frame(1, 5))[:-8], None, CONFIG).excess == 0


def test_a_missing_drum_is_suspect() -> None:
    found = verdict(frame(0, 15, (2,)), 0, [0, 1, 2, 3, 4, 5])
    assert found.verdict == "suspect"
    assert found.inventory.missing == (identity(2),)
    assert found.inventory.short == 1


def test_an_unexpected_drum_is_suspect() -> None:
    found = verdict(frame(0, 15), 0, [0, 1, 2, 3, 4])
    assert found.verdict == "suspect"
    assert found.inventory.unexpected == (identity(5),)


@pytest.mark.parametrize("kind", ["covered", "dark", "defocused"])
def test_what_a_tampered_camera_does_not_show_is_never_missing(kind: str) -> None:
    found = verdict(TAMPERS[kind][0](frame(2, 15), 2), 2, [0, 1, 2])
    assert found.verdict == "unobservable"
    assert found.inventory.missing == ()
    assert found.inventory.short == 0
    # A label may still be read in the dark: that it is there is then known, of the rest nothing.
    known = found.inventory.found + found.inventory.unobservable
    assert sorted(known) == [identity(n) for n in (0, 1, 2)]


def test_an_unread_label_may_be_the_one_that_is_looked_for() -> None:
    image = frame(1, 15).copy()
    corners = store(1, 6).corners[3]
    assert corners is not None
    middle = np.rint(np.mean(corners, axis=0)).astype(int)
    side = int(np.linalg.norm(np.subtract(corners[1], corners[0])) * 0.2)
    patch = np.s_[middle[1] - side : middle[1] + side, middle[0] - side : middle[0] + side]
    image[patch] = 235  # a sticker over the middle; its three finder patterns stay in view
    found = verdict(image, 1, [0, 1, 2, 3, 4, 5])
    assert found.inventory.missing == ()
    assert found.inventory.unobservable == (identity(3),)
    assert len(found.inventory.unread) == 1
    assert found.verdict == "unobservable"


def test_without_a_reference_reads_count_and_absence_does_not() -> None:
    def first_look(expected: list[int]) -> FrameVerdict:
        names = [identity(n) for n in expected]
        return verify_frame(frame(1, 15), reference=None, previous=None, expected=names)

    assert first_look([0, 1, 2, 3, 4, 5]).verdict == "verified"
    absent = first_look([0, 1, 2, 3, 4, 5, 6])
    assert (absent.verdict, absent.inventory.missing) == ("unobservable", ())
    assert absent.health is HealthState.NO_REFERENCE


def test_identify_turns_texts_into_what_is_expected() -> None:
    found = verify_frame(
        frame(1, 15),
        reference=frame(1, 0),
        previous=None,
        expected=["drum 0", "drum 1"],
        identify=lambda text: f"drum {int(text[-3:])}" if int(text[-3:]) < 3 else None,
    )
    assert found.inventory.found == ("drum 0", "drum 1")
    assert found.inventory.unexpected == (identity(3), identity(4), identity(5), "drum 2")


def test_the_record_holds_no_float() -> None:
    found = verdict(frame(1, 15), 1, [0, 1, 2, 3, 4, 5])

    def walk(value: object) -> None:
        assert isinstance(value, dict | list | str | int)
        for inner in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        ):
            walk(inner)

    walk(found.as_value())
    assert json.loads(json.dumps(found.as_value())) == found.as_value()


def test_every_threshold_says_what_it_is_and_why() -> None:
    for name, field in VisionConfig.model_fields.items():
        assert field.title, name
        assert field.description, name


def test_frames_that_are_no_images_are_refused() -> None:
    with pytest.raises(ValueError, match="expected"):
        verify_frame(
            np.zeros((4, 4, 2), np.uint8),
            reference=None,
            previous=None,
            expected=[],
        )


@pytest.mark.parametrize("shape", [(1, 1), (20, 30), (90, 160, 3)])
def test_tiny_frames_get_a_verdict(shape: tuple[int, ...]) -> None:
    image = np.full(shape, 120, np.uint8)
    found = verify_frame(image, reference=image, previous=image, expected=["x"])
    assert found.verdict == "suspect"  # an exact duplicate
    fresh = verify_frame(image, reference=image, previous=None, expected=["x"])
    assert fresh.verdict in {"suspect", "unobservable"}
