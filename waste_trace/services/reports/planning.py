"""A draft of the management plan (HJ 1259 App. A) from what the unit recorded in a period.

A plan is what a unit intends. What it did last year is what it starts from: this fills what the
ledger knows and leaves the rest blank.
"""

from collections.abc import Iterable
from decimal import Decimal

from sqlalchemy import select

from waste_trace.codes.region import PROVINCES
from waste_trace.custody.balance import balances
from waste_trace.custody.vocabulary import TREATMENT
from waste_trace.reports.forms.contracted import Contracted, ReceiverKind
from waste_trace.reports.forms.management_plan import (
    Plan,
    PlannedStore,
    PlannedTransfer,
    PlannedTreatment,
    PlannedWaste,
    management_class,
)
from waste_trace.reports.forms.own_treatment import OwnTreatment
from waste_trace.reports.forms.produced import Produced
from waste_trace.services.reports.ledgers import produced, treated
from waste_trace.services.reports.reading import Reading
from waste_trace.services.reports.solid import hazardous
from waste_trace.services.reports.transfers import contracted
from waste_trace.store.tables import Organisation
from waste_trace.store.writing import table_of

_NOTHING = Decimal(0)
#: What A.1 asks for and the ledger does not hold.
_BLANK = ("注册地址", "生产经营场所地址", "行业类别及代码", "法定代表人及电话",
          "环境管理技术负责人及电话", "环评批复文号", "排污许可证编号或登记编号")  # fmt: skip


def drafted_plan(reading: Reading) -> Plan:
    """The draft, from the period that is asked for (usually the year before)."""
    wastes, own = hazardous(produced(reading)), hazardous(treated(reading))
    gone = hazardous(contracted(reading))
    table = table_of(Organisation)
    unit = next(reading.rows(select(table).where(table.c.org == reading.asked.org)), None)
    yearly_kg = sum((one.weight_kg for one in wastes), _NOTHING)
    licensed = unit is not None and TREATMENT in unit["kinds"].split(",")
    its_class = management_class(yearly_kg, treats=bool(own) or licensed)
    region = unit["region"] if unit is not None else ""
    entries = [index for fact in wastes for index in fact.entries]
    entries += [index for fact in own for index in fact.entries]
    entries += [index for fact in gone for index in fact.entries]
    return Plan(
        management_class=its_class,
        about=_about(reading, region, its_class.value),
        facilities=(),
        wastes=tuple(_wastes(reading, wastes)),
        stores=tuple(_stores(reading)),
        treatments=tuple(_treatments(own)),
        transfers=tuple(_transfers(reading, gone, region)),
        reductions=(),
        measures="",
        entries=tuple(sorted(set(entries))),
        drafted=True,
    )


def _about(reading: Reading, region: str, its_class: str) -> tuple[tuple[str, str], ...]:
    places = (
        f"{site['name']} {site['latitude']},{site['longitude']}"
        for site in reading.sites.values()
        if site["latitude"] is not None
    )
    asked = reading.asked
    return (
        ("单位名称", reading.org_names.get(asked.org, asked.org)),
        ("统一社会信用代码", asked.org),
        ("管理类别", its_class),
        ("行政区划", f"{PROVINCES.get(region[:2], ('', ''))[0]} {region}".strip()),
        ("经纬度", "；".join(places)),
        *((item, "") for item in _BLANK),
    )


def _wastes(reading: Reading, facts: Iterable[Produced]) -> Iterable[PlannedWaste]:
    by_code: dict[str, list[Produced]] = {}
    for fact in facts:
        by_code.setdefault(fact.waste.code, []).append(fact)
    for code, found in sorted(by_code.items()):
        entry = reading.catalogue.find(code).entry if code else None
        yield PlannedWaste(
            waste=found[-1].waste,
            facility="、".join(sorted({one.facility for one in found if one.facility})),
            step="",
            harmful="",
            form="",
            hazards="，".join(entry.hazards) if entry else "",
            produced_kg=sum((one.weight_kg for one in found), _NOTHING),
            own_facility="",
            own_capacity="",
            store="、".join(reading.sites),
        )


def _stores(reading: Reading) -> Iterable[PlannedStore]:
    """What stands in each store at the end of the period."""
    asked = reading.asked
    bookings = reading.bookings(asked.org)
    for site, row in sorted(reading.sites.items()):
        if not asked.is_at(site):
            continue
        for balance in balances(bookings, asked.org, site, *asked.bounds):
            if balance.closing_kg:
                yield PlannedStore(
                    waste=reading.waste(balance.waste_code),
                    store=site,
                    store_kind=str(row["kind"]),
                    packing="",
                    stock_kg=balance.closing_kg,
                )


def _treatments(facts: Iterable[OwnTreatment]) -> Iterable[PlannedTreatment]:
    sums: dict[tuple[str, str, str], list[OwnTreatment]] = {}
    for fact in facts:
        sums.setdefault((fact.waste.code, fact.facility, fact.method), []).append(fact)
    for (_, facility, method), found in sorted(sums.items()):
        weight_kg = sum((one.weight_kg for one in found), _NOTHING)
        yield PlannedTreatment(found[0].waste, "", facility, method, weight_kg)


def _transfers(
    reading: Reading, facts: Iterable[Contracted], region: str
) -> Iterable[PlannedTransfer]:
    table = table_of(Organisation)
    provinces = {row["name"]: row["region"][:2] for row in reading.rows(select(table))}
    sums: dict[tuple[str, str, str, str], list[Contracted]] = {}
    for fact in facts:
        name, permit = fact.receiver.name, fact.receiver.permit
        sums.setdefault((fact.waste.code, name, permit, fact.method), []).append(fact)
    for (_, name, permit, method), found in sorted(sums.items()):
        kind = found[0].receiver.kind
        within = provinces.get(name) == region[:2]
        reach = "境外" if kind is ReceiverKind.ABROAD else "省内" if within else "跨省"
        weight_kg = sum((one.weight_kg for one in found), _NOTHING)
        yield PlannedTransfer(found[0].waste, reach, weight_kg, method, kind.value, name, permit)
