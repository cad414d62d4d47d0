"""The facts of HJ 1259 Table B.5: what left the unit for others, from the books.

A booking as ``dispatched`` says that a kilogram left the unit's account, whoever recorded it: the
carrier at loading, a platform at the door. What came back (收回) is not taken off: it left.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from waste_trace.codes.batch_code import BatchFamily
from waste_trace.custody.movements import Kind
from waste_trace.reports.cells import shanghai_day
from waste_trace.reports.forms.contracted import Contracted, Receiver, ReceiverKind
from waste_trace.services.reports.batch_numbers import number, numbers_of
from waste_trace.services.reports.contents import (
    Group,
    batches_before,
    packing,
    produced_batches,
)
from waste_trace.services.reports.ledgers import is_use, method_name
from waste_trace.services.reports.reading import Reading, Told, parts
from waste_trace.store.tables import EventIndex, Manifest, Permit
from waste_trace.store.writing import table_of

_LEFT = (Kind.DISPATCHED, Kind.EXPORTED)
_ACCEPTED = ("accept", "accept_with_difference", "accept_in_part")


@dataclass(slots=True)
class Load:
    """What of one waste left with one event."""

    idx: int
    waste_code: str
    at: datetime
    sites: set[str]
    weight_kg: Decimal
    codes: list[str]


def loads(reading: Reading) -> list[Load]:
    """Everything that ever left the unit up to the end of the period, by event and waste code."""
    found: dict[tuple[int, str], Load] = {}
    for booking in reading.bookings(reading.asked.org):
        move = booking.movement
        if move.kind not in _LEFT:
            continue
        key = (move.idx, booking.waste_code)
        load = found.setdefault(key, Load(*key, move.at, set(), Decimal(0), []))
        load.weight_kg -= move.weight_kg
        load.sites.add(move.account.site)
        if booking.container and booking.container not in load.codes:
            load.codes.append(booking.container)
    return [found[key] for key in sorted(found)]


def contracted(reading: Reading) -> list[Contracted]:
    """B.5: one row for each load and waste code of the period."""
    every = loads(reading)
    numbers = number(((load.idx, load.waste_code), load.at) for load in every)
    start, end = reading.asked.bounds
    shown = [
        load
        for load in every
        if start <= load.at < end and any(reading.asked.is_at(site) for site in load.sites)
    ]
    told = reading.told_of(load.idx for load in shown)
    receivers = Receivers.read(reading, told)
    groups = [Group(told[load.idx], load.waste_code, tuple(sorted(load.codes))) for load in shown]
    out = numbers_of(reading, "store_out")
    before = batches_before(reading, groups, BatchFamily.STORED_OUT, out)
    facts = []
    for load, group in zip(shown, groups, strict=True):
        method = receivers.method(group)
        family = _family(reading, group.told, receivers.planned(group.told) or method)
        stored_out = before[load.idx, load.waste_code]
        facts.append(
            Contracted(
                batch=numbers.code(family, load.idx, load.waste_code),
                left_at=load.at,
                waste=reading.waste(load.waste_code),
                weight_kg=load.weight_kg,
                packing=packing(reading, group.codes),
                method=method_name(reading, method),
                receiver=receivers.of(group.told, load.waste_code),
                before=stored_out or produced_batches(reading, group.codes),
                entries=(load.idx,),
            )
        )
    return facts


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who took each load, and how they said that they would use or dispose of it."""

    reading: Reading
    manifests: Mapping[str, Mapping[str, Any]]
    methods: Mapping[str, str]
    permits: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, reading: Reading, told: Mapping[int, Told]) -> "Receivers":
        """Read what the manifests of these events say."""
        numbers = {one.manifest for one in told.values() if one.manifest}
        manifest, event = table_of(Manifest), table_of(EventIndex)
        found: dict[str, Mapping[str, Any]] = {}
        methods: dict[str, str] = {}
        for part in parts(sorted(numbers)):
            rows = reading.rows(select(manifest).where(manifest.c.manifest.in_(part)))
            found.update({row["manifest"]: dict(row) for row in rows})
            accepted = select(event).where(event.c.manifest.in_(part), event.c.typ.in_(_ACCEPTED))
            for one in reading.told(accepted):
                if one.body.get("method"):
                    methods[one.manifest] = str(one.body["method"])
        permit = table_of(Permit)
        permits = [dict(row) for row in reading.rows(select(permit).order_by(permit.c.permit))]
        return cls(reading, found, methods, permits)

    def org(self, told: Told) -> str:
        """The organisation that a load went to: by its manifest, else whoever recorded it."""
        manifest = self.manifests.get(told.manifest)
        return str(manifest["receiver"]) if manifest and manifest["receiver"] else told.org

    def of(self, told: Told, waste_code: str) -> Receiver:
        """The receiver as B.5 names it; exempt where the manifest's line says so (豁免)."""
        if told.typ == "export":
            notice, name = str(told.body["notice"]), str(told.body["consignee"])
            return Receiver(ReceiverKind.ABROAD, name, notice)
        org = self.org(told)
        name = self.reading.org_names.get(org, org)
        if self._exempt(told, waste_code):
            return Receiver(ReceiverKind.EXEMPT, name)
        return Receiver(ReceiverKind.LICENSED, name, self._permit(org, told))

    def planned(self, told: Told) -> str:
        """The method that the sender wrote on the manifest, or ""."""
        manifest = self.manifests.get(told.manifest)
        return str(manifest["method"]) if manifest else ""

    def _exempt(self, told: Told, waste_code: str) -> bool:
        manifest = self.manifests.get(told.manifest)
        lines = json.loads(manifest["lines"]) if manifest else []
        ours = [line for line in lines if line["waste_code"] == waste_code]
        return any(line.get("exemption") is not None for line in ours)

    def _permit(self, org: str, told: Told) -> str:
        """The number of the licence that the receiver held on the day of the event."""
        day = str(shanghai_day(told.at))
        held = (
            str(row["permit"])
            for row in self.permits
            if row["org"] == org and row["valid_from"] <= day <= row["valid_to"]
        )
        return next(held, "")

    def method(self, group: Group) -> str:
        """The method's code as the receiver named it, else as planned, else ""."""
        told = group.told
        named = str(told.body.get("method", "")) or self.methods.get(told.manifest, "")
        named = named or self.planned(told)
        known = self.reading.containers(group.codes).values()
        return named or next((row["method"] for row in known if row["method"]), "")


def _family(reading: Reading, told: Told, method: str) -> BatchFamily:
    """The family of a batch; disposal while nobody has said that it is use."""
    use = is_use(reading, method)
    if told.typ == "export":
        return BatchFamily.EXPORTED_USE if use else BatchFamily.EXPORTED_DISPOSAL
    return BatchFamily.CONTRACTED_USE if use else BatchFamily.CONTRACTED_DISPOSAL
