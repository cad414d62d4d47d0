"""Forms to take away: JSON for programs, XLSX to work on, PDF to sign."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.http.errors import BadParameters
from api.http.permissions import House, Reader, deployment_of
from waste_trace.reports.cells import shanghai_day
from waste_trace.reports.form import Form, Period
from waste_trace.reports.forms.mass_balance import TITLE as MASS_BALANCE
from waste_trace.reports.indicators import indicator_set
from waste_trace.reports.pages import render_pdf
from waste_trace.reports.value import form_value
from waste_trace.reports.xlsx import MEDIA_TYPE as XLSX
from waste_trace.reports.xlsx import render_xlsx
from waste_trace.services.render_label import label_font
from waste_trace.services.reports.asked import Asked, UnknownReport
from waste_trace.services.reports.make import (
    certify_balance,
    make_report,
    read_balances,
    reports_for,
)

router = APIRouter(prefix="/v1", tags=["reports"])
#: How a form is answered.
Format = Literal["json", "xlsx", "pdf", "certificate"]


def asked_of(
    request: Request,
    person: Reader,
    org: str = "",
    site: str = "",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Asked:
    """Whose form, of which place and days: by default one's own, the whole, this month so far.

    ``from`` and ``to`` are days of Asia/Shanghai, both included.
    """
    today = shanghai_day(deployment_of(request).now())
    last = last or (today if first is None or first <= today else first)
    first = first or last.replace(day=1)
    return Asked(org or person.org, site or None, Period(first, last))


def entered_of(request: Request) -> dict[str, Decimal]:
    """What the bureau enters for the indicators: each quantity by its name, as a decimal."""
    numbers: dict[str, Decimal] = {}
    for name, quantity in indicator_set().quantities.items():
        text = request.query_params.get(name, "").strip()
        if not text or quantity.from_ledger:
            continue
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) > Decimal("1e15"):
            raise BadParameters(f"“{quantity.zh}”不是数字。", f"{name} is not a number.")
        numbers[name] = number
    return numbers


AskedFor = Annotated[Asked, Depends(asked_of)]
Entered = Annotated[dict[str, Decimal], Depends(entered_of)]


@router.get("/reports")
def reports(person: Reader) -> list[dict[str, Any]]:
    """The forms that one may ask for."""
    return [
        {
            "form": report.title.name,
            "zh": report.title.words.zh,
            "en": report.title.words.en,
            "standard": report.title.source.standard,
            "clause": report.title.source.clause,
            "certainty": report.title.source.certainty,
            "unconfirmed": report.title.source.unconfirmed,
        }
        for report in reports_for(person)
    ]


class BalanceOut(BaseModel):
    """The balance of one waste on one organisation's books; kilograms as decimal text.

    ``figures``: opening, produced, received, moved, dispatched, treated, exported, loss, packed,
    found; what goes out is positive. ``unassigned_kg``: in the books and in no container.
    """

    org: str
    waste_code: str
    figures: dict[str, Decimal]
    closing_kg: Decimal
    on_hand_kg: Decimal
    unassigned_kg: Decimal


@router.get("/balance")
def balance(deployment: House, person: Reader, asked: AskedFor, org: str = "") -> list[BalanceOut]:
    """The mass balance by organisation and waste: of one's own, or for a regulator of all.

    Opening + produced + received + moved - dispatched - treated - exported - loss + packed + found
    = closing. With the entries behind each figure: the certificate of ``/v1/reports``.
    """
    found = read_balances(deployment, person, asked, everybody=not org)
    return [
        BalanceOut(
            org=name,
            waste_code=one.waste_code,
            figures={item.value: figure.weight_kg for item, figure in one.figures.items()},
            closing_kg=one.closing_kg,
            on_hand_kg=one.on_hand_kg,
            unassigned_kg=one.unassigned_kg,
        )
        for name, lines in found.items()
        for one in lines
    ]


@router.get("/reports/{form}", response_class=Response)
def report(
    form: str,
    deployment: House,
    person: Reader,
    asked: AskedFor,
    entered: Entered,
    format: Format = "json",
) -> Response:
    """A form; ``format=certificate``: the mass balance for `waste-trace balance check`."""
    if format == "certificate":
        if form != MASS_BALANCE.name:
            raise UnknownReport(f"“{form}”没有证明格式。", f"{form!r} has no certificate.")
        return _download(
            JSONResponse(certify_balance(deployment, person, asked)), form, asked, "json"
        )
    made = make_report(deployment, person, form, asked, entered)
    if format == "json":
        return JSONResponse(form_value(made))
    return _download(_file(deployment, made, format), form, asked, format)


def _file(deployment: House, made: Form, format: Format) -> Response:
    if format == "xlsx":
        return Response(render_xlsx(made), media_type=XLSX)
    return Response(render_pdf(made, label_font(deployment)), media_type="application/pdf")


def _download(answer: Response, form: str, asked: Asked, suffix: str) -> Response:
    """Named by what it is; a site's name may be Chinese (RFC 6266)."""
    days = f"{asked.period.first:%Y%m%d}-{asked.period.last:%Y%m%d}"
    parts = [form, asked.org, *([asked.site] if asked.site else []), days]
    name = quote(f"{'_'.join(parts)}.{suffix}")
    answer.headers["content-disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer.headers["cache-control"] = "no-store"
    return answer
