"""Every rule with its clause, how certain that is, and the figures in use."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.console.render import page
from api.http.permissions import House, Reader
from waste_trace.compliance.rule import SEVERITY_ZH
from waste_trace.compliance.rules import RULES
from waste_trace.services.rule_book import rule_book

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
CERTAINTY_ZH = {
    "P": "原文核对",
    "2": "两处来源",
    "1": "单一来源",
    "M": "未核实",
    "?": "未核实",
}


@router.get("/rules")
def rules(request: Request, deployment: House, person: Reader) -> HTMLResponse:
    """The rules, made from the table of rules itself."""
    book = rule_book(deployment.settings)
    figures = {
        rule.name: {name: getattr(deployment.settings, name) for name in rule.settings}
        for rule in RULES.values()
    }
    descriptions = {
        name: deployment.settings.__class__.model_fields[name].description or ""
        for values in figures.values()
        for name in values
    }
    return page(
        request,
        "rules.html",
        person,
        "监管规则",
        "Rules",
        rules=list(RULES.values()),
        severities=SEVERITY_ZH,
        certainties=CERTAINTY_ZH,
        figures=figures,
        descriptions=descriptions,
        pairs=book.incompatible,
        checklist=book.checklist,
        years=[year for _, year in sorted(book.calendar.years.items())],
    )
