"""The sender writes a manifest (联单), or takes it back."""

from typing import Literal

from pydantic import Field, field_validator

from waste_trace.custody.bodies.fields import (
    Body,
    Count,
    EntryIndex,
    KilogramText,
    ManifestBody,
    ManifestNumber,
    OrgCode,
    Paper,
    Plate,
    Pseudonym,
    Strict,
    Text,
)


class ManifestNumberBody(Body):
    """联单编号: the ledger's service gave out this number."""

    manifest: ManifestNumber
    org: OrgCode


class ManifestLine(Strict):
    """One waste line of a manifest, with the catalogue edition that it was written under.

    ``hazards``: 危险特性. ``form``: 形态. ``harmful``: 有害成分名称. ``packaging``: 包装方式,
    ``packages``: 包装数量. ``exemption``: the row of 危险废物豁免管理清单 that it is sent under.
    """

    waste_code: Text
    edition: Text
    waste_name: Text
    weight_kg: KilogramText
    packages: Count
    hazards: list[Literal["T", "C", "I", "R", "In"]] = Field(default_factory=list, max_length=5)
    form: Text = ""
    harmful: Text = ""
    packaging: Text = ""
    exemption: Count | None = None


class OpenManifestBody(ManifestBody):
    """填写联单: the sender's part of the manifest.

    ``kind``: which form it is (危险废物, 医疗废物, 一般工业固体废物). ``next_carriers``: those who
    take over on the way (联运, art. 17). ``method``: how the receiver is to use or dispose of it.
    ``driver``, ``escort``: who is to drive and escort it, where that is known by then.
    ``transfer``: the entry of the approved application where it crosses provinces (art. 21).
    """

    kind: Literal["hazardous", "medical", "solid"] = "hazardous"
    carrier: OrgCode
    next_carriers: list[OrgCode] = Field(default_factory=list, max_length=5)
    receiver: OrgCode
    lines: list[ManifestLine] = Field(min_length=1, max_length=20)
    vehicle_plate: Plate = ""
    driver: Pseudonym | Literal[""] = ""
    escort: Pseudonym | Literal[""] = ""
    method: Text = ""
    transfer: EntryIndex | None = None
    paper: Paper | None = None

    @field_validator("next_carriers")
    @classmethod
    def _each_carrier_once(cls, next_carriers: list[str]) -> list[str]:
        if len(set(next_carriers)) != len(next_carriers):
            raise ValueError("a carrier stands there twice")
        return next_carriers


class VoidManifestBody(Body):
    """联单作废: before anything was loaded on it."""

    manifest: ManifestNumber
    reason: Literal["mistake", "cancelled", "replaced"]
