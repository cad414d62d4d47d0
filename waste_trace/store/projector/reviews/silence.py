"""Devices, cameras and small producers of which nothing is heard."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
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
from waste_trace.store.projector.reviews.standing import IN_HAND, STANDING
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import (
    Client,
    Container,
    Device,
    Frame,
    WasteStream,
)
from waste_trace.store.writing import table_of

_UNOBSERVABLE = "unobservable"
#: A client whose contract ended is nobody's any more.
_ENDED = "ended"


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
    """Settle the rule on the small producers that platforms serve."""
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


def _small_producers(now: datetime, work: Work) -> Iterator[SmallProducer]:
    """Clients of platforms: under contract, or collected from before without one."""
    client = table_of(Client)
    stock, forecast = _stock(work), _forecasts(work)
    query = (
        select(client)
        .where(client.c.status != _ENDED)
        .order_by(client.c.producer, client.c.platform)
    )
    for row in work.connection.execute(query).mappings():
        signed = start_of_day(date.fromisoformat(row["since"])) if row["since"] else None
        since = max((at for at in (row["collected_at"], signed) if at), default=None)
        if since is not None and since < now:
            days = row["interval_days"]
            yield SmallProducer(
                org=row["producer"],
                platform=row["platform"],
                last_collected_at=since,
                stock_kg=stock.get(row["producer"], Decimal(0)),
                forecast_kg=forecast.get(row["producer"], Decimal(0)),
                interval=timedelta(days=days) if days else None,
            )


def _stock(work: Work) -> dict[str, Decimal]:
    """What stands with each holder."""
    table = table_of(Container)
    query = (
        select(table.c.holder, func.sum(table.c.content_kg))
        .where(table.c.state.in_(STANDING))
        .group_by(table.c.holder)
    )
    return {org: kg or Decimal(0) for org, kg in work.connection.execute(query).all()}


def _forecasts(work: Work) -> dict[str, Decimal]:
    """What each unit expects to produce in a year."""
    table = table_of(WasteStream)
    query = select(table.c.org, func.sum(table.c.forecast_kg)).group_by(table.c.org)
    return {org: kg or Decimal(0) for org, kg in work.connection.execute(query).all()}


def _containers_by(work: Work, column: str, states: tuple[State, ...]) -> dict[str, int]:
    """How many containers in these states, by holder or by site."""
    table = table_of(Container)
    query = (
        select(table.c[column], func.count())
        .where(table.c.state.in_(states))
        .group_by(table.c[column])
    )
    return {key: count for key, count in work.connection.execute(query).all()}
