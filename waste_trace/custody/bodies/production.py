"""Waste comes into being and into containers (产生, 装桶, 称重, 次生)."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from waste_trace.custody.bodies.fields import (
    BatchCode,
    Body,
    ContainerCode,
    ContainersBody,
    Count,
    DayText,
    KilogramText,
    OrgCode,
    Text,
)


class ProduceBody(Body):
    """产生: a production batch (HJ 1259 B.1).

    ``unit`` names the producing unit where a small-waste platform files for it (HJ 1259 7.1.3).
    """

    batch: BatchCode
    unit: OrgCode | None = None
    waste_code: Text
    edition: Text
    waste_name: Text
    form: Text
    weight_kg: KilogramText
    facility: Text = ""


class SecondaryBody(ProduceBody):
    """次生废物: a batch that came out of the treatment of these containers (``containers``)."""

    containers: list[ContainerCode] = Field(min_length=1, max_length=200)

    @classmethod
    def roles_in(cls, body: Mapping[str, Any]) -> dict[str, str]:
        return dict.fromkeys(body["containers"], "source")


class FillBody(ContainersBody):
    """装桶贴标: waste of a batch is in the container and the label is on it.

    ``unit``: whose waste it is, where a small-waste platform fills at a producer's door.
    ``department`` and ``box``: of medical waste, where it arose (科室) and the code of the turnover
    box (周转箱) that it stands in.
    """

    batch: BatchCode
    unit: OrgCode | None = None
    weight_kg: KilogramText
    volume_l: Count | None = None
    department: Text = ""
    box: Text = ""


class WeighBody(ContainersBody):
    """称重: a container on a scale, wherever it is."""

    weight_kg: KilogramText
    scale: Text = ""


class OpenStockBody(ContainersBody):
    """期初库存: a container that stood in the store when its record began."""

    containers: list[ContainerCode] = Field(min_length=1, max_length=1)
    weight_kg: KilogramText
    batch: BatchCode | None = None
    stored_since: DayText
