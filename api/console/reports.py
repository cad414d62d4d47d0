"""Ledgers and statutory forms: the list, and each form as a page with its downloads."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.render import page
from api.console.report_view import view_report
from api.http.permissions import House, Permission, Reader, can
from api.http.reports import AskedFor, Entered
from waste_trace.reports.form import Words
from waste_trace.reports.forms.indicators import NAME as INDICATORS
from waste_trace.reports.forms.mass_balance import TITLE as MASS_BALANCE
from waste_trace.reports.indicators import Quantity, indicator_set
from waste_trace.services.look_up import list_organisations, list_sites
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.make import make_report, reports_for
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
#: Forms by the beginning of their names, in the order of the list.
_GROUPS = (
    ("hj1259-b", Words("危险废物管理台账", "Hazardous waste ledgers")),
    ("hj1259-c", Words("危险废物申报", "Declarations")),
    ("hj1259-a", Words("危险废物管理计划", "Management plan")),
    ("mass-balance", Words("物料平衡", "Mass balance")),
    ("platform", Words("小微收集", "Small-waste platform")),
    ("solid", Words("一般工业固体废物台账", "General industrial solid waste")),
    ("indicators", Words("“无废城市”指标", "Indicators")),
    ("disclosure", Words("信息公开", "For the public")),
)


@router.get("/reports")
def reports(request: Request, person: Reader, asked: AskedFor) -> HTMLResponse:
    """The forms that one may ask for, for the days that were chosen."""
    offered = reports_for(person)
    groups = [
        (words, [one for one in offered if one.title.name.startswith(begin)])
        for begin, words in _GROUPS
    ]
    return page(
        request,
        "reports.html",
        person,
        "台账报表",
        "Reports",
        groups=[(words, found) for words, found in groups if found],
        asked=asked,
        query=_query(asked),
        **_choices(request, person, asked),
    )


@router.get("/reports/{form}")
def report(
    form: str,
    request: Request,
    deployment: House,
    person: Reader,
    asked: AskedFor,
    entered: Entered,
) -> HTMLResponse:
    """One form, filled, with its downloads."""
    made = make_report(deployment, person, form, asked, entered)
    words = made.title.words
    more = urlencode({name: str(value) for name, value in entered.items()})
    return page(
        request,
        "report.html",
        person,
        words.zh,
        words.en,
        crumbs=(("台账报表", f"/reports?{_query(asked)}"), (words.zh, "")),
        view=view_report(made),
        asked=asked,
        query="&".join(part for part in (_query(asked), more) if part),
        quantities=_to_enter(form),
        entered=entered,
        has_certificate=form == MASS_BALANCE.name,
        **_choices(request, person, asked),
    )


def _query(asked: Asked) -> str:
    """What was asked for, as a query."""
    parts = {
        "org": asked.org,
        "site": asked.site or "",
        "from": str(asked.period.first),
        "to": str(asked.period.last),
    }
    return urlencode({name: value for name, value in parts.items() if value})


def _choices(request: Request, person: Person, asked: Asked) -> dict[str, Any]:
    """The organisations that a regulator chooses from, and the sites of the chosen one."""
    house = request.app.state.deployment
    everybody = can(person.role, Permission.AUDIT)
    return {
        "organisations": list_organisations(house) if everybody else (),
        "sites": list_sites(house, asked.org),
    }


def _to_enter(form: str) -> Sequence[Quantity]:
    if form != INDICATORS:
        return ()
    return [one for one in indicator_set().quantities.values() if not one.from_ledger]
