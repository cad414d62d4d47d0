"""What one may do with a manifest, its fields with their seals, and the manifest to take away."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Response

from api.http.permissions import House, Reader
from waste_trace.custody.fold import Touch
from waste_trace.labels import render_pdf
from waste_trace.services.export_epcis import export_epcis
from waste_trace.services.look_at_manifest import (
    list_manifest_actions,
    list_manifest_fields,
    require_visible,
)
from waste_trace.services.render_label import label_font
from waste_trace.services.render_manifest import layout_manifest_pages

router = APIRouter(prefix="/v1/manifests", tags=["records"])


@router.get("/{number}/actions")
def actions(number: str, deployment: House, person: Reader) -> list[dict[str, Any]]:
    """What one's organisation may do with the manifest now, and why not the rest."""
    return [asdict(action) for action in list_manifest_actions(deployment, person, number)]


@router.get("/{number}/fields")
def fields(number: str, deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Every field: whose it is, which event filled it, and which one sealed it."""
    return [
        {
            "name": state.field.name,
            "zh": state.field.zh,
            "en": state.field.en,
            "role": state.field.role,
            "filled": _signed(state.filled_by),
            "sealed": _signed(state.sealed_by),
            "open": state.open,
        }
        for state in list_manifest_fields(deployment, person, number)
    ]


@router.get("/{number}/epcis")
def epcis(number: str, deployment: House, person: Reader) -> dict[str, Any]:
    """The manifest's events as an EPCIS 2.0 document (JSON-LD)."""
    require_visible(deployment, person, number)
    return export_epcis(deployment, manifest=number)


@router.get("/{number}/print.pdf")
def print_form(number: str, deployment: House, person: Reader) -> Response:
    """The manifest on A4 with the receipt of its newest event (打印联单)."""
    require_visible(deployment, person, number)
    pages = layout_manifest_pages(deployment, number)
    return Response(
        render_pdf(pages, label_font(deployment)),
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="manifest-{number}.pdf"'},
    )


def _signed(touch: Touch | None) -> dict[str, Any] | None:
    if touch is None:
        return None
    return {"index": touch.idx, "typ": touch.typ, "org": touch.org, "at": touch.claimed_at}
