"""A truck off its planned route, or much longer under way than planned (路线偏离, 运输超时).

The planned route is a corridor: points in order, and how far from the line between them is still
on the route. Distances are taken on a plane at the waypoint, exact to metres over a district.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from waste_trace.compliance.impossible_travel import Place
from waste_trace.compliance.rule import Raised, Rule, Severity

ROUTE_DEVIATION = Rule(
    "route_deviation",
    "运输路线偏离",
    "Off the planned route",
    "危险废物转移管理办法 11 (记录运输轨迹); the width is configuration",
    "M",
    Severity.WARNING,
    ("route_width_m",),
)
TIME_DEVIATION = Rule(
    "time_deviation",
    "运输超时",
    "Under way for much longer than planned",
    "own rule (浙江预警实践: 运输超时); the tolerance is configuration",
    "M",
    Severity.WARNING,
    ("journey_tolerance_minutes",),
)
_KM_PER_DEGREE = 111.195
_MIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """A corridor of at least two points, its half width, and the minutes that the journey takes."""

    points: tuple[Place, ...]
    width_km: float
    minutes: int | None = None

    def km_off(self, place: Place) -> float:
        """How far a place is from the line through the points; 0 on it."""
        return min(_km_to_leg(place, a, b) for a, b in itertools.pairwise(self.points))


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where the truck was seen, and by which entry."""

    idx: int
    at: datetime
    place: Place


def route_deviation(
    manifest: str, carrier: str, route: PlannedRoute, waypoints: Sequence[Waypoint]
) -> list[Raised]:
    """One finding for each stretch outside the corridor, with its farthest point."""
    outside = [(waypoint, route.km_off(waypoint.place)) for waypoint in sorted_by_time(waypoints)]
    stretches = itertools.groupby(outside, key=lambda pair: pair[1] > route.width_km)
    return [
        _off_route(manifest, carrier, list(stretch), route.width_km)
        for off, stretch in stretches
        if off
    ]


def time_deviation(
    manifest: str,
    carrier: str,
    planned_minutes: int | None,
    departed: tuple[int, datetime] | None,
    arrived: tuple[int, datetime] | None,
    now: datetime,
    tolerance: timedelta,
) -> list[Raised]:
    """A finding for a journey that took, or has been taking, too long.

    Args:
        departed, arrived: ledger index and claimed time of the events, or None.
    """
    if planned_minutes is None or departed is None:
        return []
    took = (arrived[1] if arrived else now) - departed[1]
    if took <= planned_minutes * _MIN + tolerance:
        return []
    minutes = int(took / _MIN)
    still_zh, still_en = ("", "took") if arrived else ("至今", "has taken")
    events = [departed[0], arrived[0]] if arrived else [departed[0]]
    rule = TIME_DEVIATION
    return [
        Raised(
            rule, f"{rule.name}:{manifest}", manifest, carrier,
            f"运输{still_zh}历时 {minutes} 分钟，计划 {planned_minutes} 分钟。",
            f"The journey {still_en} {minutes} minutes, {planned_minutes} were planned.",
            {"minutes": minutes, "planned_minutes": planned_minutes, "events": events},
        )
    ]  # fmt: skip


def sorted_by_time(waypoints: Sequence[Waypoint]) -> list[Waypoint]:
    """Waypoints in the order of the journey, whatever order they were logged in."""
    return sorted(waypoints, key=lambda waypoint: (waypoint.at, waypoint.idx))


def _off_route(
    manifest: str, carrier: str, stretch: Sequence[tuple[Waypoint, float]], width_km: float
) -> Raised:
    farthest, km = max(stretch, key=lambda pair: pair[1])
    events = [waypoint.idx for waypoint, _ in stretch]
    rule = ROUTE_DEVIATION
    return Raised(
        rule, f"{rule.name}:{manifest}:{stretch[0][0].idx}", manifest, carrier,
        f"运输偏离计划路线最远 {km:.1f} km（第 {farthest.idx} 条），允许 {width_km:.1f} km。",
        f"The truck was {km:.1f} km off the planned route (entry {farthest.idx}); "
        f"{width_km:.1f} km are allowed.",
        {"metres": round(km * 1000), "width_metres": round(width_km * 1000), "events": events},
    )  # fmt: skip


def _km_to_leg(place: Place, start: Place, end: Place) -> float:
    """The distance from a place to the straight leg, on the plane that touches the place."""
    east = _KM_PER_DEGREE * cos(radians(place.latitude))

    def flat(other: Place) -> tuple[float, float]:
        return (
            (other.longitude - place.longitude) * east,
            (other.latitude - place.latitude) * _KM_PER_DEGREE,
        )

    (ax, ay), (bx, by) = flat(start), flat(end)
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    along = 0.0 if not length else max(0.0, min(1.0, -(ax * dx + ay * dy) / length))
    return hypot(ax + along * dx, ay + along * dy)
