"""The day's review is written once a day, by whichever process comes first, and when one can."""

import threading
from pathlib import Path

from sqlalchemy import select

from api.worker.reviewing import DailyReview
from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.devices import Clock
from waste_trace.services.deployment import Deployment
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of


def days(deployment: Deployment) -> list[str]:
    """The days that were reviewed, as the ledger has them."""
    table = table_of(EventIndex)
    query = select(table.c.body).where(table.c.typ == "review").order_by(table.c.idx)
    with deployment.engine.connect() as connection:
        return [body[-12:-2] for body in connection.execute(query).scalars()]


def test_each_day_is_reviewed_once_whoever_looks(deployment: Deployment, clock: Clock) -> None:
    one, other = DailyReview(deployment), DailyReview(deployment)
    assert one.look()
    assert not one.look()
    assert not other.look()
    clock.forward(hours=7, minutes=59)  # still the 23rd in Shanghai
    assert not one.look()
    clock.forward(minutes=2)
    assert other.look()
    assert not one.look()
    assert days(deployment) == ["2026-11-23", "2026-11-24"]


def test_nothing_is_written_before_the_ledger_is_open(
    database: Database, open_deployment: OpenDeployment, data_dir: Path
) -> None:
    deployment = open_deployment(database, data_dir)
    assert not DailyReview(deployment).look()
    assert days(deployment) == []


def test_the_thread_reviews_and_stops(deployment: Deployment) -> None:
    daily = DailyReview.start_for(deployment, look_seconds=0.05)
    waited = threading.Event()
    for _ in range(200):
        if days(deployment):
            break
        waited.wait(0.05)
    daily.stop()
    assert days(deployment) == ["2026-11-23"]
