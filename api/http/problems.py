"""The only mapping from errors to HTTP: RFC 9457 problem details, in Chinese and English."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from api.http.errors import BadParameters, BodyTooLarge, CrossSite, Forbidden, NotFound, NotSignedIn
from scanner.decode.errors import HugeImage, ReadError
from waste_trace.catalogue.spreadsheet import UnreadableSheet
from waste_trace.codes.errors import InvalidCode
from waste_trace.compliance.calendar_import import UnreadableCalendar
from waste_trace.compliance.checklist import UnfitScores
from waste_trace.compliance.selection import ImpossibleSelection
from waste_trace.custody.errors import CustodyError, NotPermitted
from waste_trace.errors import WasteTraceError
from waste_trace.labels.errors import LabelError
from waste_trace.ledger.errors import MalformedBundle
from waste_trace.services.accounts import AccountRefused
from waste_trace.services.brief_device import BriefingRefused
from waste_trace.services.collection.requests import AskedTooOften, NotAClient
from waste_trace.services.enrol_device import EnrolmentRefused
from waste_trace.services.erase_person import ErasureRefused
from waste_trace.services.evidence import UnfitEvidence, UnknownEvidence
from waste_trace.services.finding_life import StatementMissing, StepNotOpen, UnknownFinding
from waste_trace.services.imports.run import ImportRefused
from waste_trace.services.imports.sheet import UnusableSheet
from waste_trace.services.inspections import OnlineOnly, UnknownInspection, UnknownSelection
from waste_trace.services.invite import InvitationRefused
from waste_trace.services.issue_labels import CodesUsedUp
from waste_trace.services.list_changes import ForeignCursor
from waste_trace.services.notices.webhooks import WebhookRefused
from waste_trace.services.notices.wishes import UnknownKind
from waste_trace.services.passwords import WeakPassword
from waste_trace.services.prove import NotInLedger
from waste_trace.services.refused import (
    DisclosureMismatch,
    ForeignLedger,
    MalformedRequest,
    RefusedEvent,
    RevokedDevice,
    UnknownDevice,
    WrongOrganisation,
    WrongSignature,
)
from waste_trace.services.render_label import NoLabelFont
from waste_trace.services.render_manifest import UnknownManifest
from waste_trace.services.reports.asked import ReportPeriodInvalid, UnknownReport
from waste_trace.services.resolve_quarantine import ResolutionRefused
from waste_trace.services.rule_book import UnreadableTable
from waste_trace.services.sign_in import SignInRefused, TooManyAttempts
from waste_trace.services.trace_container import UnknownContainer
from waste_trace.store.sequencer import DeviceFork, LedgerBusy, LedgerRolledBack

MEDIA_TYPE = "application/problem+json"
#: Shows a problem to a person; None where a program asks, which gets the JSON.
ProblemPage = Callable[[Request, Mapping[str, Any]], Response | None]

#: The first class that an error is an instance of decides; the most special ones stand first.
STATUS: Mapping[type[WasteTraceError], int] = {
    MalformedRequest: 400,
    UnknownDevice: 401,
    WrongSignature: 401,
    RevokedDevice: 403,
    WrongOrganisation: 403,
    NotPermitted: 403,
    ForeignLedger: 409,
    DeviceFork: 409,
    DisclosureMismatch: 422,
    RefusedEvent: 400,
    NotAClient: 403,
    AskedTooOften: 429,
    CustodyError: 422,
    HugeImage: 413,
    ReadError: 422,
    InvalidCode: 422,
    ImportRefused: 403,
    UnreadableSheet: 422,
    UnusableSheet: 422,
    LabelError: 422,
    BadParameters: 422,
    BriefingRefused: 403,
    EnrolmentRefused: 403,
    AccountRefused: 422,
    WebhookRefused: 422,
    UnknownKind: 422,
    ForeignCursor: 409,
    WeakPassword: 422,
    InvitationRefused: 403,
    ResolutionRefused: 422,
    CodesUsedUp: 409,
    ErasureRefused: 409,
    NotInLedger: 404,
    MalformedBundle: 404,
    UnknownContainer: 404,
    UnknownReport: 404,
    ReportPeriodInvalid: 422,
    UnknownManifest: 404,
    NotFound: 404,
    UnknownFinding: 404,
    UnknownSelection: 404,
    UnknownInspection: 404,
    UnknownEvidence: 404,
    StepNotOpen: 409,
    StatementMissing: 422,
    OnlineOnly: 409,
    ImpossibleSelection: 409,
    UnfitScores: 422,
    UnfitEvidence: 422,
    UnreadableTable: 503,
    UnreadableCalendar: 503,
    SignInRefused: 401,
    NotSignedIn: 401,
    TooManyAttempts: 429,
    Forbidden: 403,
    CrossSite: 403,
    BodyTooLarge: 413,
    NoLabelFont: 503,
    LedgerBusy: 503,
    LedgerRolledBack: 503,
}


def status_of(error: WasteTraceError) -> int:
    """The HTTP status of a domain error."""
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return 400


def problem(error: WasteTraceError, instance: str = "") -> dict[str, Any]:
    """The problem details of an error (RFC 9457 section 3)."""
    return {
        "type": f"https://waste-trace.example/problems/{error.code}",
        "title": f"{error.zh} {error.en}",
        "status": status_of(error),
        "detail": f"{error.do_zh} {error.do_en}",
        "instance": instance,
        "code": error.code,
        "zh": error.zh,
        "en": error.en,
        "do_zh": error.do_zh,
        "do_en": error.do_en,
        "facts": error.facts,
    }


def respond(body: Mapping[str, Any], request: Request, page: ProblemPage) -> Response:
    """The problem as a response, with ``Retry-After`` where trying again is the advice."""
    status = body["status"]
    answer = page(request, body) or JSONResponse(body, status, media_type=MEDIA_TYPE)
    if status in (429, 503):
        answer.headers["retry-after"] = "2"
    return answer


def install(app: FastAPI, page: ProblemPage) -> None:
    """Let every error of the application leave as a problem."""

    @app.exception_handler(WasteTraceError)
    async def _domain(request: Request, error: Exception) -> Response:
        assert isinstance(error, WasteTraceError)
        return respond(problem(error, request.url.path), request, page)

    @app.exception_handler(RequestValidationError)
    async def _parameters(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        fields = [
            {"field": ".".join(map(str, item["loc"])), "problem": item["msg"]}
            for item in error.errors()
        ]
        names = "、".join(field["field"] for field in fields)
        bad = BadParameters(
            f"请求参数有误：{names}。", f"Parameters are not right: {names}.", fields=fields
        )
        return respond(problem(bad, request.url.path), request, page)

    @app.exception_handler(HTTPException)
    async def _framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        found = NotFound("没有这个地址。", "There is nothing at this address.")
        body = problem(found, request.url.path) | {"status": error.status_code}
        if error.status_code != 404:
            body |= {"title": str(error.detail), "code": "http-error", "zh": "请求无法处理。",
                     "en": str(error.detail)}  # fmt: skip
        return respond(body, request, page)
