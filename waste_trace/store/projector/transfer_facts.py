"""What the registers say of one transfer (计划、许可证、资质、合同、批准), read from the tables."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, literal, select

from waste_trace.codes import digital_id
from waste_trace.compliance.transfer.facts import (
    APPLICATIONS,
    CARRIERS,
    CONTRACTS,
    DRIVERS,
    ESCORTS,
    PERMITS,
    PLANS,
    VEHICLES,
    ApplicationFact,
    Carried,
    ContractFact,
    Crew,
    Period,
    PermitFact,
    QualificationFact,
    Registers,
    Sent,
    Transfer,
)
from waste_trace.custody.bulk import MARK
from waste_trace.custody.manifest import ManifestPresent
from waste_trace.custody.manifest_parts import texts
from waste_trace.custody.movements import Kind
from waste_trace.store.projector.histories import Histories
from waste_trace.store.tables import (
    Contract,
    Manifest,
    MovementRow,
    Organisation,
    Permit,
    Plan,
    Qualification,
    TransferApplication,
)
from waste_trace.store.writing import table_of

_SHANGHAI = timezone(timedelta(hours=8))
#: Verbs with which one has a container in one's hands; a carrier never becomes its sender.
_HOLDING = frozenset(
    {"fill", "open_stock", "collect", "store_in", "move", "store_out", "merge", "split", "repack",
     "accept", "accept_with_difference", "accept_in_part", "take_back"}
)  # fmt: skip
_FAR = "9999-12-31"


def transfer_of(
    connection: Connection, number: str, present: ManifestPresent, histories: Histories
) -> Transfer | None:
    """The transfer that a manifest is about; None while its sender has not written it."""
    if present.opened is None:
        return None
    loads = [part.loaded_at for part in present.carriers if part.loaded_at and not part.back]
    at = min(loads, default=present.opened.claimed_at)
    histories.ahead(present.containers, [])
    plates = [part.plate for part in present.carriers if not part.back]
    return Transfer(
        manifest=number,
        sender=present.sender,
        carriers=present.named,
        receiver=present.receiver,
        plates=tuple(dict.fromkeys(filter(None, plates or [present.vehicle_plate]))),
        day=shanghai_day(at),
        lines=tuple(_sent(line) for line in present.lines),
        listed=texts(present.opened.body.get("containers")),
        carried=tuple(_carried(code, histories) for code in present.containers),
        regions=_regions(connection, present),
        application=present.transfer,
        kind=present.kind,
        crew=_crew(present),
    )


def _crew(present: ManifestPresent) -> tuple[Crew, ...]:
    """Who drives and escorts: as each loaded part names them, before that as the sender does."""
    parts = [part for part in present.carriers if part.loaded_at and not part.back]
    said = present.opened.body if present.opened else {}
    planned = {kind: str(said.get(kind, "")) for kind in (DRIVERS, ESCORTS)}
    if not parts:
        crew = [Crew(kind, present.carrier, person) for kind, person in planned.items() if person]
        return tuple(crew)
    crew = []
    for part in parts:
        named = {DRIVERS: part.driver, ESCORTS: part.escort}
        for kind, person in named.items():
            first = planned[kind] if part.org == present.carrier else ""
            crew.append(Crew(kind, part.org, person or first))
    return tuple(dict.fromkeys(crew))


def _sent(line: Any) -> Sent:
    packages, exemption = int(line["packages"]), line.get("exemption")
    return Sent(str(line["waste_code"]), Decimal(str(line["weight_kg"])), packages, exemption)


def _carried(code: str, histories: Histories) -> Carried:
    parsed = digital_id.parse(code)
    touches = histories.container(code)
    holders = {touch.org for touch in touches if touch.typ in _HOLDING}
    return Carried(code, str(parsed.waste), frozenset({str(parsed.unit), *holders}))


def _regions(connection: Connection, present: ManifestPresent) -> tuple[str, str]:
    table = table_of(Organisation)
    wanted = (present.sender, present.receiver)
    query = select(table.c.org, table.c.region).where(table.c.org.in_(wanted))
    found = {org: region for org, region in connection.execute(query)}
    return found.get(present.sender, ""), found.get(present.receiver, "")


def registers_kept(connection: Connection) -> frozenset[str]:
    """Which registers have entries; one that nobody keeps says nothing."""
    qualification = table_of(Qualification)
    conditions = {
        PLANS: (table_of(Plan), None),
        PERMITS: (table_of(Permit), None),
        CONTRACTS: (table_of(Contract), None),
        APPLICATIONS: (table_of(TransferApplication), None),
        CARRIERS: (qualification, qualification.c.kind == CARRIERS),
        VEHICLES: (qualification, qualification.c.kind == VEHICLES),
        DRIVERS: (qualification, qualification.c.kind == DRIVERS),
        ESCORTS: (qualification, qualification.c.kind == ESCORTS),
    }
    query = select(*(_any(*pair).label(name) for name, pair in conditions.items()))
    row = connection.execute(query).mappings().one()
    return frozenset(name for name in conditions if row[name])


def _any(table: Table, condition: ColumnElement[bool] | None) -> Any:
    query = select(literal(1)).select_from(table)
    return (query if condition is None else query.where(condition)).limit(1).scalar_subquery()


def read_registers(connection: Connection, transfer: Transfer, kept: frozenset[str]) -> Registers:
    """What the registers say of a transfer; what is written so far is what they know."""
    received = _moved(connection, transfer, transfer.receiver, Kind.RECEIVED)
    sent = _moved(connection, transfer, transfer.sender, Kind.DISPATCHED)
    return Registers(
        kept=kept,
        planned_kg=_planned(connection, transfer),
        sent_kg={code: -weight_kg for code, weight_kg in sent.items()},
        permits=_permits(connection, transfer.receiver),
        received_kg=received,
        qualifications=_qualifications(connection, transfer),
        contracts=_contracts(connection, transfer.sender),
        application=_application(connection, transfer.application),
        applied_kg=_applied(connection, transfer),
    )


def _moved(connection: Connection, transfer: Transfer, org: str, kind: Kind) -> dict[str, Decimal]:
    """By waste, what the books moved in the calendar year of Shanghai, but for this transfer."""
    table = table_of(MovementRow)
    year = transfer.day.year
    first = datetime(year, 1, 1, tzinfo=_SHANGHAI).astimezone(UTC)
    after = datetime(year + 1, 1, 1, tzinfo=_SHANGHAI).astimezone(UTC)
    query = (
        select(table.c.waste_code, func.sum(table.c.weight_kg))
        .where(
            table.c.org == org,
            table.c.kind == kind.value,
            table.c.at >= first,
            table.c.at < after,
            table.c.subject.not_in([one.container for one in transfer.carried]),
            table.c.subject.not_like(f"{MARK}{transfer.manifest}/%"),
        )
        .group_by(table.c.waste_code)
    )
    return {code: weight_kg for code, weight_kg in connection.execute(query)}


def _planned(connection: Connection, transfer: Transfer) -> dict[str, Decimal] | None:
    table = table_of(Plan)
    query = select(table.c.body).where(
        table.c.org == transfer.sender, table.c.year == transfer.day.year
    )
    text = connection.execute(query).scalar()
    if text is None:
        return None
    sums: dict[str, Decimal] = {}
    for one in json.loads(text).get("transfers", []):
        if one.get("receiver") in (None, transfer.receiver):
            code = str(one["waste_code"])
            sums[code] = sums.get(code, Decimal(0)) + Decimal(str(one["weight_kg"]))
    return sums


def _permits(connection: Connection, org: str) -> tuple[PermitFact, ...]:
    table = table_of(Permit)
    query = select(table).where(table.c.org == org).order_by(table.c.permit)
    return tuple(
        PermitFact(
            row["permit"],
            tuple(
                (tuple(group["codes"]), Decimal(str(group["annual_kg"])))
                for group in json.loads(row["wastes"])
            ),
            Period(row["valid_from"], row["valid_to"]),
            Period(row["suspended_from"], row["suspended_to"] or _FAR)
            if row["suspended_from"]
            else None,
        )
        for row in connection.execute(query).mappings()
    )


def _qualifications(connection: Connection, transfer: Transfer) -> tuple[QualificationFact, ...]:
    table = table_of(Qualification)
    subjects = (*transfer.plates, *(one.person for one in transfer.crew))
    wanted = table.c.org.in_(transfer.carriers) | table.c.subject.in_(subjects)
    return tuple(
        QualificationFact(
            row["org"], row["kind"], row["subject"], Period(row["valid_from"], row["valid_to"])
        )
        for row in connection.execute(select(table).where(wanted)).mappings()
    )


def _contracts(connection: Connection, org: str) -> tuple[ContractFact, ...]:
    table = table_of(Contract)
    return tuple(
        ContractFact(
            row["partner"],
            row["role"],
            tuple(json.loads(row["codes"])),
            Period(row["valid_from"], row["valid_to"]),
        )
        for row in connection.execute(select(table).where(table.c.org == org)).mappings()
    )


def _application(connection: Connection, idx: int | None) -> ApplicationFact | None:
    table = table_of(TransferApplication)
    rows: Sequence[Any] = (
        connection.execute(select(table).where(table.c.idx == idx)).mappings().all()
        if idx is not None
        else ()
    )
    if not rows:
        return None
    row = rows[0]
    sums: dict[str, Decimal] = {}
    for line in json.loads(row["lines"]):
        code = str(line["waste_code"])
        sums[code] = sums.get(code, Decimal(0)) + Decimal(str(line["weight_kg"]))
    return ApplicationFact(
        row["idx"], row["org"], row["receiver"], sums, row["valid_from"], row["approved_to"],
        row["status"],
    )  # fmt: skip


def _applied(connection: Connection, transfer: Transfer) -> Decimal:
    if transfer.application is None:
        return Decimal(0)
    table = table_of(Manifest)
    query = select(func.sum(table.c.planned_kg)).where(
        table.c.transfer == transfer.application,
        table.c.manifest != transfer.manifest,
        table.c.state != "void",
    )
    return connection.execute(query).scalar() or Decimal(0)


def shanghai_day(at: datetime) -> date:
    """The day of a moment in Shanghai."""
    return at.astimezone(_SHANGHAI).date()
