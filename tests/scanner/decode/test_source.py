"""Untrusted bytes: every common format, and everything that is none."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from scanner.decode import ImageLimits, load_image, read
from scanner.decode.errors import BrokenImage, EmptyImage, HugeImage, ReadError, UnknownFormat
from scanner.decode.source import image_format, is_video
from scanner.scene import qr_patch
from tests.scanner.pictures import TEXT

PATCH = qr_patch(TEXT, 4)


def encoded(form: str, mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(PATCH).convert(mode).save(out, form, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels and brings none."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\0IDAT\x35\xaf\x06\x1e"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_every_common_format_is_read(form: str) -> None:
    data = encoded(form)
    assert image_format(data) == form
    assert [r.text for r in read(load_image(data))] == [TEXT]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16"])
def test_every_pixel_mode_is_read(mode: str) -> None:
    if mode == "I;16":
        out = io.BytesIO()
        Image.fromarray(PATCH.astype(np.uint16) * 257).save(out, "PNG")
        data = out.getvalue()
    else:
        data = encoded("TIFF" if mode == "CMYK" else "PNG", mode)
    image = load_image(data)
    assert image.dtype == np.uint8
    assert [r.text for r in read(image)] == [TEXT]


def test_transparency_lies_on_white() -> None:
    ink = Image.new("RGBA", (PATCH.shape[1], PATCH.shape[0]), (0, 0, 0, 0))
    ink.putalpha(Image.fromarray(255 - PATCH))  # black modules, nothing between them
    out = io.BytesIO()
    ink.save(out, "PNG")
    assert [r.text for r in read(load_image(out.getvalue()))] == [TEXT]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int) -> None:
    picture = Image.new("L", (60, 40), 255)
    picture.paste(0, (0, 0, 20, 10))  # dark at the top left of what the sensor saw
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95)
    image = load_image(out.getvalue())
    assert image.shape[:2] == ((40, 60) if orientation < 5 else (60, 40))
    corner = {1: "tl", 2: "tr", 3: "br", 4: "bl", 5: "tl", 6: "tr", 7: "br", 8: "bl"}[orientation]
    spots = {"tl": image[2, 2], "tr": image[2, -3], "bl": image[-3, 2], "br": image[-3, -3]}
    assert min(spots, key=lambda name: float(np.mean(spots[name]))) == corner


def test_colours_are_bgr() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (255, 0, 0)).save(out, "PNG")
    assert load_image(out.getvalue())[4, 4].tolist() == [0, 0, 255]


def test_nothing_is_an_empty_image() -> None:
    with pytest.raises(EmptyImage) as caught:
        load_image(b"")
    assert caught.value.zh
    assert caught.value.do_en


@pytest.mark.parametrize("data", [b"hello", b"\0" * 100, b"%PDF-1.7", b"BMX", b"\xff" * 9, b"BM"])
def test_what_is_no_picture_is_unknown(data: bytes) -> None:
    with pytest.raises(UnknownFormat):
        load_image(data)


def test_heic_is_told_apart_with_advice() -> None:
    with pytest.raises(UnknownFormat) as caught:
        load_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert "JPEG" in caught.value.do_zh
    assert "JPEG" in caught.value.do_en


def test_a_clip_is_told_apart() -> None:
    data = b"\0\0\0\x18ftypisom\0\0\0\0"
    assert is_video(data)
    with pytest.raises(UnknownFormat) as caught:
        load_image(data)
    assert caught.value.facts["format"] == "VIDEO"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_a_truncated_picture_is_broken(form: str) -> None:
    data = encoded(form)
    for share in (0.2, 0.6):
        with pytest.raises(BrokenImage):
            load_image(data[: int(len(data) * share)])


@pytest.mark.parametrize("size", [(60_000, 60_000), (8_000, 7_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_promise_is_refused_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(HugeImage):
        load_image(png_header(*size))


def test_the_limits_are_the_callers() -> None:
    with pytest.raises(HugeImage) as caught:
        load_image(encoded("PNG"), ImageLimits(max_pixels=1000))
    assert caught.value.facts["limit"] == 1000
    with pytest.raises(HugeImage):
        load_image(encoded("PNG"), ImageLimits(max_bytes=20))


@settings(max_examples=60)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"]), st.data())
def test_damaged_bytes_give_pixels_or_a_typed_error(form: str, data: st.DataObject) -> None:
    broken = bytearray(encoded(form))
    for _ in range(data.draw(st.integers(1, 8))):
        broken[data.draw(st.integers(0, min(len(broken), 400) - 1))] = data.draw(
            st.integers(0, 255)
        )
    try:
        image = load_image(bytes(broken), ImageLimits(max_pixels=2_000_000))
    except ReadError:
        return
    assert image.dtype == np.uint8
    assert image.ndim in (2, 3)
