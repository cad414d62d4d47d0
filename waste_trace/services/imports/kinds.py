"""The kinds of import: columns, who may, and what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from waste_trace.custody.vocabulary import PRODUCER
from waste_trace.services.imports import columns as c
from waste_trace.services.imports.columns import Column
from waste_trace.services.imports.plan import Containers, Fill, Plan
from waste_trace.services.imports.sheet import Line
from waste_trace.services.open_ledger import CATALOGUE_EDITION
from waste_trace.services.register_party import draft_organisation, draft_site
from waste_trace.store.tables import Batch
from waste_trace.store.writing import table_of

_CONTACT = (
    Column("contact_name", "联系人", c.text, "王芳", required=False, note="存于台账之外，可删除"),
    Column("contact_phone", "联系电话", c.text, "13800000000", required=False),
    Column("contact_address", "地址", c.text, "新华路 1 号", required=False),
)
_ORG = Column("org", "统一社会信用代码", c.org, "91330482MA28AB125R")
_UNIT = Column("unit", "产废单位代码", c.org, "91330482MA28AB125R", required=False,
               note="空：本单位")  # fmt: skip
_WASTE = Column("waste_code", "废物代码", c.waste, "900-214-08")
_EDITION = Column("edition", "名录版本", c.text, CATALOGUE_EDITION, required=False)
_WEIGHT = Column("weight_kg", "重量kg", c.kilograms, "180.5")


@dataclass(frozen=True, slots=True)
class ImportKind:
    """A row: what people call it, its columns, and how its lines become a plan.

    ``roles``: who may; ``registrar``: administrators of the bureau alone.
    """

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    fill: Fill
    roles: frozenset[str] = frozenset()
    registrar: bool = False


def _organisations(plan: Plan, lines: Sequence[Line]) -> None:
    for line in lines:
        row = line.values
        if plan.twice(line, "org", row["org"]):
            continue
        region = row.get("region", plan.deployment.settings.region_code)
        _organisation(plan, line, row["name"], row["kinds"], region)
        _contact(plan, line, row["org"])


def _organisation(plan: Plan, line: Line, name: str, kinds: list[str], region: str) -> None:
    org = line.values["org"]
    known = plan.organisations.get(org)
    new = {"org": org, "name": name, "kinds": ",".join(kinds), "region": region}
    if known is not None and all(known[key] == value for key, value in new.items()):
        plan.unchanged += 1
        return
    plan.register(line, "name", lambda: draft_organisation(org, name, kinds, region))
    plan.organisations[org] = new


def _contact(plan: Plan, line: Line, unit: str) -> None:
    personal = {one.name: line.values[one.name] for one in _CONTACT if one.name in line.values}
    if personal:
        plan.say(line, "register_contact", {"unit": unit}, personal=personal)


def _sites(plan: Plan, lines: Sequence[Line]) -> None:
    for line in lines:
        row = line.values
        if plan.twice(line, "site", row["site"]):
            continue
        if row["org"] not in plan.organisations:
            plan.wrong(line, "org", "该单位未登记", "this organisation is not registered")
            continue
        if plan.sites.get(row["site"], row["org"]) != row["org"]:
            plan.wrong(line, "site", "该场所编码属于其他单位", "another organisation has this site")
            continue
        if ("latitude" in row) != ("longitude" in row):
            plan.wrong(line, "latitude", "经度、纬度应同时填写", "give both degrees or none")
            continue
        _site(plan, line)


def _site(plan: Plan, line: Line) -> None:
    row = line.values
    place = (row["latitude"], row["longitude"]) if "latitude" in row else None
    capacity = Decimal(row["capacity_kg"]) if "capacity_kg" in row else None
    plan.register(
        line,
        "site",
        lambda: draft_site(row["site"], row["org"], row["name"], row["kind"], capacity, place),
    )


def _clients(plan: Plan, lines: Sequence[Line]) -> None:
    for line in lines:
        row = line.values
        if plan.twice(line, "org", row["org"]):
            continue
        known = plan.organisations.get(row["org"])
        if known is None:
            region = row.get("region", plan.deployment.settings.region_code)
            _organisation(plan, line, row["name"], [PRODUCER], region)
        elif known["name"] != row["name"]:
            plan.wrong(
                line, "name", f"该代码已登记为“{known['name']}”",
                f"this code is registered as {known['name']!r}",
            )  # fmt: skip
            continue
        body: dict[str, Any] = {
            "unit": row["org"],
            "contract": row["contract"],
            "since": row["since"].isoformat(),
            "until": row["until"].isoformat(),
        }
        if "interval_days" in row:
            body["interval_days"] = row["interval_days"]
        plan.say(line, "sign_client", body)
        _contact(plan, line, row["org"])


def _streams(plan: Plan, lines: Sequence[Line]) -> None:
    for line in lines:
        row = line.values
        unit = row.get("unit", plan.person.org)
        if plan.may_speak_for(line, "unit", unit) and not plan.twice(
            line, "waste_code", unit, row["waste_code"]
        ):
            body = {
                "unit": unit,
                "waste_code": row["waste_code"],
                "edition": row.get("edition", CATALOGUE_EDITION),
                "waste_name": row["waste_name"],
                "form": row["form"],
                "hazards": row.get("hazards", ""),
                "forecast_kg": row["forecast_kg"],
            }
            plan.say(line, "register_stream", body)


def _stock(plan: Plan, lines: Sequence[Line]) -> None:
    today = plan.deployment.now().astimezone(c.SHANGHAI).date()
    for line in lines:
        row = line.values
        if plan.sites.get(row["site"]) != plan.person.org:
            plan.wrong(line, "site", "该场所不是本单位的", "this site is not one's own")
            continue
        if not row["day"] <= row["stored_since"] <= today:
            plan.wrong(
                line, "stored_since", "入库日期应不早于产生日期、不晚于今天",
                "stored between the day of production and today",
            )  # fmt: skip
            continue
        body = {
            "weight_kg": row["weight_kg"],
            "stored_since": row["stored_since"].isoformat(),
            **({"batch": row["batch"]} if "batch" in row else {}),
        }
        plan.containers.append(
            Containers(
                line.number, plan.person.org, row["waste_code"], row["day"], row.get("count", 1),
                row["site"], body,
            )
        )  # fmt: skip


def _past(plan: Plan, lines: Sequence[Line]) -> None:
    table = table_of(Batch)
    with plan.deployment.engine.connect() as connection:
        known = {
            (org, batch) for org, batch in connection.execute(select(table.c.org, table.c.batch))
        }
    now = plan.deployment.now()
    for line in lines:
        row = line.values
        unit = row.get("unit", plan.person.org)
        if not plan.may_speak_for(line, "unit", unit) or plan.twice(
            line, "batch", unit, row["batch"]
        ):
            continue
        if (unit, row["batch"]) in known:
            plan.wrong(line, "batch", "该批次已登记", "this batch is registered already")
        elif row["produced_at"] > now:
            plan.wrong(line, "produced_at", "产生时间尚未到来", "this time has not come yet")
        else:
            plan.say(line, "produce", _batch(row, unit, plan), claimed_at=row["produced_at"])


def _batch(row: Mapping[str, Any], unit: str, plan: Plan) -> dict[str, Any]:
    return {
        "batch": row["batch"],
        **({"unit": unit} if unit != plan.person.org else {}),
        "waste_code": row["waste_code"],
        "edition": row.get("edition", CATALOGUE_EDITION),
        "waste_name": row["waste_name"],
        "form": row["form"],
        "weight_kg": row["weight_kg"],
        "facility": row.get("facility", ""),
    }


_NAME = Column("waste_name", "废物名称", c.text, "废机油")
_FORM = Column("form", "形态", c.text, "液态")
_ROWS = (
    ImportKind(
        "organisations", "单位", "Organisations",
        (
            _ORG,
            Column("name", "单位名称", c.text, "永顺汽修"),
            Column("kinds", "类型", c.kinds, "产废单位", note="可写多个，用顿号分开"),
            Column("region", "行政区划", c.region_code, "330482", required=False),
            *_CONTACT,
        ),
        _organisations, registrar=True,
    ),
    ImportKind(
        "sites", "场所", "Sites",
        (
            Column("site", "场所编码", c.text, "91330482MA28AB125R001P-TS001"),
            _ORG,
            Column("name", "场所名称", c.text, "1 号危废库"),
            Column("kind", "场所类型", c.text, "贮存库"),
            Column("capacity_kg", "贮存能力kg", c.kilograms, "20000", required=False),
            Column("latitude", "纬度", c.degrees, "30.70", required=False, note="WGS 84"),
            Column("longitude", "经度", c.degrees, "121.02", required=False),
        ),
        _sites, registrar=True,
    ),
    ImportKind(
        "clients", "小微客户", "Clients",
        (
            _ORG,
            Column("name", "单位名称", c.text, "永顺汽修"),
            Column("region", "行政区划", c.region_code, "330482", required=False),
            Column("contract", "合同编号", c.text, "SY-2026-001"),
            Column("since", "合同起始", c.day, "2026-01-01"),
            Column("until", "合同终止", c.day, "2026-12-31"),
            Column("interval_days", "上门间隔天", c.count, "30", required=False),
            *_CONTACT,
        ),
        _clients, frozenset({"platform"}),
    ),
    ImportKind(
        "streams", "废物登记", "Waste streams",
        (
            _UNIT, _WASTE, _EDITION, _NAME, _FORM,
            Column("hazards", "危险特性", c.text, "T,I", required=False),
            Column("forecast_kg", "预计年产生量kg", c.kilograms, "1200"),
        ),
        _streams, frozenset({"producer", "platform", "regulator"}),
    ),
    ImportKind(
        "stock", "期初库存", "Opening stock",
        (
            Column("site", "场所编码", c.text, "91330482MA28AB125R001P-TS001"),
            _WASTE,
            Column("day", "产生日期", c.day, "2026-01-15"),
            Column("stored_since", "入库日期", c.day, "2026-01-16"),
            _WEIGHT,
            Column("count", "件数", c.count, "1", required=False, note="每件都是所填重量"),
            Column("batch", "产生批次编码", c.batch, "HWCS20260115001", required=False),
        ),
        _stock, frozenset({"producer", "platform", "treatment"}),
    ),
    ImportKind(
        "past", "历史产生记录", "Past batches",
        (
            _UNIT,
            Column("batch", "产生批次编码", c.batch, "HWCS20260115001"),
            Column("produced_at", "产生时间", c.moment, "2026-01-15 14:30"),
            _WASTE, _EDITION, _NAME, _FORM, _WEIGHT,
            Column("facility", "产生设施编码", c.text, "MF0001", required=False),
        ),
        _past, frozenset({"producer", "platform"}),
    ),
)  # fmt: skip

KINDS: Mapping[str, ImportKind] = {row.name: row for row in _ROWS}
