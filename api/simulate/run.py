"""One simulation from its seed to its score."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

import migrations
from api.simulate.district import build_district
from api.simulate.faults import plant_faults
from api.simulate.plan import at
from api.simulate.player import Player, SimulatedClock
from api.simulate.score import score
from api.simulate.whole import plan_district
from waste_trace.services.deployment import Deployment
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.tables import Finding
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

#: A Monday; the same for every run, so that a seed always gives the same district and days.
START = date(2026, 3, 2)
#: A bureau that simulates three months cannot wait ninety days for a small producer.
_NO_COLLECTION_DAYS = 45


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a run gives."""

    value: dict[str, Any]


def simulate(
    folder: Path, producers: int, days: int, seed: int,
    progress: Callable[[date], None] = lambda day: None,
) -> Simulated:  # fmt: skip
    """Play a district with planted faults in a data folder and compare the findings with them."""
    begun = time.monotonic()
    rng = random.Random(seed)
    district = build_district(producers, rng)
    plan = plan_district(district, START, days, rng)
    planted = plant_faults(plan, district, rng)
    clock = SimulatedClock(at(START, 7))
    deployment = _open(folder, clock, days)
    try:
        player = Player(deployment, clock, district, plan, progress)
        player.play()
        with deployment.engine.connect() as connection:
            findings = connection.execute(select(table_of(Finding))).mappings().all()
            head = read_head(connection)
        result = score(planted, [dict(row) for row in findings], player.ids)
    finally:
        deployment.close()
    seconds = round(time.monotonic() - begun, 1)
    events = head.size if head else 0
    return Simulated({**result.as_value(), "events": events, "seconds": seconds})


def _open(folder: Path, clock: SimulatedClock, days: int) -> Deployment:
    settings = Settings(
        data_dir=folder,
        database_url="",
        broker_url="",
        blob_url="",
        no_collection_days=min(_NO_COLLECTION_DAYS, max(days // 2, 1)),
    )
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    engine.dispose()
    return Deployment.open(settings, clock)
