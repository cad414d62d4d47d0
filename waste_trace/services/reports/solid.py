"""The ledger of general industrial solid waste (附表1 to 7): the same facts, of codes with an S.

What no event carries (主要成分, 污染特性) stays blank, to write by hand. A load with a plate went
road; from where to where it went is told by where the two units are registered.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol, TypeVar

from waste_trace.reports.forms.contracted import Contracted
from waste_trace.reports.forms.declaration import Declared
from waste_trace.reports.forms.solid_batches import SolidBatch, Step
from waste_trace.reports.forms.solid_waste import Flow, Listed, Outgoing, SolidWaste
from waste_trace.reports.forms.waste import Waste
from waste_trace.services.reports.declaring import declared, provinces_of
from waste_trace.services.reports.ledgers import produced, stored, treated
from waste_trace.services.reports.reading import Reading, Told
from waste_trace.services.reports.transfers import Receivers, contracted

_NOTHING = Decimal(0)


class OfWaste(Protocol):
    """A fact about one waste."""

    @property
    def waste(self) -> Waste: ...


AFact = TypeVar("AFact", bound=OfWaste)


def hazardous(facts: Iterable[AFact]) -> list[AFact]:
    """The facts that belong in the ledgers of hazardous waste; also those of unreadable codes."""
    return [fact for fact in facts if not _is_solid(fact)]


def solid(facts: Iterable[AFact]) -> list[AFact]:
    """The facts that belong in the ledger of general solid waste."""
    return [fact for fact in facts if _is_solid(fact)]


def solid_list(reading: Reading) -> list[Listed]:
    """附表1: each waste that was produced in the period, with its sum."""
    found: dict[str, Listed] = {}
    for fact in solid(produced(reading)):
        before = found.get(fact.waste.code)
        found[fact.waste.code] = Listed(
            waste=_named(fact.waste),
            step=fact.facility,
            form="",
            components="",
            pollution="",
            produced_kg=fact.weight_kg + (before.produced_kg if before else _NOTHING),
            entries=(*fact.entries, *(before.entries if before else ())),
        )
    return list(found.values())


def solid_flows(reading: Reading) -> list[Flow]:
    """附表2: where each waste went."""
    return [_flow(fact) for fact in solid(declared(reading))]


def solid_outgoing(reading: Reading) -> list[Outgoing]:
    """附表3: each load that left."""
    facts = solid(contracted(reading))
    told = reading.told_of(index for fact in facts for index in fact.entries)
    receivers = Receivers.read(reading, told)
    provinces = provinces_of(reading)
    return [_outgoing(fact, told[fact.entries[0]], receivers, provinces) for fact in facts]


def _outgoing(
    fact: Contracted, told: Told, receivers: Receivers, provinces: Mapping[str, str]
) -> Outgoing:
    reading = receivers.reading
    manifest = receivers.manifests.get(told.manifest, {})
    carrier = str(manifest.get("carrier", ""))
    plate = str(told.body.get("vehicle_plate", "") or manifest.get("vehicle_plate", ""))
    opened = reading.told_of([manifest["opened_idx"]]) if manifest.get("opened_idx") else {}
    sent_by = next((one.act for one in opened.values()), told.act)
    return Outgoing(
        waste=_named(fact.waste),
        left_at=fact.left_at,
        weight_kg=fact.weight_kg,
        handler=reading.person(sent_by),
        carrier=reading.org_names.get(carrier, carrier),
        vehicle=plate,
        way="公路" if plate else "",
        receiver=fact.receiver.name,
        reach=_reach(told, provinces.get(reading.asked.org), provinces.get(receivers.org(told))),
        entries=fact.entries,
    )


def _reach(told: Told, here: str | None, there: str | None) -> str:
    """流向类型; nothing where one of the two is registered nowhere."""
    if told.typ == "export":
        return "越境"
    return ("省内" if here == there else "跨省") if here and there else ""


def solid_batches(reading: Reading, step: Step) -> list[SolidBatch]:
    """附表4 to 7: what was produced, stored, used or disposed of, batch by batch."""
    if step is Step.PRODUCED:
        return [
            SolidBatch(_named(one.waste), one.produced_at, one.weight_kg, one.facility,
                       one.handler, one.entries, one.destination)
            for one in solid(produced(reading))
        ]  # fmt: skip
    if step is Step.STORED:
        return [
            SolidBatch(_named(one.waste), one.moved_at, one.weight_kg, one.facility,
                       one.kept_by, one.entries, one.facility_kind)
            for one in solid(stored(reading, "store_in"))
        ]  # fmt: skip
    used = step is Step.USED
    return [
        SolidBatch(_named(one.waste), one.treated_at, one.weight_kg, one.facility, one.handler,
                   one.entries, method=one.method, finished_at=one.finished_at)
        for one in solid(treated(reading))
        if one.is_use == used
    ]  # fmt: skip


def _flow(fact: Declared) -> Flow:
    own = {use: sum((s.weight_kg for s in fact.own if s.is_use == use), _NOTHING)
           for use in (True, False)}  # fmt: skip
    others = {use: sum((s.weight_kg for s in fact.others if s.is_use == use), _NOTHING)
              for use in (True, False)}  # fmt: skip
    return Flow(
        waste=_named(fact.waste),
        produced_kg=fact.produced_kg,
        stored_kg=fact.closing_kg - fact.opening_kg,
        stock_kg=fact.closing_kg,
        own_use="、".join(s.method for s in fact.own if s.is_use),
        own_use_kg=own[True],
        others_use="、".join(s.method for s in fact.others if s.is_use),
        others_use_kg=others[True],
        own_disposal_kg=own[False],
        others_disposal_kg=others[False],
        entries=fact.entries,
    )


def _named(waste: Waste) -> SolidWaste:
    return SolidWaste(waste.code, waste.common_name or waste.catalogue_name, waste.category)


def _is_solid(fact: OfWaste) -> bool:
    return fact.waste.category.startswith("SW")
