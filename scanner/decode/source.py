"""Untrusted bytes to pixels: format by magic, size before decoding, EXIF orientation applied.

Pillow opens only the format that the magic bytes name, so no other parser of it is ever reached;
whatever it raises becomes a typed ``ReadError``.
"""

from __future__ import annotations

import io
import struct
from typing import NoReturn

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from scanner.decode.config import ImageLimits
from scanner.decode.errors import BrokenImage, EmptyImage, HugeImage, UnknownFormat

_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
_OPAQUE = {"1", "L", "RGB", "CMYK", "YCbCr", "HSV", "LAB"}


def image_format(data: bytes) -> str | None:
    """The picture format that the first bytes name (Pillow's name), None if there is none."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"II*\0", b"MM\0*")):
        return "TIFF"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    # "BM" alone begins too many texts; the two reserved words behind the size must be zero.
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "BMP"
    return None


def is_video(data: bytes) -> bool:
    """True when the first bytes are those of AVI, MP4/QuickTime, Matroska/WebM, FLV or MPEG."""
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return True
    if data[4:8] == b"ftyp" and data[8:12] not in _HEIF_BRANDS:
        return True
    return data.startswith((b"\x1a\x45\xdf\xa3", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3"))


def load_image(data: bytes, limits: ImageLimits | None = None) -> npt.NDArray[np.uint8]:
    """Decode one picture.

    Returns:
        uint8, HxW (grey) or HxWx3 (BGR), upright after EXIF; transparency lies on white; the
        first frame of an animation.

    Raises:
        EmptyImage, UnknownFormat, HugeImage, BrokenImage.
    """
    limits = limits or ImageLimits()
    if not data:
        raise EmptyImage("图片是空文件。", "The picture is an empty file.")
    if len(data) > limits.max_bytes:
        raise HugeImage(
            f"图片文件超过 {limits.max_bytes} 字节。",
            f"The picture is larger than {limits.max_bytes} bytes.",
            bytes=len(data),
            limit=limits.max_bytes,
        )
    name = image_format(data)
    if name is None:
        _refuse_format(data)
    try:
        with Image.open(io.BytesIO(data), formats=[name]) as picture:
            _check_size(picture.size, limits)
            return _pixels(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise HugeImage("图片像素过多。", "The picture has too many pixels.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise _broken(name) from error
    except (struct.error, ArithmeticError, LookupError, TypeError, MemoryError) as error:
        raise _broken(name) from error
    except UserWarning as error:  # where warnings are errors, Pillow's about damage are ours
        raise _broken(name) from error


def _broken(name: str) -> BrokenImage:
    return BrokenImage(
        f"{name} 图片不完整或已损坏。", f"The {name} picture is truncated or damaged.", format=name
    )


def _refuse_format(data: bytes) -> NoReturn:
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        raise UnknownFormat(
            "暂不支持 HEIC/AVIF 图片。",
            "HEIC and AVIF pictures are not supported.",
            do_zh="请在手机相机设置中选择“兼容性最佳”（JPEG），或另存为 JPEG 后再试。",
            do_en="Set the phone's camera to 'Most compatible' (JPEG), or save a copy as JPEG.",
            format="HEIC",
        )
    if is_video(data):
        raise UnknownFormat(
            "这是视频，不是图片。",
            "This is a video, not a picture.",
            do_zh="请截取一帧画面为 JPEG，或用 scan 命令读取视频文件。",
            do_en="Save a frame as JPEG, or give the clip to the scan command.",
            format="VIDEO",
        )
    raise UnknownFormat("无法识别的图片格式。", "The file is no picture that we know.")


def _check_size(size: tuple[int, int], limits: ImageLimits) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise BrokenImage("图片没有像素。", "The picture has no pixels.")
    if width * height > limits.max_pixels:
        raise HugeImage(
            f"图片为 {width}×{height} 像素，超过上限 {limits.max_pixels}。",
            f"The picture has {width}x{height} pixels; the limit is {limits.max_pixels}.",
            width=width,
            height=height,
            limit=limits.max_pixels,
        )


def _pixels(picture: Image.Image) -> npt.NDArray[np.uint8]:
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I") or upright.mode == "F":
        return _stretch(np.asarray(upright, np.float64), sixteen=upright.mode.startswith("I;16"))
    if upright.mode in {"1", "L"} and "transparency" not in upright.info:
        return np.array(upright.convert("L"), np.uint8)
    if upright.mode not in _OPAQUE or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        upright = Image.alpha_composite(ground, layer)
    rgb = np.asarray(upright.convert("RGB"), np.uint8)
    return np.ascontiguousarray(rgb[:, :, ::-1])


def _stretch(values: npt.NDArray[np.float64], *, sixteen: bool) -> npt.NDArray[np.uint8]:
    """Deep greys to 8 bits: 16-bit by its own scale, anything else by its range."""
    if sixteen:
        return (values / 257).astype(np.uint8)
    finite = np.nan_to_num(values)
    low, high = float(finite.min()), float(finite.max())
    return ((finite - low) * (255 / max(high - low, 1e-9))).astype(np.uint8)
