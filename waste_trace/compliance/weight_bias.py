"""Weighings that are wrong to one side again and again, each of them within tolerance (系统性短重).

A scale errs to both sides. How likely so many errors to one side are if each side is as likely as
the other is the exact binomial sign test, in whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import comb

from waste_trace.compliance.rule import Raised, Rule, Severity

WEIGHT_BIAS = Rule(
    "weight_bias",
    "称重长期偏向一侧",
    "Weights differ to one side again and again",
    "own rule: exact binomial sign test; number of deliveries and limits are configuration",
    "M",
    Severity.WARNING,
    ("weight_bias_deliveries", "weight_bias_chance", "weight_bias_permille"),
)


@dataclass(frozen=True, slots=True)
class BiasLimits:
    """When one-sided differences are no chance. 未核实: own figures.

    Attributes:
        deliveries: so many of the last ones are looked at.
        chance: what happens by chance less often than once in so many is no chance.
        permille: a difference of all together below this is of no matter: a scale may be off.
    """

    deliveries: int = 20
    chance: int = 1000
    permille: int = 2


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was weighed by two: a manifest, or a ``container`` that was collected at a door.

    Attributes:
        manifest: its number, "" at a door. idx: the last entry of it.
        dispatched_kg: as it left, or as was said at the door. received_kg: by the next scale.
    """

    manifest: str
    idx: int
    dispatched_kg: Decimal
    received_kg: Decimal
    container: str = ""

    @property
    def difference_kg(self) -> Decimal:
        """Negative: less was received."""
        return self.received_kg - self.dispatched_kg


@dataclass(frozen=True, slots=True)
class Bias:
    """A split of the last deliveries that no chance explains: so many ``times`` to one side."""

    last: tuple[Delivery, ...]
    times: int
    difference_kg: Decimal

    @property
    def facts(self) -> dict[str, object]:
        """What a finding states of it."""
        less = self.difference_kg < 0
        return {
            "deliveries": len(self.last),
            "short": self.times if less else len(self.last) - self.times,
            "difference_kg": str(self.difference_kg),
            "events": [one.idx for one in self.last],
            "manifests": [one.manifest for one in self.last if one.manifest],
            "containers": [one.container for one in self.last if one.container],
        }


def bias_subject(sender: str, receiver: str) -> str:
    """What a finding on the deliveries between two parties is about."""
    return f"{sender}>{receiver}"


def weight_bias(
    sender: str, receiver: str, deliveries: Sequence[Delivery], limits: BiasLimits
) -> list[Raised]:
    """A finding on two parties, or nothing.

    Args:
        deliveries: in the order of their opening; the last ``limits.deliveries`` count.
    """
    bias = one_sided(deliveries, limits)
    if bias is None:
        return []
    subject, less = bias_subject(sender, receiver), bias.difference_kg < 0
    return [
        Raised(
            rule=WEIGHT_BIAS,
            key=f"{WEIGHT_BIAS.name}:{subject}",
            subject=subject,
            org=receiver,
            zh=f"最近 {len(bias.last)} 批中 {bias.times} 批接收量{'少' if less else '多'}于移出量，"
            f"累计 {bias.difference_kg:+f} kg，非偶然误差可解释。",
            en=f"Of the last {len(bias.last)} deliveries {bias.times} weighed "
            f"{'less' if less else 'more'} than dispatched, {bias.difference_kg:+f} kg together: "
            "no chance explains it.",
            facts={"sender": sender, "receiver": receiver, **bias.facts},
        )
    ]


def door_bias(platform: str, deliveries: Sequence[Delivery], limits: BiasLimits) -> list[Raised]:
    """A finding on a platform's collections at all doors (上门收集) together, or nothing.

    One producer is visited once a month; what is kept back at every door shows in a week.

    Args:
        deliveries: what was said at a door, and what the depot's scale said, in order.
    """
    bias = one_sided(deliveries, limits)
    if bias is None:
        return []
    less = bias.difference_kg < 0
    return [
        Raised(
            rule=WEIGHT_BIAS,
            key=f"{WEIGHT_BIAS.name}:{platform}",
            subject=platform,
            org=platform,
            zh=f"最近 {len(bias.last)} 次上门收集中 {bias.times} 次站内称重"
            f"{'少' if less else '多'}于上门重量，累计 {bias.difference_kg:+f} kg，"
            "非偶然误差可解释。",
            en=f"Of the last {len(bias.last)} collections {bias.times} weighed "
            f"{'less' if less else 'more'} at the depot than at the door, "
            f"{bias.difference_kg:+f} kg together: no chance explains it.",
            facts={"platform": platform, **bias.facts},
        )
    ]


def one_sided(deliveries: Sequence[Delivery], limits: BiasLimits) -> Bias | None:
    """The bias of the last deliveries, or None where chance or a scale that is off explains it."""
    last = [one for one in deliveries[-limits.deliveries :] if one.difference_kg]
    short = sum(one.difference_kg < 0 for one in last)
    dispatched_kg = sum((one.dispatched_kg for one in last), Decimal(0))
    difference_kg = sum((one.difference_kg for one in last), Decimal(0))
    if not is_no_chance(short, len(last), limits.chance):
        return None
    if abs(difference_kg) * 1000 < dispatched_kg * limits.permille:
        return None
    # Many small ones to one side and a large one to the other are no bias of the scale.
    if (difference_kg < 0) != (short * 2 > len(last)):
        return None
    times = short if difference_kg < 0 else len(last) - short
    return Bias(tuple(last), times, difference_kg)


def is_no_chance(short: int, of: int, chance: int) -> bool:
    """Whether a split as uneven as this one, to either side, is rarer than once in ``chance``."""
    more = max(short, of - short)
    ways = sum(comb(of, k) for k in range(more, of + 1))
    return of > 0 and 2 * ways * chance < 2**of
