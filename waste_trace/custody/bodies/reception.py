"""At the receiver (过磅, 接收, 拒收), and back at the sender (收回)."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from waste_trace.custody.bodies.fields import (
    ContainerCode,
    ContainersBody,
    KilogramText,
    ManifestNumber,
    Text,
)

#: What may differ from the manifest (转移管理办法 art. 18).
Difference = Literal["name", "quantity", "property", "form", "packaging", "other"]


class WeighInBody(ContainersBody):
    """过磅: the receiver weighs the containers together."""

    manifest: ManifestNumber
    weight_kg: KilogramText


class AcceptBody(ContainersBody):
    """接收: the receiver confirms the manifest for these containers.

    ``method``: how they will be used or disposed of (拟利用处置方式).
    """

    manifest: ManifestNumber
    weight_kg: KilogramText | None = None
    method: Text = ""


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

    def roles(self) -> dict[str, str]:
        return {**super().roles(), **dict.fromkeys(self.refused, "refused")}


class RejectBody(ContainersBody):
    """拒收: the receiver takes none of these containers."""

    manifest: ManifestNumber
    differences: list[Difference] = Field(min_length=1, max_length=6)


class TakeBackBody(ContainersBody):
    """收回: the sender has refused containers again."""

    manifest: ManifestNumber
    weight_kg: KilogramText | None = None
