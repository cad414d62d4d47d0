"""The limits and choices of reading, each with the reason for its value."""

from __future__ import annotations

from enum import StrEnum

import zxingcpp
from pydantic import BaseModel, ConfigDict, Field, field_validator


class Policy(StrEnum):
    """When a look may stop before its time budget is used."""

    FIRST = "first"
    """At the first stage that reads anything: a handheld pointed at one label."""
    SEEN = "seen"
    """When something is read and every code that was located is read: pictures of many labels."""
    ALL = "all"
    """Never early: every stage runs while time is left; more witnesses, more disputes found."""
    UNTIL_EXPECTED = "until_expected"
    """When every expected text is read: a camera that knows what the ledger holds."""


class DecodeConfig(BaseModel):
    """How far a look goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy = Field(
        Policy.SEEN,
        title="When to stop early",
        description="One code must not hide its neighbours, and one clean label must stay fast.",
    )
    budget_ms: int = Field(
        1500,
        ge=1,
        title="Time budget of one look, milliseconds",
        description="A person waits about a second. A stage that has begun is not interrupted, "
        "so a look ends at the latest one stage (0.5 s on 12 megapixels) after this.",
    )
    formats: tuple[str, ...] = Field(
        ("QRCodeModel2",),
        min_length=1,
        title="Symbologies, by their zxing-cpp names",
        description="Ours are QR codes. zxing-cpp's QRCode means Micro QR too, which it saw in a "
        "blurred QR code and gave a wrong text. Every further symbology costs time in every frame "
        "(Data Matrix: 8 ms at 1080p against 2) and linear ones can be seen in a grating.",
    )
    pad_px: int = Field(
        16,
        ge=0,
        title="White border added before decoding, pixels",
        description="A code that touches the edge of its picture has no quiet zone and is lost.",
    )

    @field_validator("formats")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in zxingcpp.BarcodeFormat.__members__:
                raise ValueError(f"zxing-cpp knows no symbology {name}")
        return names


class ImageLimits(BaseModel):
    """What an untrusted picture may ask of us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_pixels: int = Field(
        50_000_000,
        ge=1,
        title="Largest picture, pixels",
        description="Phones make 12 to 50 megapixels; at 3 bytes a pixel this is 150 MB decoded.",
    )
    max_bytes: int = Field(
        64_000_000,
        ge=1,
        title="Largest file, bytes",
        description="A 50 megapixel JPEG is about 25 MB; an uncompressed BMP of 20 megapixels 60.",
    )
