"""Bulk import: a file is checked, and written whole or not at all."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.http.bodies import read_body
from api.http.errors import NotFound
from api.http.permissions import House, Importer
from waste_trace.reports.xlsx import MEDIA_TYPE
from waste_trace.services.imports.kinds import KINDS
from waste_trace.services.imports.run import MOST_BYTES, kinds_for, run_import
from waste_trace.services.imports.template import template_xlsx

router = APIRouter(prefix="/v1/imports", tags=["imports"])


async def _file(request: Request, deployment: House) -> bytes:
    return await read_body(request, deployment, MOST_BYTES, "import")


File = Annotated[bytes, Depends(_file)]


@router.get("")
def kinds(person: Importer) -> list[dict[str, Any]]:
    """What one may import, with the columns of each kind."""
    return [
        {
            "kind": kind.name,
            "zh": kind.zh,
            "en": kind.en,
            "columns": [
                {"name": c.name, "zh": c.zh, "required": c.required, "example": c.example}
                for c in kind.columns
            ],
        }
        for kind in kinds_for(person)
    ]


@router.get("/{kind}.xlsx", response_class=Response)
def template(kind: str, _: Importer) -> Response:
    """The empty sheet to fill in."""
    found = KINDS.get(kind)
    if found is None:
        raise NotFound(f"没有导入种类“{kind}”。", f"There is no kind of import {kind!r}.")
    headers = {"content-disposition": f'attachment; filename="{kind}.xlsx"'}
    return Response(template_xlsx(found), media_type=MEDIA_TYPE, headers=headers)


@router.post("/{kind}")
def bring_in(
    kind: str, data: File, deployment: House, person: Importer, dry_run: bool = False
) -> dict[str, Any]:
    """Import the file in the body (XLSX or CSV); ``dry_run``: say what would be written.

    With a problem in any cell ``written`` is false, and nothing was.
    """
    return asdict(run_import(deployment, person, kind, data, dry_run=dry_run))
