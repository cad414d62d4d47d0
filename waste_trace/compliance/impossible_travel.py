"""A container that was scanned in two places faster than anything drives (不可能的行程)."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.custody.fold import CLOCK_SKEW, Touch

IMPOSSIBLE_TRAVEL = Rule(
    "impossible_travel",
    "行程不可能",
    "Impossible travel",
    "own rule; the speed is configuration (dangerous goods may do 80 km/h on motorways)",
    "M",
    Severity.SERIOUS,
    ("travel_limit_kmh",),
)
_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is: decimal degrees, WGS 84."""

    latitude: float
    longitude: float

    def km_to(self, other: "Place") -> float:
        """Great-circle distance (haversine)."""
        north = radians(other.latitude - self.latitude) / 2
        east = radians(other.longitude - self.longitude) / 2
        across = cos(radians(self.latitude)) * cos(radians(other.latitude))
        return 2 * _EARTH_KM * asin(sqrt(sin(north) ** 2 + across * sin(east) ** 2))


def impossible_travel(
    container: str, touches: Sequence[Touch], places: Mapping[str, Place], limit_kmh: int
) -> list[Raised]:
    """Findings for scans of one container at two located sites with too little time between."""
    if len(places) < 2:
        return []  # the usual case, asked at each event
    located = sorted(
        (touch for touch in touches if touch.site in places),
        key=lambda touch: (touch.claimed_at, touch.idx),
    )
    raised = []
    for before, after in itertools.pairwise(located):
        km = places[before.site].km_to(places[after.site])
        hours = (after.claimed_at - before.claimed_at + CLOCK_SKEW) / timedelta(hours=1)
        if km > hours * limit_kmh:
            raised.append(_raise(container, before, after, km))
    return raised


def _raise(container: str, before: Touch, after: Touch, km: float) -> Raised:
    minutes = int((after.claimed_at - before.claimed_at) / timedelta(minutes=1))
    return Raised(
        rule=IMPOSSIBLE_TRAVEL,
        key=f"{IMPOSSIBLE_TRAVEL.name}:{container}:{before.idx}:{after.idx}",
        subject=container,
        org=after.org,
        zh=f"{minutes} 分钟内出现在相距 {km:.0f} km 的两处，标签疑被复制。",
        en=f"Seen in two places {km:.0f} km apart within {minutes} minutes: a copied label?",
        facts={
            "events": [before.idx, after.idx],
            "sites": [before.site, after.site],
            "km": round(km),
            "minutes": minutes,
        },
    )
