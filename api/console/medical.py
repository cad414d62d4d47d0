"""Medical waste: coverage of institutions (for the bureau) and boxes with their signatures."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.collection_view import month_days
from api.console.render import page
from api.console.show import SHANGHAI
from api.http.permissions import Collector, House
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.medical import coverage, list_boxes

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/medical")
def medical(
    request: Request, deployment: House, person: Collector, month: str = "", waiting: bool = False
) -> HTMLResponse:
    """Who was collected from in a month, and what stands where for how long."""
    today = deployment.now().astimezone(SHANGHAI).date()
    chosen, first, last = month_days(month, today)
    return page(
        request,
        "medical.html",
        person,
        "医疗废物",
        "Medical waste",
        month=chosen,
        covered=coverage(deployment, first, last) if person.role == REGULATOR else None,
        boxes=list_boxes(deployment, person, waiting=waiting),
        waiting=waiting,
        hours=deployment.settings.medical_storage_hours,
    )
