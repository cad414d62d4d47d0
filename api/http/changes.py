"""``GET /v1/changes``: the ordered feed, so that other systems need not poll lists."""

import asyncio
import json
import time
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.http.permissions import House, Reader
from waste_trace.services.list_changes import Change, list_changes

router = APIRouter(prefix="/v1", tags=["changes"])
_LOOK_EVERY_SECONDS = 0.5


class ChangeItem(BaseModel):
    """An event. ``since``: the ledger index from which it is yours to see, at least ``index``."""

    index: int
    since: int
    id: str
    typ: str
    org: str
    site: str
    manifest: str
    containers: list[str]
    claimed_at: datetime
    logged_at: datetime
    offline: bool
    body: dict[str, Any]


class ChangePage(BaseModel):
    """Changes ordered by (``since``, ``index``); ask again after ``cursor``.

    ``origin`` and ``size`` are the ledger's; ``more``: asking again at once may give more.
    """

    origin: str
    size: int
    cursor: int
    more: bool
    changes: list[ChangeItem]


@router.get("/changes")
async def changes(
    request: Request,
    deployment: House,
    person: Reader,
    after: int = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    wait: Annotated[float, Query(ge=0, le=60)] = 0,
) -> ChangePage:
    """What one's organisation sees of the ledger, each event once; -1 is the beginning.

    With ``wait`` the answer comes when there is something, or after so many seconds without.
    """
    until = time.monotonic() + wait
    while True:
        found = await run_in_threadpool(list_changes, deployment, person, after, limit)
        over = time.monotonic() >= until or await request.is_disconnected()
        if found.items or over:
            break
        after = found.cursor  # entries that others see are behind us
        if not found.more:
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
    return ChangePage(
        origin=deployment.sequencer.origin,
        size=found.size,
        cursor=found.cursor,
        more=found.more,
        changes=[_item(change) for change in found.items],
    )


def _item(change: Change) -> ChangeItem:
    row = change.row
    return ChangeItem(
        index=row["idx"],
        since=change.since,
        id=row["event_id"],
        typ=row["typ"],
        org=row["org"],
        site=row["site"],
        manifest=row["manifest"],
        containers=list(change.containers),
        claimed_at=row["claimed_at"],
        logged_at=row["logged_at"],
        offline=row["offline"],
        body=json.loads(row["body"]),
    )
