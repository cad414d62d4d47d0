"""One way to make a page: template, menu of the role, top bar; escaping is always on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.console import show
from api.http.permissions import Permission, allowed, can, deployment_of
from waste_trace.services.look_up import name_organisations
from waste_trace.services.notices.reading import count_unread
from waste_trace.services.sign_in import Person

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
ROLE_NAMES = {
    "producer": show.Named("产废单位", "Producer"),
    "platform": show.Named("小微收集平台", "Small-waste platform"),
    "transporter": show.Named("运输单位", "Carrier"),
    "treatment": show.Named("利用处置单位", "Treatment"),
    "regulator": show.Named("监管部门", "Regulator"),
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A place in the sider, and what one must be allowed to see it."""

    href: str
    zh: str
    en: str
    permission: Permission = Permission.READ


MENU = (
    MenuItem("/", "首页", "Home"),
    MenuItem("/containers", "容器溯源", "Containers"),
    MenuItem("/manifests", "转移联单", "Manifests"),
    MenuItem("/heaps", "散装固废", "Loose waste"),
    MenuItem("/registers", "计划许可", "Permits"),
    MenuItem("/findings", "问题预警", "Findings"),
    MenuItem("/inspections", "执法检查", "Inspections"),
    MenuItem("/risk", "风险评分", "Risk"),
    MenuItem("/rules", "监管规则", "Rules"),
    MenuItem("/frames", "视频核验", "Cameras"),
    MenuItem("/reports", "台账报表", "Reports"),
    MenuItem("/requests", "收集申请", "Requests", Permission.COLLECT),
    MenuItem("/rounds", "收集线路", "Rounds", Permission.DISPATCH),
    MenuItem("/clients", "小微客户", "Clients", Permission.DISPATCH),
    MenuItem("/settlement", "收集结算", "Settlement", Permission.COLLECT),
    MenuItem("/medical", "医疗废物", "Medical", Permission.COLLECT),
    MenuItem("/labels", "赋码打印", "Labels", Permission.ISSUE),
    MenuItem("/imports", "批量导入", "Import", Permission.IMPORT),
    MenuItem("/devices", "手持终端", "Devices", Permission.ENROL),
    MenuItem("/ledger", "可信台账", "Ledger"),
    MenuItem("/quarantine", "拒收留证", "Quarantine", Permission.AUDIT),
    MenuItem("/parties", "单位场所", "Parties", Permission.REGISTER),
    MenuItem("/people", "人员账号", "People", Permission.PEOPLE),
    MenuItem("/webhooks", "接口推送", "Webhooks", Permission.CONNECT),
)
#: Steps of the way from the first page to this one: Chinese name and address ("" for here).
Crumbs = Sequence[tuple[str, str]]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        kg=show.kilograms,
        per_cent=show.per_cent,
        signed_kg=show.signed_kilograms,
        shanghai=show.shanghai,
        moment=show.moment,
    )
    environment.globals.update(segments=show.segments, tail=show.tail)
    return environment


_TEMPLATES = _environment()


def page(
    request: Request,
    template: str,
    person: Person,
    zh: str,
    en: str,
    *,
    crumbs: Crumbs = (),
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A page for somebody who is signed in, with the sider of their role.

    Args:
        zh, en: the page's title.
        crumbs: the steps between the first page and this one.
        context: what the template shows.
    """
    deployment = deployment_of(request)
    shown = {
        "title_zh": zh,
        "title_en": en,
        "crumbs": crumbs,
        "person": person,
        "role_name": ROLE_NAMES.get(person.role, show.Named(person.role, person.role)),
        "org_name": name_organisations(deployment).get(person.org, person.org),
        "menu": [item for item in MENU if allowed(person, item.permission)],
        "path": request.url.path,
        "printed_at": show.shanghai(deployment.now()),
        "unread": count_unread(deployment, person),
        "can_audit": can(person.role, Permission.AUDIT),
    }
    return _answer(template, status, shown | context)


def bare_page(
    template: str, zh: str, en: str, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page without session, sider and top bar."""
    return _answer(template, status, {"title_zh": zh, "title_en": en} | context)


def _answer(template: str, status: int, context: dict[str, Any]) -> HTMLResponse:
    text = _TEMPLATES.get_template(template).render(context)
    # What one person saw must not come out of a cache for the next one at the same desk.
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})
