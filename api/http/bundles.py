"""Audit bundles to take away, whole or about one container, manifest or organisation; the verifier.

Whoever may see a container or a manifest may have its proof; the whole ledger, and what other
organisations said, is for the regulator.
"""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import FileResponse, HTMLResponse

from api.http.errors import BadParameters, Forbidden, NotFound
from api.http.permissions import Anybody, House, Permission, Reader, can
from waste_trace.ledger.html_page import verifier_page
from waste_trace.services.export_bundle import export_bundle_zip, zipped
from waste_trace.services.export_partial import (
    export_container,
    export_manifest,
    export_organisation,
    period_of,
)
from waste_trace.services.look_up import find_manifest, may_see_container
from waste_trace.services.sign_in import Person

router = APIRouter(tags=["ledger"])
_POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


@router.get("/v1/ledger/bundle", response_class=FileResponse)
def bundle(
    deployment: House,
    person: Reader,
    later: BackgroundTasks,
    container: str = "",
    manifest: str = "",
    org: str = "",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    personal: bool = False,
) -> FileResponse:
    """The audit bundle as a zip: of the whole ledger (regulator), or of what is asked for.

    ``org`` needs ``from`` and ``to``, days in Asia/Shanghai, both included. ``personal`` puts in
    the personal data that one may see, which is written down.
    """
    asked = [name for name in (container, manifest, org) if name]
    if len(asked) > 1:
        raise BadParameters(
            "容器、联单、单位只能选一。", "Ask for one of container, manifest and org."
        )
    disclose_to = person if personal else None
    if container:
        path = _container(deployment, person, container, disclose_to)
    elif manifest:
        path = _manifest(deployment, person, manifest, disclose_to)
    elif org:
        path = _organisation(deployment, person, org, _period(first, last), disclose_to)
    else:
        _require_auditor(person)
        path = export_bundle_zip(deployment, disclose_to)
    later.add_task(path.unlink)
    name = f"waste-trace-{asked[0]}.zip" if asked else "waste-trace-bundle.zip"
    return FileResponse(path, media_type="application/zip", filename=name)


@router.get("/verify", response_class=HTMLResponse, include_in_schema=False)
def verifier(_: Anybody) -> HTMLResponse:
    """The offline verifier as one page: it may connect to nothing, this server included."""
    page, policy = _verifier()
    return HTMLResponse(page, headers={"content-security-policy": policy})


def _container(deployment: House, person: Person, code: str, disclose_to: Person | None) -> Path:
    if not may_see_container(deployment, person, code):
        raise NotFound(f"没有容器 {code}。", f"There is no container {code}.")
    return zipped(lambda target: export_container(deployment, code, target, disclose_to))


def _manifest(deployment: House, person: Person, number: str, disclose_to: Person | None) -> Path:
    if find_manifest(deployment, person, number) is None:
        raise NotFound(f"没有联单 {number}。", f"There is no manifest {number}.")
    return zipped(lambda target: export_manifest(deployment, number, target, disclose_to))


def _organisation(
    deployment: House,
    person: Person,
    org: str,
    days: tuple[date, date],
    disclose_to: Person | None,
) -> Path:
    if org != person.org:
        _require_auditor(person)
    start, end = period_of(*days)
    return zipped(
        lambda target: export_organisation(deployment, org, start, end, target, disclose_to)
    )


def _period(first: date | None, last: date | None) -> tuple[date, date]:
    if first is None or last is None or not first <= last < date.max:
        raise BadParameters(
            "按单位导出须给出起止日期（from、to）。",
            "An organisation's bundle needs from and to, in order.",
        )
    return first, last


def _require_auditor(person: Person) -> None:
    if not can(person.role, Permission.AUDIT):
        raise Forbidden(
            "整本台账和其他单位的记录只供监管部门导出。",
            "The whole ledger, and what other organisations said, is for the regulator.",
            permission=Permission.AUDIT.value,
        )


@cache
def _verifier() -> tuple[str, str]:
    """The page, and its content policy as a header; a header can also forbid framing."""
    page = verifier_page()
    policy = _POLICY.search(page)
    if policy is None:
        raise RuntimeError("the verifier page names no content policy")
    return page, f"{policy[1]}; frame-ancestors 'none'"
