"""Risk scores: which organisation needs attention, and why."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.render import ROLE_NAMES, page
from api.http.permissions import House, Reader
from waste_trace.compliance.risk import RISK_ZH
from waste_trace.services.rank_risk import rank_risk
from waste_trace.services.rule_book import risk_weights

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/risk")
def risk(request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """Every organisation for a regulator, else one's own."""
    return page(
        request,
        "risk.html",
        person,
        "风险评分",
        "Risk",
        ranked=rank_risk(deployment, person),
        levels=RISK_ZH,
        kinds={name: named.zh for name, named in ROLE_NAMES.items()},
        weights=risk_weights(deployment.settings),
    )
