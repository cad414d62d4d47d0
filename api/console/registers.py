"""Plans, licences, qualifications, contracts and approvals, with the forms to add to them."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.desk_forms import FORMS
from api.console.render import page
from api.console.show import event_name
from api.http.permissions import House, Reader
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.services.list_registers import (
    list_applications,
    list_contracts,
    list_permits,
    list_plans,
    list_qualifications,
)
from waste_trace.services.look_up import name_organisations

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

_VERBS = (
    "file_plan",
    "register_permit",
    "suspend_permit",
    "register_qualification",
    "sign_contract",
    "apply_transfer",
)
_STATUS_ZH = {
    "applied": "待初步意见",
    "endorsed": "待移入地复函",
    "agreed": "待审批",
    "approved": "已批准",
    "refused": "不予批准",
}
#: What a bureau says next of an application in that status.
_NEXT = {
    "applied": "preliminary_opinion",
    "endorsed": "destination_reply",
    "agreed": "decide_transfer",
}


@router.get("/registers")
def registers(request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """Everything that must be held before waste moves."""
    return page(
        request,
        "registers.html",
        person,
        "计划与许可",
        "Plans and licences",
        plans=list_plans(deployment, person),
        permits=list_permits(deployment, person),
        qualifications=list_qualifications(deployment, person),
        contracts=list_contracts(deployment, person),
        applications=list_applications(deployment, person),
        status_zh=_STATUS_ZH,
        next_verb=_NEXT if person.role == "regulator" else {},
        forms={typ: FORMS[typ] for typ in _VERBS if person.role in VOCABULARY[typ].kinds},
        all_forms=FORMS,
        name_of=event_name,
        organisations=name_organisations(deployment),
    )
