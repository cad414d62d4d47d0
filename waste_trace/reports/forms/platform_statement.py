"""小微收集平台年度对账单: what a platform took from one small producer, collection by collection.

A form of our own: no standard names one. The producer's yearly declaration may rest on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from waste_trace.reports.form import Column, Form, Kind, Source, Title, Words, column, tabulate
from waste_trace.reports.forms.filing import Filing
from waste_trace.reports.forms.waste import NAME, Waste

TITLE = Title(
    "platform-statement",
    Words("小微收集对账单", "Statement of collections"),
    Source("本系统自定格式", "HJ 1259-2022 7.1.3（代为申报）", "M"),
)


@dataclass(frozen=True, slots=True)
class Collected:
    """One container or load that the platform took over at the producer's door."""

    collected_at: datetime
    waste: Waste
    containers: tuple[str, ...]
    weight_kg: Decimal
    collector: str
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClientStatement:
    """All collections from one producer."""

    name: str
    org: str
    collections: tuple[Collected, ...]


_COLUMNS: tuple[Column[Collected], ...] = (
    column("collected_at", "收集时间", "Collected at", lambda one: one.collected_at, Kind.TIME),
    column("common_name", "行业俗称/单位内部名称", "Name in use",
           lambda one: one.waste.common_name, group=NAME, width=8),
    column("catalogue_name", "国家危险废物名录名称", "Name in the list",
           lambda one: one.waste.catalogue_name, group=NAME, width=12),
    column("code", "代码", "Code", lambda one: one.waste.code, width=6.4),
    column("containers", "容器编码", "Containers", lambda one: one.containers, width=22),
    column("count", "件数", "Count", lambda one: len(one.containers), Kind.COUNT, width=3,
           total=True),
    column("kilograms", "收集量", "Quantity", lambda one: one.weight_kg, Kind.KILOGRAMS,
           total=True),
    column("collector", "收集经办人", "Collector", lambda one: one.collector),
)  # fmt: skip


def platform_statement_form(clients: Sequence[ClientStatement], filing: Filing) -> Form:
    """One table for each producer, in the order of their codes."""
    tables = (
        tabulate(
            _COLUMNS,
            sorted(client.collections, key=lambda one: (one.collected_at, one.containers)),
            lambda one: one.entries,
            title=Words(f"{client.name}（{client.org}）", client.org),
        )
        for client in sorted(clients, key=lambda client: client.org)
    )
    return filing.form(TITLE, *tables)
