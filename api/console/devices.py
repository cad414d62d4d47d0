"""Devices: the list, one-time codes for new ones, revocation."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.device_view import enrolment_link, view_device
from api.console.qr import qr_path
from api.console.render import page
from api.http.errors import BadParameters, Forbidden
from api.http.permissions import Enroller, House, Permission, Revoker, can
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.enrol_device import create_enrolment_code, revoke_device
from waste_trace.services.look_up import (
    list_organisations,
    list_sites,
    name_organisations,
)
from waste_trace.services.name_devices import list_named_devices
from waste_trace.services.resolve_quarantine import count_open

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/devices")
def devices(request: Request, deployment: House, person: Enroller, org: str = "") -> HTMLResponse:
    """The devices of one's organisation, or all for a regulator."""
    chosen = org if person.role == REGULATOR and org else person.org
    return page(
        request,
        "devices.html",
        person,
        "手持终端",
        "Devices",
        devices=[view_device(row) for row in list_named_devices(deployment, person)],
        sites=list_sites(deployment, chosen),
        organisations=list_organisations(deployment) if person.role == REGULATOR else [],
        chosen=chosen,
        reasons=RevocationReason,
        may_revoke=can(person.role, Permission.REVOKE),
        refused=count_open(deployment) if can(person.role, Permission.AUDIT) else {},
    )


@router.post("/devices/codes")
def new_code(
    request: Request,
    deployment: House,
    person: Enroller,
    org: Annotated[str, Form()] = "",
    site: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """A one-time code, shown once: large, and as a QR that opens the handheld."""
    chosen = org or person.org
    if chosen != person.org and person.role != REGULATOR:
        raise Forbidden("只能为本单位发码。", "Codes are for your own organisation only.")
    names = name_organisations(deployment)
    if chosen not in names:
        raise BadParameters("该单位未登记。", "This organisation is not registered.", org=chosen)
    if site and site not in {row["site"] for row in list_sites(deployment, chosen)}:
        raise BadParameters("该场所未登记。", "This site is not registered.", site=site)
    code = create_enrolment_code(deployment, chosen, site, person.pseudonym, person.username)
    link = enrolment_link(str(request.base_url), code)
    return page(
        request,
        "device_code.html",
        person,
        "设备登记码",
        "Enrolment code",
        status=201,
        crumbs=(("手持终端", "/devices"), ("登记码", "")),
        code=code,
        link=link,
        qr=qr_path(link),
        for_org=names[chosen],
        site=site,
    )


@router.post("/devices/{dev}/revoke")
def revoke(
    dev: str, deployment: House, _: Revoker, reason: Annotated[RevocationReason, Form()]
) -> Response:
    """End a device's key; the reason goes into the ledger."""
    revoke_device(deployment, dev, reason)
    return RedirectResponse("/devices", 303)
