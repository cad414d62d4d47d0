"""Devices, cameras and small producers of which nothing is heard."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from waste_trace.compliance.calendar import start_of_day
from waste_trace.compliance.silence import (
    CAMERA_BLINDED,
    CAMERA_SILENT,
    NO_COLLECTION,
    SILENT_DEVICE,
    CameraSeen,
    DeviceSeen,
    SmallProducer,
    camera_blinded,
    camera_silent,
    no_collection,
    silent_device,
)
from waste_trace.custody.states import State
from waste_trace.ledger.device_chain import DeviceChain
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.reviews.since import review_before
from waste_trace.store.projector.reviews.standing import IN_HAND, STANDING
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import (
    Container,
    Device,
    EventIndex,
    Frame,
    SmallProducerVisit,
)
from waste_trace.store.writing import table_of

_UNOBSERVABLE = "unobservable"


def review_devices(day: date, record: Record, work: Work) -> None:
    """Settle the rule on devices that have not been heard of."""
    now, limits = start_of_day(day), work.config.rules.limits
    raised = [one for seen in _devices(now, work) for one in silent_device(seen, now, limits)]
    work.findings.settle_rules([SILENT_DEVICE.name], raised, record)


def review_cameras(day: date, record: Record, work: Work) -> None:
    """Settle the rules on cameras that sent no picture, or none that shows anything."""
    now, limits = start_of_day(day), work.config.rules.limits
    raised = [
        one
        for seen in _cameras(work)
        for one in (*camera_silent(seen, now, limits), *camera_blinded(seen, limits))
    ]
    work.findings.settle_rules([CAMERA_SILENT.name, CAMERA_BLINDED.name], raised, record)


def review_small_producers(day: date, record: Record, work: Work) -> None:
    """Settle the rule on small producers that a platform has visited before."""
    _keep_visits(record, work)
    now, limits = start_of_day(day), work.config.rules.limits
    raised = [
        one for small in _small_producers(now, work) for one in no_collection(small, now, limits)
    ]
    work.findings.settle_rules([NO_COLLECTION.name], raised, record)


def _devices(now: datetime, work: Work) -> Iterator[DeviceSeen]:
    """Devices of organisations (services have none) that are old enough to be asked."""
    table = table_of(Device)
    in_hand = _containers_by(work, "holder", IN_HAND)
    query = (
        select(table)
        .where(
            table.c.org != "",
            table.c.revoked_idx.is_(None),
            table.c.last_seen_at <= now - work.config.rules.limits.silent_device,
        )
        .order_by(table.c.dev, table.c.ep)
    )
    newest = {row["dev"]: row for row in work.connection.execute(query).mappings()}
    for row in newest.values():
        gaps = DeviceChain.from_value(json.loads(row["chain"])).gaps
        yield DeviceSeen(
            dev=f"{row['dev']}/{row['ep']}",
            org=row["org"],
            name=row["name"],
            last_seen_at=row["last_seen_at"],
            moving=in_hand.get(row["org"], 0),
            missing=tuple((first, last) for first, last in gaps),
        )


def _cameras(work: Work) -> Iterator[CameraSeen]:
    table = table_of(Frame)
    standing = _containers_by(work, "site", STANDING)
    newest = (
        select(table.c.camera, func.max(table.c.captured_at).label("at"))
        .group_by(table.c.camera)
        .order_by(table.c.camera)
    )
    for camera, at in work.connection.execute(newest).all():
        last = (
            select(table.c.idx, table.c.org, table.c.site, table.c.verdict)
            .where(table.c.camera == camera)
            .order_by(table.c.captured_at.desc(), table.c.idx.desc())
            .limit(work.config.rules.limits.blinded_frames + 1)
        )
        rows = work.connection.execute(last).mappings().all()
        judged = [row for row in rows if row["verdict"]]
        blind: list[int] = []
        for row in judged:
            if row["verdict"] != _UNOBSERVABLE:
                break
            blind.insert(0, row["idx"])
        site = rows[0]["site"]
        yield CameraSeen(camera, rows[0]["org"], site, at, standing.get(site, 0), tuple(blind))


def _keep_visits(record: Record, work: Work) -> None:
    """Take note of the collections since the last review."""
    event = table_of(EventIndex)
    query = (
        select(event.c.idx, event.c.org, event.c.claimed_at, event.c.body)
        .where(event.c.typ == "collect", event.c.idx > review_before(record, work))
        .order_by(event.c.idx)
    )
    for idx, platform, at, text in work.connection.execute(query).all():
        body = json.loads(text)
        before = work.rows.get(SmallProducerVisit, body["from_org"])
        if before is None or before["last_collected_at"] < at:
            row = {"org": body["from_org"], "platform": platform, "last_collected_at": at}
            weight_kg = Decimal(body["weight_kg"])
            work.rows.put(SmallProducerVisit, row | {"weight_kg": weight_kg, "idx": idx})
    work.rows.flush()


def _small_producers(now: datetime, work: Work) -> Iterator[SmallProducer]:
    table, container = table_of(SmallProducerVisit), table_of(Container)
    stock = (
        select(container.c.holder, func.sum(container.c.content_kg).label("kg"))
        .where(container.c.state.in_(STANDING))
        .group_by(container.c.holder)
        .subquery()
    )
    query = (
        select(table, stock.c.kg)
        .outerjoin(stock, stock.c.holder == table.c.org)
        .where(table.c.last_collected_at <= now - work.config.rules.limits.no_collection)
        .order_by(table.c.org)
    )
    for row in work.connection.execute(query).mappings():
        yield SmallProducer(
            row["org"], row["platform"], row["last_collected_at"], row["kg"] or Decimal(0)
        )


def _containers_by(work: Work, column: str, states: tuple[State, ...]) -> dict[str, int]:
    """How many containers in these states, by holder or by site."""
    table = table_of(Container)
    query = (
        select(table.c[column], func.count())
        .where(table.c.state.in_(states))
        .group_by(table.c[column])
    )
    return {key: count for key, count in work.connection.execute(query).all()}
