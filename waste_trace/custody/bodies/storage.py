"""Waste in a store (入库, 出库, 移库, 巡检, 核销)."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from waste_trace.custody.bodies.fields import (
    Body,
    ContainerCode,
    ContainersBody,
    KilogramText,
    Sha256Text,
    Text,
)


class StoreBody(ContainersBody):
    """入库, 出库 and 移库: in, out of and within the store named in the header's ``site``."""

    place: Text = ""
    weight_kg: KilogramText | None = None


class HandInBody(ContainersBody):
    """科室移交: a department gives medical waste to the temporary store (条例 art. 12).

    The store's own ``store_in`` is the other signature.
    """

    department: Text
    box: Text = ""


class InspectBody(Body):
    """巡检: somebody looked at a store, or at these containers in it (GB 18597-2023 8.2.2)."""

    containers: list[ContainerCode] = Field(default_factory=list, max_length=200)
    labels: list[Text] = Field(default_factory=list, max_length=200)
    place: Text = ""
    result: Literal["sound", "leaking", "damaged", "unlabelled", "unreadable", "other"]
    photographs: list[Sha256Text] = Field(default_factory=list, max_length=20)

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        return dict.fromkeys(body.get("containers", ()), "subject")


class WriteOffBody(ContainersBody):
    """核销: what is in the container is gone, and nobody treated it."""

    reason: Literal["spilled", "evaporated", "stolen", "lost", "wrong_record"]
