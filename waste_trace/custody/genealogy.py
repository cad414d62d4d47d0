"""Genealogy with quantities: which part of a container's waste came from where, and went where.

Waste goes along edges with weights. What a node received is the sum of its edges in, what it gave
the sum of its edges out; a node's waste is mixed, so each edge carries the same mixture.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Edge:
    """So much of ``parent`` went into ``child``; None where nobody knows how much.

    ``treated``: it was treated on the way, and ``child`` is what came out (次生废物).
    """

    parent: str
    child: str
    weight_kg: Decimal | None
    treated: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What a node has to do with the container that was asked about.

    Attributes:
        share: 0 to 1, to six decimals: of the container's waste, how much came through this node
            (backward) or went into it (forward); None where a weight on the way is unknown.
        last: nothing is known beyond it: a source, or an end.
        treated: a treatment lies between: the share says what had a part in it, not kilograms.
    """

    node: str
    share: Decimal | None
    last: bool
    treated: bool = False


def sources_of(node: str, edges: Iterable[Edge]) -> list[Share]:
    """Every ancestor with its share, nearest first; ``edges``: all into it and its ancestors."""
    return _walk(node, [_turned(edge) for edge in edges])


def ends_of(node: str, edges: Iterable[Edge]) -> list[Share]:
    """Every descendant with its share, nearest first; ``edges``: all out of it and of those."""
    return _walk(node, edges)


def cycles(edges: Iterable[Edge]) -> list[tuple[str, ...]]:
    """Groups of nodes that went into themselves, each sorted; waste cannot do that."""
    outs: dict[str, set[str]] = {}
    for edge in edges:
        outs.setdefault(edge.parent, set()).add(edge.child)
    left = _without_ends(outs)
    found: list[tuple[str, ...]] = []
    while left:
        start = min(left)
        round_trip = _reach(start, left) & _reach(start, _reversed(left))
        if start in _reach(start, left):
            found.append(tuple(sorted(round_trip)))
        for node in round_trip | {start}:
            left.pop(node, None)
    return found


def _walk(start: str, edges: Iterable[Edge]) -> list[Share]:
    """Shares along the edges from ``start``: each node once all that leads to it is known.

    Nodes of a cycle are never so far: they are named, without a share.
    """
    outs: dict[str, list[Edge]] = {}
    waits: dict[str, int] = {start: 0}
    for edge in edges:
        outs.setdefault(edge.parent, []).append(edge)
        waits[edge.child] = waits.get(edge.child, 0) + 1
    shares: dict[str, Decimal | None] = {start: Decimal(1)}
    treated: set[str] = set()
    ready, order = [start], list[str]()
    while ready:
        node = ready.pop(0)
        order.append(node)
        for edge, part in zip(outs.get(node, ()), _parts(outs.get(node, ())), strict=True):
            shares[edge.child] = _plus(shares.get(edge.child, Decimal(0)), shares[node], part)
            if edge.treated or node in treated:
                treated.add(edge.child)
            waits[edge.child] -= 1
            if not waits[edge.child] and edge.child != start:
                ready.append(edge.child)
    stuck = sorted(node for node in waits if node not in order)
    return [
        Share(node, None if node in stuck else _rounded(shares[node]), node not in outs,
              node in treated)
        for node in (*order[1:], *stuck)
    ]  # fmt: skip


def _parts(edges: Iterable[Edge]) -> list[Decimal | None]:
    """How the waste of one node is spread over its edges; unknown if one of several is."""
    listed = list(edges)
    if len(listed) == 1:
        return [Decimal(1)]
    weights = [edge.weight_kg for edge in listed]
    known = [weight_kg for weight_kg in weights if weight_kg is not None]
    total = sum(known, Decimal(0))
    if len(known) < len(weights) or not total:
        return [None] * len(weights)
    return [weight_kg / total for weight_kg in known]


def _plus(before: Decimal | None, carried: Decimal | None, part: Decimal | None) -> Decimal | None:
    if before is None or carried is None or part is None:
        return None
    return before + carried * part


def _rounded(share: Decimal | None) -> Decimal | None:
    return None if share is None else share.quantize(_PLACES)


def _turned(edge: Edge) -> Edge:
    return Edge(edge.child, edge.parent, edge.weight_kg, edge.treated)


def _without_ends(outs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out, again and again, what leads nowhere: it is in no cycle."""
    left = {node: set(children) for node, children in outs.items()}
    ins = _reversed(left)
    ends = [child for children in outs.values() for child in children if child not in outs]
    while ends:
        for parent in ins.pop(ends.pop(), ()):
            if parent in left and not left[parent] & left.keys():
                del left[parent]
                ends.append(parent)
    return {node: children & left.keys() for node, children in left.items()}


def _reversed(outs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    ins: dict[str, set[str]] = {}
    for parent, children in outs.items():
        for child in children:
            ins.setdefault(child, set()).add(parent)
    return ins


def _reach(start: str, outs: Mapping[str, set[str]]) -> set[str]:
    """The nodes that can be reached in one step or more."""
    found: set[str] = set()
    frontier = set(outs.get(start, ()))
    while frontier:
        found |= frontier
        frontier = {child for node in frontier for child in outs.get(node, ())} - found
    return found
