"""Claimed, proven and logged times are three; and nothing drives from here to there in a minute."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from tests.cast import BATCH, FACTORY, PLANT, SITES, Cast
from waste_trace.ledger.encoding import b64
from waste_trace.services.deployment import Deployment
from waste_trace.services.register_party import register_site
from waste_trace.services.trace_container import trace_container
from waste_trace.store.tables import EventIndex, Finding
from waste_trace.store.tiles import read_head
from waste_trace.store.writing import table_of

FILL = {"batch": BATCH, "weight_kg": "180.000"}


def _findings(deployment: Deployment, rule: str) -> list[dict[str, Any]]:
    table = table_of(Finding)
    query = select(table.c.facts).where(table.c.rule == rule, table.c.cleared_idx.is_(None))
    with deployment.engine.connect() as connection:
        return [json.loads(facts) for facts in connection.execute(query).scalars()]


def _see_head(deployment: Deployment, cast: Cast, org: str) -> None:
    """The device has verified the newest checkpoint."""
    with deployment.engine.connect() as connection:
        head = read_head(connection)
    assert head is not None
    seen = {"n": head.size, "root": b64(head.root)}
    cast.device(org).handheld.notebook.remember(seen=seen)


def test_an_event_is_not_older_than_the_checkpoint_that_it_quotes(
    deployment: Deployment, cast: Cast
) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    deployment.clock_ms.forward(hours=3)  # type: ignore[attr-defined]
    cast.containers(1)  # a checkpoint is signed now
    signed_at = deployment.now()
    _see_head(deployment, cast, FACTORY)
    deployment.clock_ms.forward(hours=1)  # type: ignore[attr-defined]
    backdated = signed_at - timedelta(hours=2)
    index = factory.tell("fill", {"containers": [code], **FILL}, at=backdated).index
    [facts] = _findings(deployment, "time_outside_proof")
    assert (facts["event"], facts["minutes"]) == (index, 120)
    table = table_of(EventIndex)
    with deployment.engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.idx == index)).one()
    assert (row.claimed_at, row.proven_after, row.logged_at) == (
        backdated,
        signed_at,
        deployment.now(),
    )


def test_an_honest_offline_event_is_no_finding(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    _see_head(deployment, cast, FACTORY)
    made_at = deployment.now() + timedelta(hours=1)
    deployment.clock_ms.forward(hours=9)  # type: ignore[attr-defined]
    factory.tell("fill", {"containers": [code], **FILL}, at=made_at, offline=True)
    assert _findings(deployment, "time_outside_proof") == []


def test_a_clock_that_is_ahead(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    ahead = deployment.now() + timedelta(days=1)
    cast.device(FACTORY).tell("fill", {"containers": [code], **FILL}, at=ahead)
    [facts] = _findings(deployment, "time_outside_proof")
    assert facts["minutes"] == 24 * 60


def test_a_device_that_was_shown_another_history(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    factory.handheld.notebook.remember(seen={"n": 3, "root": b64(b"\x07" * 32)})
    index = factory.tell("fill", {"containers": [code], **FILL}).index
    [facts] = _findings(deployment, "other_history")
    assert (facts["event"], facts["size"]) == (index, 3)


def _locate(deployment: Deployment, org: str, latitude: str, longitude: str) -> None:
    place = (Decimal(latitude), Decimal(longitude))
    register_site(deployment, SITES[org], org, "贮存库", "贮存库", position=place)


def test_two_places_in_too_little_time(deployment: Deployment, cast: Cast) -> None:
    """Pinghu to Hangzhou, some 95 km, in twenty minutes."""
    _locate(deployment, FACTORY, "30.6760", "121.0150")
    _locate(deployment, PLANT, "30.2741", "120.1551")
    [code] = cast.containers(1)
    here = cast.device(FACTORY).tell("fill", {"containers": [code], **FILL}).index
    deployment.clock_ms.forward(minutes=20)  # type: ignore[attr-defined]
    there = cast.device(PLANT).tell("store_in", {"containers": [code]}).index
    [facts] = _findings(deployment, "impossible_travel")
    assert facts["events"] == [here, there]
    assert 90 <= facts["km"] <= 100


def test_the_same_way_in_good_time(deployment: Deployment, cast: Cast) -> None:
    _locate(deployment, FACTORY, "30.6760", "121.0150")
    _locate(deployment, PLANT, "30.2741", "120.1551")
    [code] = cast.containers(1)
    cast.device(FACTORY).tell("fill", {"containers": [code], **FILL})
    deployment.clock_ms.forward(minutes=80)  # type: ignore[attr-defined]
    cast.device(PLANT).tell("store_in", {"containers": [code]})
    assert _findings(deployment, "impossible_travel") == []


def test_a_far_mark_is_the_containers_while_it_stands(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)

    def mark() -> object:
        return trace_container(deployment, code).container["mark"]

    factory.tell("fill", {"containers": [code], **FILL})
    factory.tell("store_in", {"containers": [code]})
    factory.tell("bind_mark", {"containers": [code], "mark": 17})
    assert mark() == 17
    deployment.clock_ms.forward(hours=1)  # type: ignore[attr-defined]
    factory.tell("store_out", {"containers": [code]})
    assert mark() is None
