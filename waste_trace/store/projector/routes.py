"""A manifest's journey against its planned route (规划路线): where it went and how long it took."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from waste_trace.compliance.impossible_travel import Place
from waste_trace.compliance.route_deviation import (
    ROUTE_DEVIATION,
    TIME_DEVIATION,
    PlannedRoute,
    Waypoint,
    route_deviation,
    time_deviation,
)
from waste_trace.custody.fold import Touch
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Handler, Work
from waste_trace.store.tables import Manifest, RoutePlan

_RULES = (ROUTE_DEVIATION.name, TIME_DEVIATION.name)
#: Verbs that say where the vehicle is, or that it left or arrived.
JOURNEY_VERBS = frozenset({"depart", "waypoint", "take_over", "arrive"})


def project_route(record: Record, work: Work) -> None:
    """``plan_route``: the newest plan counts, also for what was driven before it arrived here."""
    body = record.event.body
    number = str(body["manifest"])
    points = body["points"]
    row = {
        "manifest": number,
        "org": record.event.org,
        "points": json.dumps(points),
        "width_m": body.get("width_m"),
        "minutes": body.get("minutes"),
        "idx": record.idx,
    }
    work.rows.put(RoutePlan, row)
    settle_journey(number, record.logged_at, record, work)


def project_journey(record: Record, work: Work) -> None:
    """The vehicle was somewhere: settle what that says of its manifest's route."""
    settle_journey(str(record.event.body["manifest"]), record.logged_at, record, work)


def settle_journey(number: str, now: datetime, record: Record, work: Work) -> None:
    """Settle both rules on a manifest; one without a planned route has nothing to deviate from."""
    plan = work.rows.get(RoutePlan, number)
    if plan is None:
        return
    touches = work.histories.manifest(number)
    manifest = work.rows.get(Manifest, number)
    carrier = manifest["carrier"] if manifest else ""
    limits = work.config.rules.limits
    route = _route(plan, limits.route_width_m)
    departed, arrived = _end(touches, "depart", min), _end(touches, "arrive", max)
    raised = [
        *route_deviation(number, carrier, route, _waypoints(touches)),
        *time_deviation(
            number, carrier, route.minutes, departed, arrived, now, limits.journey_tolerance
        ),
    ]
    work.findings.settle(_RULES, number, raised, record)


def _route(plan: dict[str, Any], width_m: int) -> PlannedRoute:
    points = tuple(
        Place(float(point["latitude"]), float(point["longitude"]))
        for point in json.loads(plan["points"])
    )
    return PlannedRoute(points, (plan["width_m"] or width_m) / 1000, plan["minutes"])


def _waypoints(touches: Sequence[Touch]) -> list[Waypoint]:
    return [
        Waypoint(
            touch.idx,
            touch.claimed_at,
            Place(float(str(touch.body["latitude"])), float(str(touch.body["longitude"]))),
        )
        for touch in touches
        if touch.typ == "waypoint"
    ]


def _end(touches: Sequence[Touch], typ: str, which: Any) -> tuple[int, datetime] | None:
    ends = [(touch.claimed_at, touch.idx) for touch in touches if touch.typ == typ]
    if not ends:
        return None
    at, idx = which(ends)
    return idx, at


HANDLERS: dict[str, Handler] = {"plan_route": project_route}
