"""The head of the trace page: what is in the container, where it is, what it weighs to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from waste_trace.catalogue.lookup import packaged
from waste_trace.services.trace_container import Trace


@dataclass(frozen=True, slots=True)
class WasteView:
    """A waste code with what the catalogue says of it.

    Attributes:
        hazards: letter, Chinese name. warning: what to check if the catalogue does not know it.
    """

    code: str
    category: str
    description: str
    hazards: tuple[tuple[str, str], ...]
    warning: str


@dataclass(frozen=True, slots=True)
class WeightView:
    """One witness's weight and how it differs from the one before."""

    zh: str
    en: str
    weight_kg: Decimal | None
    difference_kg: Decimal | None


@dataclass(frozen=True, slots=True)
class TraceView:
    """What stands above the timeline."""

    container: Mapping[str, Any]
    waste: WasteView
    unit_name: str
    holder_name: str
    site_name: str
    method: str
    weights: tuple[WeightView, ...]
    sources: tuple[Mapping[str, Any], ...]
    ends: tuple[Mapping[str, Any], ...]
    batches: tuple[Mapping[str, Any], ...]
    complete: bool


def view_waste(code: str, edition: str = "") -> WasteView:
    """A waste code in words, under the edition that it was recorded with."""
    catalogue = packaged()
    known = edition if edition in catalogue.editions else None
    found = catalogue.find(code, known)
    entry = found.entry
    return WasteView(
        code=code,
        category=f"{entry.category} {entry.category_name}" if entry else "",
        description=entry.description if entry else "",
        hazards=tuple((hazard.value, hazard.zh) for hazard in entry.hazards) if entry else (),
        warning=found.warning.zh if found.warning else "",
    )


def view_method(code: str) -> str:
    """A method of utilisation or disposal with its name, as far as the list knows it."""
    method = packaged().method(code)
    return f"{code} {method.name}" if method else code


def view_trace(trace: Trace, names: Mapping[str, str], sites: Mapping[str, str]) -> TraceView:
    """The head of a trace; organisations and sites by name where they are registered."""
    row = trace.container
    return TraceView(
        container=row,
        waste=view_waste(row["waste_code"]),
        unit_name=names.get(row["unit"], row["unit"]),
        holder_name=names.get(row["holder"], row["holder"]),
        site_name=sites.get(row["site"], row["site"]),
        method=view_method(row["method"]),
        weights=three_weights(row["declared_kg"], row["dispatched_kg"], row["received_kg"]),
        sources=trace.sources,
        ends=trace.ends,
        batches=trace.batches,
        complete=trace.complete,
    )


def three_weights(
    declared_kg: Decimal | None, dispatched_kg: Decimal | None, received_kg: Decimal | None
) -> tuple[WeightView, ...]:
    """The three witnesses side by side, never mixed into one figure."""
    return (
        WeightView("产生申报", "Declared", declared_kg, None),
        WeightView("移出装车", "Dispatched", dispatched_kg, _less(dispatched_kg, declared_kg)),
        WeightView("接收过磅", "Received", received_kg, _less(received_kg, dispatched_kg)),
    )


def _less(weight_kg: Decimal | None, before_kg: Decimal | None) -> Decimal | None:
    return None if weight_kg is None or before_kg is None else weight_kg - before_kg
