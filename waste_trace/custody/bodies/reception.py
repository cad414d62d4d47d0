"""At the receiver (过磅, 接收, 拒收), and back at the sender (收回)."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from waste_trace.custody.bodies.fields import (
    ContainerCode,
    KilogramText,
    ManifestBody,
    Paper,
    Strict,
    Text,
)

#: What may differ from the manifest (转移管理办法 art. 18).
Difference = Literal["name", "quantity", "property", "form", "packaging", "other"]


class LineDecision(Strict):
    """What the receiver says of one waste line: 处理意见, 接受量, 拟利用处置方式, 重大差异.

    ``line``: its number on the manifest, from 1.
    """

    line: int = Field(ge=1, le=20)
    decision: Literal["accept", "part", "refuse"]
    weight_kg: KilogramText | None = None
    method: Text = ""
    differs: bool = False


class WeighInBody(ManifestBody):
    """过磅: the receiver weighs the containers together."""

    weight_kg: KilogramText
    paper: Paper | None = None


class AcceptBody(ManifestBody):
    """接收: the receiver confirms the manifest for these containers.

    ``method``: how they will be used or disposed of (拟利用处置方式). ``by_line``: where lines are
    decided on one by one.
    """

    weight_kg: KilogramText | None = None
    method: Text = ""
    by_line: list[LineDecision] = Field(default_factory=list, max_length=20)
    paper: Paper | None = None

    @field_validator("by_line")
    @classmethod
    def _each_line_once(cls, by_line: list[LineDecision]) -> list[LineDecision]:
        if len({one.line for one in by_line}) != len(by_line):
            raise ValueError("a line is decided on once")
        return by_line


class AcceptWithDifferenceBody(AcceptBody):
    """有差异接收: accepted, although something differs from the manifest."""

    differences: list[Difference] = Field(min_length=1, max_length=6)


class AcceptInPartBody(AcceptBody):
    """部分接收: ``containers`` are accepted, ``refused`` are not."""

    refused: list[ContainerCode] = Field(min_length=1, max_length=200)
    differences: list[Difference] = Field(min_length=1, max_length=6)

    @field_validator("refused")
    @classmethod
    def _not_both(cls, refused: list[str], known: ValidationInfo) -> list[str]:
        if set(refused) & set(known.data.get("containers", ())):
            raise ValueError("a container is accepted or refused, not both")
        return refused

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        return {**super().roles_in(body), **dict.fromkeys(body["refused"], "refused")}


class RejectBody(ManifestBody):
    """拒收: the receiver takes none of these containers."""

    differences: list[Difference] = Field(min_length=1, max_length=6)
    paper: Paper | None = None


class TakeBackBody(ManifestBody):
    """收回: the sender has refused containers again."""

    weight_kg: KilogramText | None = None
    paper: Paper | None = None
