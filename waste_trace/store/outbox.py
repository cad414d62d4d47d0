"""Jobs that a fact asks for: written in the fact's transaction, leased, done, retried.

The table is the truth. A runner that dies leaves a lease that ends; a broker that loses a message
leaves a row that is sent again. Tasks are idempotent, keyed by the row's id.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, Engine, select, update
from sqlmodel import col

from waste_trace.store.tables import Outbox
from waste_trace.store.writing import insert_missing, insert_rows, table_of, write_transaction

LEASE = timedelta(minutes=2)
MAX_BACKOFF = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A leased job."""

    id: str
    task: str
    args: Mapping[str, object]
    attempts: int


def ask(connection: Connection, task: str, args: Mapping[str, object], now: datetime) -> str:
    """Write a job into the transaction of the fact that asks for it; its id."""
    job_id = uuid4().hex
    insert_rows(connection, Outbox, [_row(job_id, task, args, now)])
    return job_id


def ask_once(
    connection: Connection, job_id: str, task: str, args: Mapping[str, object], now: datetime
) -> None:
    """Write a job that has a name; a second one of that name is the same job, done or not."""
    insert_missing(connection, Outbox, [_row(job_id, task, args, now)])


def _row(job_id: str, task: str, args: Mapping[str, object], now: datetime) -> dict[str, object]:
    return {
        "id": job_id,
        "task": task,
        "args": json.dumps(dict(args), sort_keys=True),
        "created_at": now,
        "not_before": now,
        "leased_until": None,
        "attempts": 0,
        "done_at": None,
        "last_error": "",
    }


def lease_due(
    engine: Engine,
    now: datetime,
    limit: int = 16,
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
) -> list[Job]:
    """Take jobs that are due; nobody else gets them until the lease ends.

    Args:
        only, without: names of tasks, for a runner that does some of them and another the rest.
    """
    table = table_of(Outbox)
    due = (
        select(table)
        .where(
            col(Outbox.done_at).is_(None),
            col(Outbox.not_before) <= now,
            (col(Outbox.leased_until).is_(None)) | (col(Outbox.leased_until) < now),
        )
        .order_by(col(Outbox.not_before))
        .limit(limit)
    )
    if only:
        due = due.where(col(Outbox.task).in_(only))
    if without:
        due = due.where(col(Outbox.task).not_in(without))
    with engine.connect() as connection:
        # A look without the write lock first: an idle runner must not wake the disk.
        if connection.execute(due.with_only_columns(table.c.id)).first() is None:
            return []
    with write_transaction(engine) as connection:
        rows = connection.execute(due.with_for_update(skip_locked=True)).mappings().all()
        ids = [row["id"] for row in rows]
        connection.execute(
            update(table)
            .where(table.c.id.in_(ids))
            .values(leased_until=now + LEASE, attempts=table.c.attempts + 1)
        )
    return [
        Job(row["id"], row["task"], json.loads(row["args"]), row["attempts"] + 1) for row in rows
    ]


def find_job(engine: Engine, job_id: str) -> Job | None:
    """A job that is not done yet, by its id."""
    table = table_of(Outbox)
    with engine.connect() as connection:
        row = (
            connection.execute(select(table).where(table.c.id == job_id, table.c.done_at.is_(None)))
            .mappings()
            .first()
        )
    return (
        None
        if row is None
        else Job(row["id"], row["task"], json.loads(row["args"]), row["attempts"])
    )


def mark_done(engine: Engine, job_id: str, now: datetime) -> None:
    """The job's effect is committed; it will not be leased again."""
    _set(engine, job_id, done_at=now, leased_until=None, last_error="")


def mark_failed(engine: Engine, job: Job, error: str, now: datetime) -> None:
    """Try again later, each time after a longer wait."""
    # A power of a large number of attempts would be no timedelta any more.
    wait = min(timedelta(seconds=2 ** min(job.attempts, 16)), MAX_BACKOFF)
    _set(engine, job.id, not_before=now + wait, leased_until=None, last_error=error[:500])


def waiting(engine: Engine) -> int:
    """How many jobs are not done."""
    table = table_of(Outbox)
    with engine.connect() as connection:
        rows = connection.execute(select(table.c.id).where(table.c.done_at.is_(None))).all()
    return len(rows)


def _set(engine: Engine, job_id: str, **values: object) -> None:
    table = table_of(Outbox)
    with write_transaction(engine) as connection:
        connection.execute(update(table).where(table.c.id == job_id).values(**values))
