"""The management plan of a year as it was filed or last amended (HJ 1259 App. A)."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from waste_trace.reports.forms.management_plan import (
    Facility,
    ManagementClass,
    Plan,
    PlannedReduction,
    PlannedStore,
    PlannedTransfer,
    PlannedTreatment,
    PlannedWaste,
)
from waste_trace.services.reports.ledgers import method_name
from waste_trace.services.reports.planning import drafted_plan
from waste_trace.services.reports.reading import Reading
from waste_trace.store.tables import Plan as PlanRow
from waste_trace.store.writing import table_of

_LEVELS = {
    "key": ManagementClass.KEY,
    "simplified": ManagementClass.SIMPLIFIED,
    "registered": ManagementClass.REGISTERED,
}
_REACH = {"in_province": "省内", "cross_province": "跨省", "abroad": "境外"}
_RECEIVER = {"licensed": "许可证持有单位", "exempt": "豁免管理单位", "abroad": "境外单位"}
_ABOUT = (
    ("单位名称", "name"), ("注册地址", "registered_address"), ("生产经营场所地址", "site_address"),
    ("行政区划", "region"), ("行业类别及代码", "industry"), ("经度", "longitude"),
    ("纬度", "latitude"), ("环评批复文号", "eia_number"), ("排污许可证编号", "discharge_permit"),
)  # fmt: skip
#: People's names stand beside the ledger; the form leaves their places blank.
_PEOPLE = ("法定代表人及电话", "环境管理技术负责人及电话")


def plan_of(reading: Reading) -> Plan:
    """The plan of the year that the period ends in; a draft where none was filed."""
    table, asked = table_of(PlanRow), reading.asked
    query = select(table).where(table.c.org == asked.org, table.c.year == asked.period.last.year)
    row = next(reading.rows(query), None)
    if row is None:
        return drafted_plan(reading)
    body: Mapping[str, Any] = json.loads(row["body"])
    reduction = body.get("reduction")
    return Plan(
        management_class=_LEVELS[row["level"]],
        about=_about(asked.org, body["unit_info"], _LEVELS[row["level"]]),
        facilities=tuple(_facility(one) for one in body.get("processes", ())),
        wastes=tuple(_waste(reading, one) for one in body["sources"]),
        stores=tuple(_store(one) for one in body.get("stores", ())),
        treatments=tuple(_treatment(reading, one) for one in body.get("own_treatment", ())),
        transfers=tuple(_transfer(reading, one) for one in body.get("transfers", ())),
        reductions=(_reduction(reduction),) if reduction else (),
        measures=str(reduction.get("measures", "")) if reduction else "",
        entries=tuple(sorted({row["filed_idx"], row["idx"]})),
    )


def _about(
    org: str, unit: Mapping[str, str], its_class: ManagementClass
) -> tuple[tuple[str, str], ...]:
    return (
        *((zh, unit.get(name, "")) for zh, name in _ABOUT),
        ("统一社会信用代码", org),
        ("管理类别", its_class.value),
        *((zh, "") for zh in _PEOPLE),
    )


def _facility(one: Mapping[str, str]) -> Facility:
    return Facility(
        unit="",
        process=one["process"],
        name=one["facility"],
        code=one.get("facility_code", ""),
        parameters=one.get("parameters", ""),
        capacity=one.get("capacity", ""),
        products=one.get("products", ""),
        materials=one.get("materials", ""),
        pollution_control="",
    )


def _waste(reading: Reading, one: Mapping[str, str]) -> PlannedWaste:
    return PlannedWaste(
        waste=reading.waste(one["waste_code"], one["waste_name"]),
        facility=one.get("facility_code", ""),
        step=one.get("step", ""),
        harmful=one.get("harmful", ""),
        form=one.get("form", ""),
        hazards=one.get("hazards", ""),
        produced_kg=Decimal(one["weight_kg"]),
        own_facility=one.get("own_facility", ""),
        own_capacity="",
        store=one.get("store_code", ""),
    )


def _store(one: Mapping[str, str]) -> PlannedStore:
    """The filed A.4 is by store and names no waste."""
    kg = Decimal(one.get("remaining_kg", "0"))
    return PlannedStore(None, one["store_code"], one.get("kind", ""), one.get("packaging", ""), kg)


def _treatment(reading: Reading, one: Mapping[str, str]) -> PlannedTreatment:
    method = method_name(reading, one["method"])
    kind, kg = one.get("facility_kind", ""), Decimal(one["weight_kg"])
    return PlannedTreatment(None, kind, one["facility_code"], method, kg)


def _transfer(reading: Reading, one: Mapping[str, str]) -> PlannedTransfer:
    org = one.get("receiver") or ""
    return PlannedTransfer(
        waste=reading.waste(one["waste_code"]),
        reach=_REACH[one["scope"]],
        weight_kg=Decimal(one["weight_kg"]),
        method=method_name(reading, one.get("method", "")),
        receiver_kind=_RECEIVER[one.get("receiver_kind", "licensed")],
        receiver=one.get("receiver_name", "") or reading.org_names.get(org, org),
        licence=one.get("permit", ""),
    )


def _reduction(one: Mapping[str, str]) -> PlannedReduction:
    return PlannedReduction(Decimal(one["produced_kg"]), Decimal(one["reduced_kg"]))
