"""Bulk import in the console: template, file, every wrong cell named, then all of it or nothing."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse

from api.console.render import page
from api.http.errors import BodyTooLarge
from api.http.permissions import House, Importer
from waste_trace.catalogue.spreadsheet import UnreadableSheet
from waste_trace.errors import WasteTraceError
from waste_trace.services.imports.run import (
    MOST_BYTES,
    CodesUsedUp,
    Imported,
    ImportRefused,
    kinds_for,
    run_import,
)
from waste_trace.services.imports.sheet import UnusableSheet
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
_SHOWN = 200


@router.get("/imports")
def imports(request: Request, person: Importer, kind: str = "") -> HTMLResponse:
    """The kinds that one may import, with their templates."""
    return _page(request, person, kind)


@router.post("/imports")
def bring_in(
    request: Request,
    deployment: House,
    person: Importer,
    kind: Annotated[str, Form()],
    file: Annotated[UploadFile, File()],
    dry_run: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Check the file, and write it unless this is a rehearsal."""
    data = file.file.read(MOST_BYTES + 1)
    try:
        if len(data) > MOST_BYTES:
            raise BodyTooLarge(
                f"文件超过 {MOST_BYTES // 2**20} MB。",
                f"The file is larger than {MOST_BYTES // 2**20} MB.",
            )
        done = run_import(deployment, person, kind, data, dry_run=dry_run)
    except (BodyTooLarge, UnreadableSheet, UnusableSheet, ImportRefused, CodesUsedUp) as error:
        return _page(request, person, kind, refused=error)
    return _page(request, person, kind, done=done, dry_run=dry_run)


def _page(
    request: Request,
    person: Person,
    kind: str,
    *,
    done: Imported | None = None,
    refused: WasteTraceError | None = None,
    dry_run: bool = False,
) -> HTMLResponse:
    offered = kinds_for(person)
    wrong = refused is not None or (done is not None and bool(done.problems))
    return page(
        request,
        "imports.html",
        person,
        "批量导入",
        "Bulk import",
        status=422 if wrong else 200,
        kinds=offered,
        chosen=next((one for one in offered if one.name == kind), offered[0] if offered else None),
        done=done,
        refused=refused,
        dry_run=dry_run,
        most=_SHOWN,
    )
