"""Every threshold of frame verification, with its unit and its reason.

The reasons quote measurements on rendered stores and public surveillance clips; there is no
footage of a real hazardous-waste store behind them, so a site should tune them on its own cameras.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class VisionConfig(BaseModel):
    """Thresholds in per mille unless the title names another unit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width_px: int = Field(
        640,
        ge=160,
        le=1920,
        title="Working width, px",
        description="Health needs shapes, not detail; 640 px costs a tenth of 1080p and averaging "
        "takes two thirds of the sensor's noise away.",
    )
    block_px: int = Field(
        40,
        ge=16,
        le=160,
        title="Block side at working width, px",
        description="16x9 blocks: one drum of ten covers about five, a hand over a third 48.",
    )
    texture_min: int = Field(
        6,
        ge=1,
        title="Gradient that makes a reference block worth watching, grey levels per px (rms)",
        description="Below it a block is bare wall, and its correlation is the noise's.",
    )
    lost_ncc: int = Field(
        350,
        ge=0,
        le=1000,
        title="Gradient correlation under which a block is lost",
        description="Rendered stores: 0.94 and more in fresh frames down to a fifth of the light, "
        "at most 0.24 under a cover (99th percentile). People who pass lie between.",
    )
    covered_share: int = Field(
        200,
        ge=1,
        le=1000,
        title="Connected share of all blocks, changed and smooth, that makes a covered camera",
        description="What lies on the lens is one soft patch: 0.31 when a third is covered, "
        "against 0.11 at most when two of four drums are taken away.",
    )
    hidden_share: int = Field(
        450,
        ge=1,
        le=1000,
        title="Connected share of all blocks, changed in any way, that makes a covered camera",
        description="A poster or a person close to the lens keeps detail; no single removal or "
        "delivery changes half of the view in one patch.",
    )
    view_lost_share: int = Field(
        600,
        ge=1,
        le=1000,
        title="Share of watched blocks lost at which the view is another, whatever is in it",
        description="A turned camera keeps detail but not the scene.",
    )
    smooth_ratio: int = Field(
        450,
        ge=0,
        le=1000,
        title="Gradient energy against the reference under which a lost block is smooth",
        description="What lies on a lens is out of focus; a drum or a person is not.",
    )
    bare_change: int = Field(
        24,
        ge=1,
        le=255,
        title="Change of mean luma, after gain, that changes a block of bare wall, grey levels",
        description="A bare block has no gradient to lose; lamps drift by less than this.",
    )
    sharpness_min: int = Field(
        400,
        ge=0,
        le=1000,
        title="Fine-detail energy against the reference under which the picture is defocused",
        description="Median over blocks that still correlate, gain taken away. Rendered stores: "
        "0.22 at sigma 4 px (1080p), 0.35 at most at 3 px, 0.98 and more at JPEG 35.",
    )
    shift_px: int = Field(
        6,
        ge=1,
        title="Shift of the whole picture that counts as moved, px at working width",
        description="About 1 percent of the width, 18 px of 1080p; a bracket that shakes by 3 px "
        "of 1080p stays within 1.",
    )
    shift_gain: int = Field(
        250,
        ge=0,
        le=1000,
        title="How much of the view a shift must explain",
        description="Share of textured blocks that correlate again once the shift is undone; a "
        "phase peak alone can come from moving goods.",
    )
    black_p95: int = Field(
        24,
        ge=0,
        le=255,
        title="95th percentile of luma under which the frame is black, grey levels",
        description="Video black is 16; a rendered store at an eighth of its light has 30, at a "
        "sixteenth, where labels are lost, 15.",
    )
    glare_level: int = Field(
        248,
        ge=128,
        le=255,
        title="Luma that counts as burnt out, grey levels",
        description="Encoders clip between 235 and 255, so what burns out lies at or near the top.",
    )
    glare_rise: int = Field(
        300,
        ge=1,
        le=1000,
        title="Rise of the burnt-out share over the reference that makes glare",
        description="Rendered stores: a lamp at the lens burns 0.58 and more, a quarter more light "
        "in a white room up to 0.27.",
    )
    replay_excess: int = Field(
        400,
        ge=1,
        le=1000,
        title="Noise shared with an earlier frame that is replay",
        description="Three public clips, frames 10 s apart: at most 0.27; 5 s: 0.57 at worst, 0.21 "
        "at the 90th percentile; the same frame at JPEG 60: 0.45 to 0.65 at the 10th percentile. "
        "Rendered stores: 0.05 against 0.45. At 1 s codecs share noise: compare with older frames.",
    )
    budget_ms: int = Field(
        1200,
        ge=1,
        title="Time for reading the labels of one frame, milliseconds",
        description="One look every two seconds for each camera.",
    )
