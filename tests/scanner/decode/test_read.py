"""Reading: rendered labels at known places, sizes and hardships."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scanner.decode import DecodeConfig, Policy, available_engines, look, read
from scanner.scene import Setup, photograph, plain_label, qr_patch, random_setup, store_scene
from tests.scanner.pictures import TEXT, Pixels, identity, near, rotated


def test_a_clean_code_is_read_with_its_corners() -> None:
    canvas = np.full((400, 500), 200, np.uint8)
    patch = qr_patch(TEXT, 4)
    side = patch.shape[0]
    canvas[60 : 60 + side, 90 : 90 + side] = patch
    (found,) = read(canvas)
    assert found.text == TEXT
    assert (found.engine, found.stage, found.format) == ("zxing", "full", "QRCode")
    low, high = 90 + 16, 90 + side - 16
    top, bottom = 60 + 16, 60 + side - 16
    assert near(found.quad, [(low, top), (high, top), (high, bottom), (low, bottom)], 2)


@pytest.mark.parametrize("px", [1.5, 2.0, 3.0, 5.0])
def test_small_modules_are_read(px: float) -> None:
    modules = qr_patch(TEXT, 1).shape[0]
    setup = Setup(width=640, height=480, label_px=px * modules, tilt_deg=10, noise=3, jpeg=80)
    for seed in range(3):
        photo = photograph(qr_patch(TEXT, 8), seed, setup)
        assert [r.text for r in read(photo.image)] == [TEXT]


@pytest.mark.parametrize("degrees", [0, 30, 45, 90, 135, 180, 270])
def test_any_rotation_is_read_and_the_first_corner_turns_along(degrees: float) -> None:
    patch = qr_patch(TEXT, 5)
    (found,) = read(rotated(patch, degrees))
    assert found.text == TEXT
    middle = np.mean(found.quad, axis=0)
    first = np.array(found.quad[0]) - middle
    expected = np.radians(-135 - degrees)  # top left of the patch, y pointing down
    angle = np.arctan2(first[1], first[0])
    assert abs(np.angle(np.exp(1j * (angle - expected)))) < np.radians(6)


def test_photographs_by_hand_are_read_and_located() -> None:
    for seed in range(4):
        label = plain_label(TEXT, 8)
        photo = photograph(label, seed, random_setup(seed))
        (found,) = read(photo.image)
        assert found.text == TEXT
        hull = np.array(photo.corners, np.float32).reshape(-1, 1, 2)
        assert all(cv2.pointPolygonTest(hull, point, True) > -4 for point in found.quad)


@pytest.mark.parametrize("where", ["top left", "bottom right"])
def test_a_code_that_touches_the_edge_is_read(where: str) -> None:
    patch = qr_patch(TEXT, 4, quiet=0)
    canvas = np.full((300, 400), 150, np.uint8)
    side = patch.shape[0]
    if where == "top left":
        canvas[:side, :side] = patch
    else:
        canvas[-side:, -side:] = patch
    assert [r.text for r in read(canvas)] == [TEXT]


def test_twenty_labels_in_one_frame_are_all_read_once() -> None:
    labels = [qr_patch(identity(n), 6) for n in range(20)]
    frame = store_scene(labels, seed=11, noise_seed=4)
    found = read(frame)
    assert sorted(r.text for r in found) == [identity(n) for n in range(20)]


def test_signed_labels_on_ten_drums_are_read_by_their_crops() -> None:
    signature = "ABCDEFGH23456723" * 6 + "ABCDEFG"
    texts = [f"{TEXT[:-1]}{n}.0.A1B2C3D4.{signature}" for n in range(10)]
    frame = store_scene([plain_label(text, 6) for text in texts], seed=3, noise_seed=1)
    assert sorted(r.text for r in read(frame)) == texts


def test_colour_grey_and_one_channel_say_the_same() -> None:
    grey = rotated(qr_patch(TEXT, 4), 10)
    colour = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.uint8)
    texts = [[r.text for r in read(i)] for i in (grey, colour, grey[:, :, None], grey[:, ::-1])]
    assert texts == [[TEXT]] * 4  # the mirror image too: labels are read through windows


def test_non_contiguous_views_are_read() -> None:
    wide = np.repeat(rotated(qr_patch(TEXT, 4), 10), 2, axis=1)
    assert [r.text for r in read(wide[:, ::2])] == [TEXT]


@pytest.mark.parametrize(
    "shape", [(0, 0), (0, 40), (1, 1), (1, 300), (7, 7, 3), (0, 0, 3), (40, 40)]
)
def test_images_without_a_code_give_nothing(shape: tuple[int, ...]) -> None:
    assert read(np.zeros(shape, np.uint8)) == []


@pytest.mark.parametrize(
    "image",
    [np.zeros((9, 9), np.float32), np.zeros((9,), np.uint8), np.zeros((9, 9, 2), np.uint8)],
)
def test_other_arrays_are_refused(image: Pixels) -> None:
    with pytest.raises(ValueError, match="expected"):
        read(image)


def test_noise_is_no_code() -> None:
    rng = np.random.default_rng(5)
    for _ in range(3):
        noise = rng.integers(0, 256, (300, 400), np.uint8)
        assert read(noise, policy=Policy.ALL) == []


def test_a_blurred_code_never_gives_another_text() -> None:
    """zxing-cpp's QRCode family once saw a Micro QR code with digits in such a picture."""
    setup = Setup(width=800, height=600, label_px=200, lens_blur_px=2.4, tilt_deg=10)
    for seed in range(3, 6):
        photo = photograph(qr_patch(f"{TEXT}-{seed:04d}", 8), seed, setup)
        assert {r.text for r in read(photo.image)} <= {f"{TEXT}-{seed:04d}"}


def test_a_located_code_that_cannot_be_read_is_reported() -> None:
    patch = qr_patch(TEXT, 6)
    rng = np.random.default_rng(1)
    modules = patch.shape[0] // 6
    for y in range(4, modules - 4):
        for x in range(4, modules - 4):
            finder = (y < 12 and (x < 12 or x >= modules - 12)) or (y >= modules - 12 and x < 12)
            if not finder and rng.random() < 0.5:
                patch[y * 6 : y * 6 + 6, x * 6 : x * 6 + 6] = rng.choice([0, 255])
    canvas = np.full((500, 600), 200, np.uint8)
    canvas[80 : 80 + patch.shape[0], 120 : 120 + patch.shape[0]] = patch
    found = look(canvas)
    assert found.reads == ()
    (unread,) = found.unread
    inner = patch.shape[0] - 24
    corners = [(144, 104), (120 + inner, 104), (120 + inner, 80 + inner), (144, 80 + inner)]
    assert near(unread.quad, corners, 12)


def test_first_stops_at_the_first_read_and_all_does_not() -> None:
    frame = rotated(qr_patch(TEXT, 4), 5)
    assert [r.stage for r in read(frame, policy=Policy.FIRST)] == ["full"]
    assert len(read(frame, policy=Policy.ALL)) == 1


def test_until_expected_looks_on_for_what_is_missing() -> None:
    modules = qr_patch(TEXT, 1).shape[0]
    canvas = np.full((300, 500), 210, np.uint8)
    clear = qr_patch("91330482MA28ABCD1X", 4)
    canvas[20 : 20 + clear.shape[0], 20 : 20 + clear.shape[0]] = clear
    small = cv2.resize(qr_patch(TEXT, 8), (round(1.5 * modules),) * 2, interpolation=cv2.INTER_AREA)
    canvas[200 : 200 + small.shape[0], 350 : 350 + small.shape[1]] = small
    found = read(canvas, policy=Policy.UNTIL_EXPECTED, expected=[TEXT])
    assert {r.text for r in found} == {TEXT, "91330482MA28ABCD1X"}


def test_expecting_nothing_still_looks() -> None:
    frame = rotated(qr_patch(TEXT, 4), 5)
    assert [r.text for r in read(frame, policy=Policy.UNTIL_EXPECTED)] == [TEXT]


def test_a_small_budget_ends_the_look_early() -> None:
    blank = np.random.default_rng(0).integers(0, 256, (700, 900), np.uint8)
    hurried, patient = look(blank, budget_ms=1), look(blank, budget_ms=2000)
    assert hurried.ms < patient.ms


def test_zxing_is_always_there_and_the_table_names_all_three() -> None:
    engines = available_engines()
    assert set(engines) == {"zxing", "wechat", "zbar"}
    assert engines["zxing"]


def test_an_unknown_symbology_is_refused() -> None:
    with pytest.raises(ValueError, match="NoSuchCode"):
        DecodeConfig(formats=("NoSuchCode",))
