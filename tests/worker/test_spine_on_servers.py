"""The spine in its production shape: PostgreSQL, RabbitMQ, an API process, a worker process.

The same story as ``waste-trace demo``, with nothing changed but settings.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

import migrations
from api.demo.clock import StoryClock
from api.demo.stage import Stage
from api.demo.story import Story, new_passwords
from tests.conftest import Furnished
from tests.databases import unavailable
from tests.serving import application, serving
from tests.worker.rabbitmq import RabbitMq
from waste_trace.services.deployment import Deployment
from waste_trace.services.rebuild import rebuild, snapshot
from waste_trace.settings import Settings
from waste_trace.store.engine import open_engine
from waste_trace.store.tables import Frame, Outbox
from waste_trace.store.writing import table_of

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMq]:
    """A running RabbitMQ."""
    try:
        rabbit = RabbitMq()
    except (FileNotFoundError, RuntimeError) as error:
        unavailable(str(error))
    yield rabbit
    rabbit.stop()


@pytest.fixture
def settings(
    postgres_furnished: Furnished | str, broker: RabbitMq, tmp_path: Path
) -> Iterator[Settings]:
    """Settings of the production shape."""
    if isinstance(postgres_furnished, str):
        unavailable(postgres_furnished)
    database = postgres_furnished.databases.empty()
    yield Settings(
        data_dir=tmp_path / "data", database_url=database.url, broker_url=broker.url, blob_url=""
    )
    postgres_furnished.databases.drop(database)


@pytest.fixture
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A real ``waste-trace worker`` process."""
    engine = open_engine(settings.database)
    migrations.upgrade(engine)
    engine.dispose()
    own = {
        **os.environ,
        "WASTE_TRACE_DATA_DIR": str(settings.data_dir),
        "WASTE_TRACE_DATABASE_URL": settings.database_url,
        "WASTE_TRACE_BROKER_URL": settings.broker_url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "worker"], env=own, start_new_session=True
    )
    yield process
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_the_story_is_proven_on_postgresql_and_rabbitmq(
    settings: Settings, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    """Every step is proven; the frames were verified by the worker; the rebuild gives the same."""
    # The worker is another process with the real time, so the story happens now, too.
    clock = StoryClock(datetime.now(UTC))
    deployment = Deployment.open(settings, clock.ms)
    try:
        with serving(application(deployment)) as url:
            stage = Stage(deployment, url, clock, tmp_path, new_passwords())
            story = Story(stage, tmp_path / "audit" / "bundle", tmp_path / "audit" / "keys")
            story.play()
            stage.close()
        assert [step for step in story.steps if not step.proven] == []
        assert worker.poll() is None
        with deployment.engine.connect() as connection:
            live = snapshot(connection)
            jobs = connection.execute(select(table_of(Outbox))).all()
            frames = connection.execute(select(table_of(Frame).c.verdict)).scalars().all()
        assert frames == ["verified", "unobservable"]
        frame_jobs = [job for job in jobs if job.task == "verify_frame"]
        assert [job.done_at is not None for job in frame_jobs] == [True, True]
        rebuild(deployment)
        with deployment.engine.connect() as connection:
            assert snapshot(connection) == live
    finally:
        deployment.close()
