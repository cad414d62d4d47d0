"""Which waste went into what, with weights: the edges that a trace walks (去向、来源)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from waste_trace.custody.fold import Present, Touch
from waste_trace.custody.movements import Kind
from waste_trace.custody.stated import stated_kg
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import GenealogyEdge

#: Verbs whose events are edges.
DIVIDING = frozenset({"merge", "split", "repack"})
EDGE_VERBS = frozenset({"fill", "produce_secondary", *DIVIDING})
_GRAM = Decimal("0.001")


def batch_node(org: str, batch: str) -> str:
    """The node of a batch: its number is its unit's own, so the unit is part of the name."""
    return f"{org}/{batch}"


def project_edges(code: str, present: Present, work: Work) -> None:
    """The edges that start or end at a container, as its fold weighs them now."""
    for touch in work.histories.container(code):
        if touch.typ in EDGE_VERBS:
            for edge in _edges(code, present, touch):
                work.rows.put(GenealogyEdge, edge)


def drop_edges(touch: Touch, roles: Mapping[str, str], work: Work) -> None:
    """Take away the edges of an event as it read, with these containers in these parts."""
    for code, role in roles.items():
        for edge in _edges(code, Present(), replace(touch, role=role, container=code)):
            work.rows.drop(GenealogyEdge, edge["parent"], edge["child"], edge["idx"])


def _edges(code: str, present: Present, touch: Touch) -> Iterator[dict[str, Any]]:
    body = touch.body
    if touch.typ == "fill" and body.get("batch"):
        unit = str(body.get("unit") or touch.org)
        weight_kg = _booked(present, touch.idx, Kind.PRODUCED)
        yield _edge(batch_node(unit, str(body["batch"])), code, touch, weight_kg)
    elif touch.role == "source":
        unit = str(body.get("unit") or touch.org)
        treated = [move.weight_kg for move in present.moves if move.kind is Kind.TREATED]
        weight_kg = -sum(treated, Decimal(0)) if treated else None
        yield _edge(code, batch_node(unit, str(body["batch"])), touch, weight_kg)
    elif touch.role == "input":
        content_kg = _booked(present, touch.idx, Kind.PACKED)
        for child, share in _shares(body).items():
            part = None if content_kg is None else (-content_kg * share).quantize(_GRAM)
            yield _edge(code, child, touch, part)


def _shares(body: Mapping[str, object]) -> dict[str, Decimal]:
    """How an input is spread over the outputs: by what each of them holds."""
    into = body["into"]
    if not isinstance(into, list):
        return {str(into): Decimal(1)}
    names = [str(one["container"]) for one in into]
    held = {name: stated_kg(body, name, "output") or Decimal(0) for name in names}
    total = sum(held.values(), Decimal(0))
    return {name: weight_kg / total if total else Decimal(0) for name, weight_kg in held.items()}


def _booked(present: Present, idx: int, kind: Kind) -> Decimal | None:
    found = [move.weight_kg for move in present.moves if move.idx == idx and move.kind is kind]
    return sum(found, Decimal(0)) if found else None


def _edge(parent: str, child: str, touch: Touch, weight_kg: Decimal | None) -> dict[str, Any]:
    kind = "secondary" if touch.role == "source" else touch.typ
    return {
        "parent": parent,
        "child": child,
        "idx": touch.idx,
        "kind": kind,
        "weight_kg": weight_kg,
    }
