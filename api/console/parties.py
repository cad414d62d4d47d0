"""Organisations and sites: the list, and the forms with which the bureau registers them."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import ROLE_NAMES, page
from api.http.errors import BadParameters
from api.http.permissions import House, Registrar
from waste_trace.services.look_up import list_organisations, list_sites
from waste_trace.services.register_party import register_organisation, register_site

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/parties")
def parties(request: Request, deployment: House, person: Registrar, org: str = "") -> HTMLResponse:
    """Every organisation; the sites of the one that is chosen."""
    rows = list_organisations(deployment)
    chosen = next((row for row in rows if row["org"] == org), None)
    return page(
        request,
        "parties.html",
        person,
        "单位场所",
        "Parties",
        rows=[row | {"kinds": row["kinds"].split(",")} for row in rows],
        chosen=chosen,
        sites=list_sites(deployment, org) if chosen else [],
        kinds=ROLE_NAMES,
        region=deployment.settings.region_code,
    )


@router.post("/parties")
def register_party(
    deployment: House,
    _: Registrar,
    org: Text,
    name: Text,
    region: Text,
    kinds: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Register an organisation."""
    register_organisation(deployment, org.strip(), name.strip(), kinds or [], region.strip())
    return RedirectResponse(f"/parties?org={org.strip()}", 303)


@router.post("/parties/{org}/sites")
def register_place(
    org: str,
    deployment: House,
    _: Registrar,
    site: Text,
    name: Text,
    kind: Text,
    capacity_kg: Text = "",
) -> Response:
    """Register a site of an organisation."""
    try:
        capacity = Decimal(capacity_kg) if capacity_kg.strip() else None
    except InvalidOperation:
        raise BadParameters(
            "贮存能力应为千克数。", "The capacity is a number of kilograms.", field="capacity_kg"
        ) from None
    register_site(deployment, site.strip(), org, name.strip(), kind.strip(), capacity)
    return RedirectResponse(f"/parties?org={org}", 303)
