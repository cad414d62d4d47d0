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
        description="Natural frames stay above 0.6 through gain 0.5 to 1.5; covered blocks fall "
        "under 0.2.",
    )
    covered_share: int = Field(
        200,
        ge=1,
        le=1000,
        title="Connected share of all blocks, changed and smooth, that makes a covered camera",
        description="What lies on the lens is one soft patch. Two neighbouring drums taken away "
        "change 0.15 of the picture, a hand over a third of the lens 0.3.",
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
        description="Median over textured blocks, divided by gain squared; sigma 4 px at 1080p "
        "gives 0.2, JPEG 35 still 0.8.",
    )
    shift_px: int = Field(
        6,
        ge=1,
        title="Shift of the whole picture that counts as moved, px at working width",
        description="About 1 percent of the width; wind and traffic shake a bracket by 1 to 3.",
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
        description="Video black is 16; a store at an eighth of its light has 28.",
    )
    glare_level: int = Field(
        248,
        ge=128,
        le=255,
        title="Luma that counts as burnt out, grey levels",
        description="Encoders clip at 235 to 255; paper in full light stays under 245.",
    )
    glare_rise: int = Field(
        300,
        ge=1,
        le=1000,
        title="Rise of the burnt-out share over the reference that makes glare",
        description="A lamp at the lens burns half of the frame; an open door a tenth; a quarter "
        "more light in a white room 0.27.",
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
