"""The first page: figures, open findings, newest events."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.event_view import event_lines
from api.console.finding_view import view_findings
from api.console.render import page
from api.http.permissions import House, Reader
from waste_trace.compliance.rule import SEVERITY_ZH, Severity
from waste_trace.custody.states import STATE_ZH, State
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.services.look_up import count_up, list_events, list_findings, name_sites
from waste_trace.services.prove import newest_note
from waste_trace.services.witness_checkpoint import witness_state

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_NEWEST = 8
#: Worst first, as people read.
SEVERITIES = (Severity.SERIOUS, Severity.WARNING, Severity.NOTICE)


@router.get("/")
def home(request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """What stands where, what is wrong, what was said last."""
    figures = count_up(deployment, person)
    findings = [row for row in list_findings(deployment, person) if row["cleared_idx"] is None]
    head = read_checkpoint(newest_note(deployment))
    return page(
        request,
        "home.html",
        person,
        "首页",
        "Home",
        states=[
            {"state": state.value, "zh": STATE_ZH[state], **figures["states"][state.value]}
            for state in State
            if state.value in figures["states"]
        ],
        severities=[
            {
                "severity": severity.value,
                "zh": SEVERITY_ZH[severity],
                "count": figures["findings"].get(severity.value, 0),
            }
            for severity in SEVERITIES
        ],
        findings=view_findings(findings[:_NEWEST]),
        events=event_lines(list_events(deployment, person, limit=_NEWEST), name_sites(deployment)),
        size=head.size,
        root=b64(head.root),
        ledger_open=deployment.sequencer.read_only is None,
        witnessed=witness_state(deployment, deployment.policy),
    )
