"""Findings: what the rules say of the record, open ones first."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.finding_view import view_findings
from api.console.render import page
from api.http.permissions import House, Reader
from waste_trace.compliance.rule import SEVERITY_ZH
from waste_trace.services.look_up import MOST, list_findings

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/findings")
def findings(
    request: Request, deployment: House, person: Reader, severity: str = "", rule: str = ""
) -> HTMLResponse:
    """Findings on one's own organisation, or all for a regulator."""
    rows = list_findings(deployment, person, MOST)
    shown = view_findings(
        row for row in rows if severity in ("", row["severity"]) and rule in ("", row["rule"])
    )
    named = {row["rule"]: view for row, view in zip(rows, view_findings(rows), strict=True)}
    return page(
        request,
        "findings.html",
        person,
        "问题预警",
        "Findings",
        open_ones=[one for one in shown if one.cleared_idx is None],
        cleared=[one for one in shown if one.cleared_idx is not None],
        severities=SEVERITY_ZH,
        rules={name: view.rule for name, view in sorted(named.items())},
        asked={"severity": severity, "rule": rule},
    )
