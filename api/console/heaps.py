"""Loose waste (散装): what lies in heaps and tanks, what is said of it, and manifests for it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.desk_forms import FORMS
from api.console.manifests import parties_of_a_transfer
from api.console.render import page
from api.console.show import event_name
from api.http.permissions import House, Numberer, Permission, Reader, can
from waste_trace.custody.bulk import BULK_VERBS
from waste_trace.custody.vocabulary import VOCABULARY
from waste_trace.services.list_heaps import list_heaps
from waste_trace.services.look_up import list_sites, name_organisations
from waste_trace.services.write_manifest import write_loose_manifest

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/heaps")
def heaps(request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """The stock by the books, with the forms to add to it."""
    carriers, receivers = parties_of_a_transfer(deployment, person)
    return page(
        request,
        "heaps.html",
        person,
        "散装固废",
        "Loose waste",
        rows=list_heaps(deployment, person),
        forms={
            typ: FORMS[typ]
            for typ, row in VOCABULARY.items()
            if typ in BULK_VERBS and person.role in row.kinds
        },
        name_of=event_name,
        organisations=name_organisations(deployment),
        sites=list_sites(deployment, person.org),
        may_send=can(person.role, Permission.NUMBER),
        carriers=carriers,
        receivers=receivers,
    )


@router.post("/heaps/send")
def send(
    deployment: House,
    person: Numberer,
    carrier: Annotated[str, Form()],
    receiver: Annotated[str, Form()],
    waste_code: Annotated[str, Form()],
    weight_kg: Annotated[str, Form()],
    site: Annotated[str, Form()] = "",
    vehicle_plate: Annotated[str, Form()] = "",
    method: Annotated[str, Form()] = "",
) -> Response:
    """Number a manifest for a load out of a heap, sign it at the desk, and show it."""
    number = write_loose_manifest(
        deployment,
        person,
        [(waste_code.strip(), weight_kg.strip())],
        (carrier, receiver),
        site=site,
        vehicle_plate=vehicle_plate.strip(),
        method=method.strip(),
    )
    return RedirectResponse(f"/manifests/{number}", 303)
