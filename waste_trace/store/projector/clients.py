"""Registered wastes, contacts and contracts of small producers (小微产废单位)."""

from decimal import Decimal

from waste_trace.custody.fold import Touch
from waste_trace.custody.vocabulary import DESK, REGULATOR
from waste_trace.store.projector.record import Record
from waste_trace.store.projector.work import Handler, Work, by_touch
from waste_trace.store.rows import Row
from waste_trace.store.tables import Client, Contact, Organisation, WasteStream

NONE, SIGNED, ENDED = "none", "signed", "ended"


def client_row(platform: str, producer: str, work: Work) -> Row:
    """The producer as the platform knows it; without a contract if it has signed none."""
    return work.rows.get(Client, platform, producer) or {
        "platform": platform,
        "producer": producer,
        "status": NONE,
        "contract": "",
        "since": "",
        "until": "",
        "waste_codes": "",
        "interval_days": None,
        "waiting": "",
        "planned_round": "",
        "visited_at": None,
        "outcome": "",
        "collected_at": None,
        "signed_idx": None,
    }


def _may_file(record: Record, work: Work) -> bool:
    """Who files for a unit: itself, the bureau, the ledger's own desk, or its platform."""
    event, unit = record.event, str(record.event.body["unit"])
    if event.org == unit or (event.org == "" and event.dev == DESK):
        return True
    organisation = work.rows.get(Organisation, event.org)
    if organisation is not None and REGULATOR in organisation["kinds"].split(","):
        return True
    return bool(client_row(event.org, unit, work)["status"] == SIGNED)


def project_stream(record: Record, work: Work) -> None:
    """``register_stream``: told again, the later telling counts; a stranger's does not."""
    if not _may_file(record, work):
        return
    body = record.event.body
    row = {name: str(body[name]) for name in ("waste_code", "edition", "waste_name", "form")}
    work.rows.put(
        WasteStream,
        {
            "org": str(body["unit"]),
            **row,
            "hazards": str(body.get("hazards", "")),
            "forecast_kg": Decimal(str(body["forecast_kg"])),
            "idx": record.idx,
        },
    )


def project_contact(record: Record, work: Work) -> None:
    """``register_contact``: which entry tells whom to call; not a stranger's."""
    if not _may_file(record, work):
        return
    work.rows.put(Contact, {"org": str(record.event.body["unit"]), "idx": record.idx})


def project_signing(told: Touch, work: Work) -> None:
    """``sign_client``: the contract as it is signed last."""
    body = told.body
    codes = body.get("waste_codes")
    work.rows.put(
        Client,
        {
            **client_row(told.org, str(body["unit"]), work),
            "status": SIGNED,
            "contract": str(body["contract"]),
            "since": str(body["since"]),
            "until": str(body["until"]),
            "waste_codes": ",".join(map(str, codes)) if isinstance(codes, list) else "",
            "interval_days": body.get("interval_days"),
            "signed_idx": told.idx,
        },
    )


def project_ending(told: Touch, work: Work) -> None:
    """``end_client``."""
    row = client_row(told.org, str(told.body["unit"]), work)
    work.rows.put(Client, {**row, "status": ENDED})


HANDLERS: dict[str, Handler] = {
    "register_stream": project_stream,
    "register_contact": project_contact,
    "sign_client": by_touch(project_signing),
    "end_client": by_touch(project_ending),
}
