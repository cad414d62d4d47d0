"""A platform's requests, rounds and visits told again from the beginning, as they read by now.

What a visit makes of requests and plans depends on all that was said before it, so a correction of
one is the same as having told it rightly at once.
"""

from collections.abc import Callable, Iterator, Mapping

import orjson
from sqlalchemy import select

from waste_trace.custody.fold import Touch
from waste_trace.store.projector.clients import project_ending, project_signing
from waste_trace.store.projector.rounds import (
    project_cancelling,
    project_collecting,
    project_plan,
    project_request,
    project_visit,
)
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Client, CollectionRequest, EventIndex, Round, Stop
from waste_trace.store.writing import table_of

_TELLS: Mapping[str, Callable[[Touch, Work], None]] = {
    "sign_client": project_signing,
    "end_client": project_ending,
    "request_collection": project_request,
    "cancel_request": project_cancelling,
    "plan_round": project_plan,
    "visit": project_visit,
    "collect": project_collecting,
}
#: Of these, a correction changes what is known of doors and rounds.
CORRECTABLE = frozenset({"request_collection", "plan_round", "visit", "collect"})


def replay(before: Touch, after: Touch, work: Work) -> None:
    """An event of a platform reads differently: tell all that is known of its doors again."""
    work.flush()
    for platform in sorted({_platform(before), _platform(after)}):
        _forget(platform, work)
        for told in _events(platform, work):
            _TELLS[told.typ](told, work)


def _platform(told: Touch) -> str:
    return str(told.body["platform"]) if told.typ == "request_collection" else told.org


def _forget(platform: str, work: Work) -> None:
    for model in (Client, CollectionRequest, Round, Stop):
        table = table_of(model)
        keys = select(*table.primary_key.columns).where(table.c.platform == platform)
        for key in work.connection.execute(keys).all():
            work.rows.drop(model, *key)


def _events(platform: str, work: Work) -> Iterator[Touch]:
    """What was said of the platform's doors, in the order of the ledger, as it reads by now."""
    event = table_of(EventIndex)
    columns = [event.c[name] for name in ("idx", "typ", "claimed_at", "org", "site", "body")]
    rows = work.connection.execute(
        select(*columns).where(event.c.typ.in_(_TELLS)).order_by(event.c.idx)
    ).all()
    signed = [
        Touch(idx, typ, "subject", claimed_at, org, site, orjson.loads(body))
        for idx, typ, claimed_at, org, site, body in rows
        if org == platform or typ in ("request_collection", "cancel_request")
    ]
    work.histories.learn_corrections(one.idx for one in signed)
    asked: set[int] = set()
    for one in signed:
        told = work.histories.told(one)
        if told.typ == "cancel_request":
            if told.body["request"] in asked:
                yield told
        elif _platform(told) == platform:
            asked.add(told.idx)
            yield told
