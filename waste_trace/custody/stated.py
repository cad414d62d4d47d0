"""What an event says that one container weighs; a weight of several together is nobody's."""

from collections.abc import Mapping
from decimal import Decimal


def stated_kg(body: Mapping[str, object], container: str, role: str) -> Decimal | None:
    """The weight that a body states of one container alone, or None.

    Args:
        body: as it was signed. container: whose weight is asked for. role: its part in the event.
    """
    if role == "source":
        return None  # the weight is of what came out of it
    into = body.get("into")
    if role == "output":
        return _listed(into, container) if isinstance(into, list) else _decimal(body)
    if role == "input" and into is not None:
        return _listed(body.get("weights"), container)
    weights = body.get("weights")
    if weights:
        return _listed(weights, container)
    containers = body.get("containers")
    alone = isinstance(containers, list) and len(containers) == 1
    return _decimal(body) if alone else None


def weighed_together(body: Mapping[str, object]) -> bool:
    """True where several containers were put on one scale and only their sum is known."""
    containers = body.get("containers")
    several = isinstance(containers, list) and len(containers) > 1
    return several and "weight_kg" in body and "into" not in body and not body.get("weights")


def _decimal(body: Mapping[str, object]) -> Decimal | None:
    text = body.get("weight_kg")
    return None if text is None else Decimal(str(text))


def _listed(weights: object, container: str) -> Decimal | None:
    for one in weights if isinstance(weights, list) else []:
        if one["container"] == container:
            return Decimal(str(one["weight_kg"]))
    return None
