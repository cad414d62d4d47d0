"""Quantities to settle, by month: the platform's with all producers, a producer's own."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.collection_view import month_days, total
from api.console.render import page
from api.console.show import SHANGHAI
from api.http.permissions import Collector, House
from waste_trace.services.collection.settlement import settle

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/settlement")
def settlement(
    request: Request, deployment: House, person: Collector, month: str = "", producer: str = ""
) -> HTMLResponse:
    """A month of collections, with the entries behind each figure."""
    today = deployment.now().astimezone(SHANGHAI).date()
    chosen, first, last = month_days(month, today)
    lines = settle(deployment, person, first, last, producer=producer)
    amounts = [line.amount for line in lines if line.amount is not None]
    return page(
        request,
        "settlement.html",
        person,
        "收集结算",
        "Settlement",
        lines=lines,
        month=chosen,
        producer=producer,
        whole_kg=total([line.weight_kg for line in lines]),
        whole_amount=total(amounts) if amounts else None,
        year=first.year,
    )
