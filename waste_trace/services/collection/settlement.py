"""What a platform took from each producer, by month and waste code: the quantities to settle.

Read from the books, so that corrections both sides agreed on count, and what one says it gave is
what the other says it took.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from sqlalchemy import ColumnElement, select, true

from waste_trace.custody.movements import Kind
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.collection.prices import Prices, read_prices
from waste_trace.services.deployment import Deployment
from waste_trace.services.look_up import name_organisations
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import EventIndex, MovementRow
from waste_trace.store.writing import table_of

_SHANGHAI = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Line:
    """A month of one waste of one producer.

    Attributes:
        month: "2026-11" (Asia/Shanghai). weight_kg: what was collected.
        price: yuan a kilogram by the deployment's own table, or None. amount: yuan.
        entries: ledger indices behind the weight.
    """

    platform: str
    platform_name: str
    producer: str
    producer_name: str
    month: str
    waste_code: str
    containers: int
    weight_kg: Decimal
    price: Decimal | None
    amount: Decimal | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    platform: str
    producer: str
    waste_code: str
    container: str
    idx: int
    at: datetime
    weight_kg: Decimal


def settle(
    deployment: Deployment, person: Person, first: date, last: date, *, producer: str = ""
) -> list[Line]:
    """Quantities of the days ``first`` to ``last`` (Asia/Shanghai, both included).

    Args:
        person: a platform sees its producers, a producer its platforms, a regulator all.
        producer: of this producer alone.
    """
    taken = _taken(deployment, person, first, last, producer)
    names = name_organisations(deployment)
    groups: dict[tuple[str, str, str, str], list[_Taken]] = defaultdict(list)
    for one in taken:
        month = _local(one.at).strftime("%Y-%m")
        groups[one.platform, one.producer, month, one.waste_code].append(one)
    prices = read_prices(deployment.settings.collection_prices)
    lines = [_line(key, found, names, prices) for key, found in groups.items()]
    return sorted(
        lines, key=lambda one: (one.platform, one.producer_name, one.month, one.waste_code)
    )


def _line(
    key: tuple[str, str, str, str], found: list[_Taken], names: dict[str, str], prices: Prices
) -> Line:
    platform, producer, month, waste_code = key
    weight_kg = sum((one.weight_kg for one in found), Decimal(0))
    price = prices.of(waste_code)
    return Line(
        platform=platform,
        platform_name=names.get(platform, platform),
        producer=producer,
        producer_name=names.get(producer, producer),
        month=month,
        waste_code=waste_code,
        containers=len({one.container for one in found}),
        weight_kg=weight_kg,
        price=price,
        amount=None if price is None else (weight_kg * price).quantize(Decimal("0.01")),
        entries=tuple(sorted({one.idx for one in found})),
    )


def _taken(
    deployment: Deployment, person: Person, first: date, last: date, producer: str
) -> Iterable[_Taken]:
    """What producers gave in ``collect`` events: their side of the books."""
    move, event = table_of(MovementRow), table_of(EventIndex)
    query = (
        select(
            event.c.org,
            move.c.org.label("producer"),
            move.c.waste_code,
            move.c.subject,
            move.c.idx,
            move.c.at,
            move.c.weight_kg,
        )
        .join(event, event.c.idx == move.c.idx)
        .where(
            event.c.typ == "collect",
            move.c.kind == Kind.DISPATCHED.value,
            move.c.org != event.c.org,
            move.c.at >= _midnight(first),
            move.c.at < _midnight(last + timedelta(days=1)),
            _mine(person, event.c.org, move.c.org),
        )
        .order_by(move.c.idx, move.c.subject)
    )
    if producer:
        query = query.where(move.c.org == producer)
    with deployment.engine.connect() as connection:
        return [
            _Taken(platform, giver, waste_code, subject, idx, at, -weight_kg)
            for platform, giver, waste_code, subject, idx, at, weight_kg in connection.execute(
                query
            )
        ]


def _mine(
    person: Person, platform: ColumnElement[str], producer: ColumnElement[str]
) -> ColumnElement[bool]:
    if person.role == REGULATOR:
        return true()
    return (platform == person.org) | (producer == person.org)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=_SHANGHAI).astimezone(UTC)


def _local(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(_SHANGHAI)
