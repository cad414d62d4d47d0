"""Jobs: leased by one, done once, tried again after a wait that grows and has an end."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from tests.databases import Database
from waste_trace.store import outbox
from waste_trace.store.engine import open_engine
from waste_trace.store.outbox import LEASE, MAX_BACKOFF, Job
from waste_trace.store.tables import Outbox
from waste_trace.store.writing import table_of, write_transaction

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    """An engine on a migrated database."""
    opened = open_engine(database.url)
    yield opened
    opened.dispose()


def ask(engine: Engine, number: int = 1, now: datetime = NOW) -> str:
    """Ask for one job."""
    with write_transaction(engine) as connection:
        return outbox.ask(connection, "verify_frame", {"capture": number}, now)


def lease_one(engine: Engine, now: datetime) -> Job:
    """Lease the one job that is due."""
    (job,) = outbox.lease_due(engine, now)
    return job


def test_a_job_is_leased_by_one(engine: Engine) -> None:
    job_id = ask(engine)
    job = lease_one(engine, NOW)
    assert job == Job(job_id, "verify_frame", {"capture": 1}, 1)
    assert outbox.lease_due(engine, NOW) == []
    assert outbox.waiting(engine) == 1


def test_a_job_whose_fact_was_rolled_back_is_not_asked_for(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="no"):
        ask_in_vain(engine)
    assert outbox.waiting(engine) == 0


def ask_in_vain(engine: Engine) -> None:
    """Ask in a transaction that fails."""
    with write_transaction(engine) as connection:
        outbox.ask(connection, "verify_frame", {}, NOW)
        raise RuntimeError("no")


def test_a_lease_ends_and_the_job_is_leased_again(engine: Engine) -> None:
    ask(engine)
    lease_one(engine, NOW)
    assert outbox.lease_due(engine, NOW + LEASE) == []
    again = lease_one(engine, NOW + LEASE + SECOND)
    assert again.attempts == 2


def test_a_done_job_is_done(engine: Engine) -> None:
    job_id = ask(engine)
    job = lease_one(engine, NOW)
    assert outbox.find_job(engine, job_id) == job
    outbox.mark_done(engine, job_id, NOW)
    assert outbox.lease_due(engine, NOW + timedelta(days=9)) == []
    assert outbox.find_job(engine, job_id) is None
    assert outbox.waiting(engine) == 0


def test_a_failed_job_waits_longer_each_time(engine: Engine) -> None:
    ask(engine)
    now, waits = NOW, []
    for attempt in range(1, 15):
        job = lease_one(engine, now)
        assert job.attempts == attempt
        outbox.mark_failed(engine, job, "no camera", now)
        wait = min(timedelta(seconds=2**attempt), MAX_BACKOFF)
        assert outbox.lease_due(engine, now + wait - SECOND / 1000) == []
        waits.append(wait)
        now += wait
    assert waits == sorted(waits)
    assert waits[-1] == MAX_BACKOFF


def test_a_job_that_never_succeeds_is_still_tried(engine: Engine) -> None:
    """Two to the power of a week's attempts is no duration any more."""
    ask(engine)
    job = lease_one(engine, NOW)
    outbox.mark_failed(engine, Job(job.id, job.task, job.args, 5000), "x" * 9000, NOW)
    assert lease_one(engine, NOW + MAX_BACKOFF).attempts == 2
    with engine.connect() as connection:
        kept = connection.execute(select(table_of(Outbox).c.last_error)).scalar_one()
    assert kept == "x" * 500


def test_the_oldest_come_first_and_no_more_than_asked(engine: Engine) -> None:
    for number in (3, 1, 2):
        ask(engine, number, NOW + number * SECOND)
    leased = outbox.lease_due(engine, NOW + 10 * SECOND, limit=2)
    assert sorted(job.args["capture"] for job in leased) == [1, 2]  # type: ignore[type-var]
    assert outbox.lease_due(engine, NOW + 10 * SECOND)[0].args == {"capture": 3}


def test_a_job_is_not_due_before_its_time(engine: Engine) -> None:
    ask(engine, now=NOW + SECOND)
    assert outbox.lease_due(engine, NOW) == []
    assert len(outbox.lease_due(engine, NOW + SECOND)) == 1


def test_a_job_with_a_name_is_asked_for_once(engine: Engine) -> None:
    for number in (1, 2):
        with write_transaction(engine) as connection:
            outbox.ask_once(connection, "daily-2026-11-23", "daily", {"number": number}, NOW)
    job = lease_one(engine, NOW)
    assert job.args == {"number": 1}
    outbox.mark_done(engine, job.id, NOW)
    with write_transaction(engine) as connection:
        outbox.ask_once(connection, "daily-2026-11-23", "daily", {"number": 3}, NOW)
    assert outbox.waiting(engine) == 0


def test_runners_divide_the_tasks(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        for task in ("verify_frame", "post_webhook", "mail_notices"):
            outbox.ask(connection, task, {}, NOW)
    sending = ("post_webhook", "mail_notices")
    (own,) = outbox.lease_due(engine, NOW, without=sending)
    assert own.task == "verify_frame"
    sent = outbox.lease_due(engine, NOW, only=sending)
    assert sorted(job.task for job in sent) == sorted(sending)


def test_runners_that_lease_at_once_share_the_jobs(engine: Engine) -> None:
    asked = {ask(engine, number) for number in range(40)}
    leased: list[str] = []

    def run() -> None:
        while jobs := outbox.lease_due(engine, NOW, limit=3):
            leased.extend(job.id for job in jobs)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A runner may stop early when others hold what it looked at; nothing is leased twice.
    leased += [job.id for job in outbox.lease_due(engine, NOW, limit=100)]
    assert len(leased) == len(set(leased))
    assert set(leased) == asked
