"""Medical waste over HTTP: boxes with their hand-overs, and the coverage of institutions."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.http.permissions import Collector, House, Inspector
from waste_trace.services.medical import coverage, list_boxes

router = APIRouter(prefix="/v1/medical", tags=["medical"])


@router.get("/boxes")
def boxes(deployment: House, person: Collector, waiting: bool = False) -> list[dict[str, Any]]:
    """Containers of medical waste with both sides of every hand-over and the hours they stood."""
    found = [asdict(box) for box in list_boxes(deployment, person, waiting=waiting)]
    return [box.pop("row") | box for box in found]


@router.get("/coverage")
def covered(
    deployment: House,
    _: Inspector,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
) -> dict[str, Any]:
    """Institutions that were collected from in the period, and those that were not."""
    found = coverage(deployment, first, last)
    return {
        "registered": len(found.registered),
        "collected": len(found.collected),
        "percent": found.percent,
        "missed": [{"org": org, "name": name} for org, name in found.missed],
    }
