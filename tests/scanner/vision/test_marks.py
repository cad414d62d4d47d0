"""A container whose label the camera cannot read is told by its far mark, and no more is said."""

from functools import cache

import cv2
import numpy as np
import pytest

from scanner.scene import expose, store_view
from scanner.vision import FrameVerdict, verify_frame
from tests.scanner.pictures import Pixels

NAMES = {17: "DRUM-17", 300: "DRUM-300"}


@cache
def _mark_label(number: int) -> Pixels:
    """A companion sticker: the mark alone on white, as a camera three metres off sees a label."""
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    mark = cv2.aruco.generateImageMarker(family, number, 400)
    label = np.full((520, 520), 255, np.uint8)
    label[60:460, 60:460] = mark
    return label


def _look(numbers: tuple[int, ...], expected: list[str], bound: dict[int, str]) -> FrameVerdict:
    view = store_view([_mark_label(number) for number in numbers], 7, label_share=0.3)
    reference = expose(view.image, 1, clock="08:00:00")
    frame = expose(view.image, 2, clock="08:00:10")
    return verify_frame(frame, reference=reference, previous=None, expected=expected, marks=bound)


def test_marked_containers_are_there() -> None:
    verdict = _look((17, 300), list(NAMES.values()), NAMES)
    assert verdict.inventory.marked == ("DRUM-17", "DRUM-300")
    assert verdict.inventory.found == ()
    assert verdict.verdict == "verified"


def test_a_mark_that_is_not_in_view_is_missing() -> None:
    verdict = _look((17,), list(NAMES.values()), NAMES)
    assert verdict.inventory.marked == ("DRUM-17",)
    assert verdict.inventory.missing == ("DRUM-300",)
    assert verdict.verdict == "suspect"


@pytest.mark.parametrize("bound", [{}, {17: "DRUM-99"}])
def test_a_mark_that_is_bound_to_nothing_expected_says_nothing(bound: dict[int, str]) -> None:
    verdict = _look((17,), ["DRUM-17"], bound)
    assert verdict.inventory.marked == ()
    assert verdict.inventory.missing == ("DRUM-17",)
    assert "DRUM-99" not in str(verdict.as_value())
