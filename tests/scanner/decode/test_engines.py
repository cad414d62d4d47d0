"""What each engine may bring: only plain ASCII from the witnesses, nothing that two dispute."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from scanner.decode import available_engines, read
from scanner.decode.engines import Zxing, is_plain_ascii, wechat, zbar
from scanner.decode.reads import Quad, Read
from scanner.decode.sighting import Sightings
from scanner.scene import qr_patch
from tests.scanner.pictures import TEXT, near, rotated

SQUARE: Quad = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
NEARLY: Quad = ((4.0, -3.0), (103.0, 2.0), (98.0, 101.0), (1.0, 97.0))
BESIDE: Quad = ((120.0, 0.0), (220.0, 0.0), (220.0, 100.0), (120.0, 100.0))


def seen(text: str, quad: Quad, engine: str = "zxing") -> Read:
    return Read(text, "QRCode", quad, engine, "full", 1.0)


@pytest.mark.skipif(not available_engines()["zbar"], reason="libzbar0 is not installed")
def test_zbar_brings_ascii_and_never_chinese() -> None:
    engine = zbar()
    assert engine is not None
    chinese = [f"危险废物 {n} 号桶，废矿物油，当心" for n in range(12)]
    for text in chinese:
        assert engine.decode(qr_patch(text, 4)) == []
        assert [r.text for r in read(qr_patch(text, 4))] == [text]  # zxing reads it rightly
    assert [hit.text for hit in engine.decode(qr_patch(TEXT, 4))] == [TEXT]


@pytest.mark.skipif(not available_engines()["zbar"], reason="libzbar0 is not installed")
@pytest.mark.parametrize("degrees", [0, 20, 90, 160, 270])
def test_zbar_corners_begin_at_the_top_left_of_the_code(degrees: float) -> None:
    engine = zbar()
    assert engine is not None
    image = rotated(qr_patch(TEXT, 6), degrees)
    (ours,) = engine.decode(image)
    (theirs,) = Zxing().decode(image)
    assert near(ours.quad, theirs.quad, 10)


@pytest.mark.skipif(not available_engines()["wechat"], reason="OpenCV without contrib")
def test_wechat_survives_bytes_that_are_no_utf8() -> None:
    engine = wechat()
    assert engine is not None
    assert engine.decode(np.zeros((64, 64), np.uint8)) == []
    assert [hit.text for hit in engine.decode(qr_patch(TEXT, 4))] == [TEXT]
    assert engine.decode(qr_patch("废矿物油", 4)) == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [(TEXT, True), ("a\r\nb", True), ("", False), ("危废", False), ("A\x00B", False)],
)
def test_plain_ascii(text: str, plain: bool) -> None:
    assert is_plain_ascii(text) is plain


def test_two_engines_that_disagree_are_both_rejected() -> None:
    sightings = Sightings()
    sightings.add(seen("ONE", SQUARE))
    sightings.add(seen("TWO", NEARLY, "zbar"))
    sightings.add(seen("ONE", SQUARE, "wechat"))  # a majority is not asked: it stays rejected
    assert sightings.reads == []
    assert [u.reason for u in sightings.unread()] == ["disputed"]


def test_agreeing_sightings_of_one_place_are_one_read() -> None:
    sightings = Sightings()
    sightings.add(seen("ONE", SQUARE))
    sightings.add(seen("ONE", NEARLY, "zbar"))
    assert [(r.text, r.engine) for r in sightings.reads] == [("ONE", "zxing")]


def test_one_text_at_two_places_is_two_reads() -> None:
    sightings = Sightings()
    sightings.add(seen("ONE", SQUARE))
    sightings.add(seen("ONE", BESIDE))
    assert len(sightings.reads) == 2


def test_a_read_settles_what_was_only_located() -> None:
    sightings = Sightings()
    sightings.locate(SQUARE, "damaged")
    sightings.locate(NEARLY, "finder")
    sightings.locate(BESIDE, "finder")
    assert [u.quad for u in sightings.unread()] == [SQUARE, BESIDE]
    sightings.add(seen("ONE", NEARLY))
    assert [u.quad for u in sightings.unread()] == [BESIDE]


def test_without_pyzbar_reading_still_works() -> None:
    """In a process whose pyzbar cannot be imported, as on a machine without libzbar0."""
    program = (
        "import sys; sys.modules['pyzbar'] = None\n"
        "import numpy as np\n"
        "from scanner.decode import available_engines, read\n"
        "from scanner.scene import qr_patch\n"
        "assert available_engines()['zbar'] is False\n"
        "assert [r.text for r in read(qr_patch('STILL READ', 4))] == ['STILL READ']\n"
        "assert read(np.zeros((90, 90), np.uint8)) == []\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
