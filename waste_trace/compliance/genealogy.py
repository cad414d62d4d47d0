"""Waste that went into itself, and batches that gave more than there was (谱系异常)."""

from collections.abc import Sequence
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.weight_difference import WeightTolerance

GENEALOGY_CYCLE = Rule(
    "genealogy_cycle",
    "谱系成环",
    "A container went into itself",
    "own rule: waste is poured forward in time (HJ 1259-2022 6.2 可追溯)",
    "P",
    Severity.SERIOUS,
)
OVERDRAWN = Rule(
    "overdrawn",
    "批次超额装桶",
    "More was filled from a batch than was produced",
    "HJ 1259-2022 App. B.1, B.2 (产生量与入库量); the tolerance is configuration",
    "P",
    Severity.WARNING,
    ("weight_tolerance_permille", "weight_tolerance_kg"),
)


def genealogy_cycle(nodes: Sequence[str], org: str) -> Raised:
    """A finding on containers that went into each other in a circle, on the first of them."""
    shown = "、".join(nodes[:5])
    return Raised(
        rule=GENEALOGY_CYCLE,
        key=f"{GENEALOGY_CYCLE.name}:{nodes[0]}",
        subject=nodes[0],
        org=org,
        zh=f"{len(nodes)} 个容器互相装入成环：{shown}。",
        en=f"{len(nodes)} containers went into each other in a circle.",
        facts={"containers": list(nodes[:20]), "count": len(nodes)},
    )


def overdrawn(
    node: str, org: str, produced_kg: Decimal, filled_kg: Decimal, tolerance: WeightTolerance
) -> list[Raised]:
    """A finding on a batch from which more was filled than was produced, beyond scale noise."""
    if filled_kg <= produced_kg or tolerance.allows(produced_kg, filled_kg):
        return []
    batch = node.rpartition("/")[2]
    return [
        Raised(
            rule=OVERDRAWN,
            key=f"{OVERDRAWN.name}:{node}",
            subject=node,
            org=org,
            zh=f"批次 {batch} 产生 {produced_kg} kg，已装桶 {filled_kg} kg。",
            en=f"Batch {batch}: {produced_kg} kg were produced and {filled_kg} kg filled.",
            facts={"produced_kg": str(produced_kg), "filled_kg": str(filled_kg)},
        )
    ]
