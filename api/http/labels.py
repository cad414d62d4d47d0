"""Codes and labels: issue signed codes, print them."""

from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.errors import Forbidden, NotFound
from api.http.permissions import House, Issuer, Reader, SigningDevice
from waste_trace.labels.pdf import render_pdf
from waste_trace.labels.png import render_png
from waste_trace.labels.svg import render_svg
from waste_trace.services.account_labels import account_labels
from waste_trace.services.issue_labels import issue_labels, reissue_label
from waste_trace.services.look_up import may_see_container
from waste_trace.services.render_label import label_font, layout_label
from waste_trace.services.withdrawn_labels import withdrawn_labels

router = APIRouter(prefix="/v1/labels", tags=["labels"])


class IssueRequest(BaseModel):
    """What the codes are for. A small-waste platform may name the producer whose waste it is."""

    model_config = ConfigDict(extra="forbid")

    unit: str = ""
    waste_code: str
    day: date
    count: int = Field(1, ge=1, le=200)


class ReissueRequest(BaseModel):
    """Why the label is replaced: lost, damaged or copied."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: str


@router.post("", status_code=201)
def issue(asked: IssueRequest, deployment: House, person: Issuer) -> dict[str, Any]:
    """Issue signed codes to one's own unit, or for a producer that one collects from."""
    unit = asked.unit or person.org
    if unit != person.org and person.role != "platform":
        raise Forbidden("只能为本单位赋码。", "Codes are for your own organisation only.")
    issued = issue_labels(
        deployment, unit, asked.waste_code, asked.day, asked.count, asked_by=person.org
    )
    return {
        "labels": [
            {"container": str(token.digital_id), "text": token.text} for token in issued.tokens
        ],
        "index": issued.recorded.index,
        "receipt": issued.recorded.receipt,
    }


@router.post("/{code}/reissue", status_code=201)
def reissue(code: str, asked: ReissueRequest, deployment: House, person: Issuer) -> dict[str, Any]:
    """A new label for a container whose label is lost, damaged or copied."""
    if not may_see_container(deployment, person, code):
        raise NotFound(f"没有容器 {code}。", f"There is no container {code}.")
    issued = reissue_label(deployment, code, asked.reason, person.org)
    token = issued.tokens[0]
    return {
        "container": code,
        "text": token.text,
        "rotation": token.rotation,
        "index": issued.recorded.index,
        "receipt": issued.recorded.receipt,
    }


@router.get("/withdrawn")
def withdrawn(deployment: House, _: SigningDevice, since: int = -1) -> dict[str, Any]:
    """Digests of labels that no longer count, for devices to carry offline."""
    found = withdrawn_labels(deployment, since)
    return {"upto": found.upto, "digests": list(found.digests)}


@router.get("/account")
def account(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Issued codes by unit and waste code: waiting, bound, void."""
    return account_labels(deployment, person)


@router.get("/{code}.{form}", response_class=Response)
def label(
    code: str,
    form: str,
    deployment: House,
    person: Reader,
    contact: str = "",
    phone: str = "",
    dpi: int = 300,
) -> Response:
    """A container's label as ``pdf``, ``png`` or ``svg``; contact and phone are only printed."""
    if not may_see_container(deployment, person, code):
        raise NotFound(f"没有容器 {code}。", f"There is no container {code}.")
    layout = layout_label(deployment, code, contact=contact, phone=phone)
    font = label_font(deployment)
    if form == "pdf":
        return Response(render_pdf([layout], font), media_type="application/pdf")
    if form == "png":
        return Response(render_png(layout, font, min(max(dpi, 72), 600)), media_type="image/png")
    if form == "svg":
        return Response(render_svg(layout, font), media_type="image/svg+xml")
    raise NotFound("标签格式只有 pdf、png、svg。", "Labels come as pdf, png or svg.")
