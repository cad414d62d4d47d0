"""From many doors to one store."""

from waste_trace.custody.bodies.fields import (
    ContainersBody,
    KilogramText,
    OrgCode,
)


class CollectBody(ContainersBody):
    """上门收集: the small-waste platform takes containers over at a producer's door."""

    from_org: OrgCode
    weight_kg: KilogramText
