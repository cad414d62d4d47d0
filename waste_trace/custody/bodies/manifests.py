"""The sender writes a manifest (联单), or takes it back."""

from typing import Literal

from pydantic import Field

from waste_trace.custody.bodies.fields import (
    Body,
    ContainersBody,
    Count,
    KilogramText,
    ManifestNumber,
    OrgCode,
    Plate,
    Strict,
    Text,
)


class ManifestNumberBody(Body):
    """联单编号: the ledger's service gave out this number."""

    manifest: ManifestNumber
    org: OrgCode


class ManifestLine(Strict):
    """One waste line of a manifest, with the catalogue edition that it was written under."""

    waste_code: Text
    edition: Text
    waste_name: Text
    weight_kg: KilogramText
    packages: Count


class OpenManifestBody(ContainersBody):
    """填写联单: the sender's part of the manifest."""

    manifest: ManifestNumber
    carrier: OrgCode
    receiver: OrgCode
    lines: list[ManifestLine] = Field(min_length=1, max_length=20)
    vehicle_plate: Plate = ""


class VoidManifestBody(Body):
    """联单作废: before anything was loaded on it."""

    manifest: ManifestNumber
    reason: Literal["mistake", "cancelled", "replaced"]
