"""One event of the ledger as an EPCIS 2.0 event in JSON-LD, with the business step of its row.

Identifiers are addresses under ``base``: EPCIS asks for URIs, and the codes of HJ 1276 have no URN
of their own. What EPCIS has no field for stands under the prefix ``wt``: the verb, the place in the
ledger, the weight. Facts that are about no thing (permits, corrections, numbers) are no EPCIS
events.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from waste_trace.custody.bulk import BULK_VERBS
from waste_trace.custody.vocabulary import VOCABULARY, container_roles

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
PREFIX = "wt"
OFFSET = "+08:00"
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Logged:
    """A logged event: its index, its UUID, claimed and logged time (UTC), and what it says."""

    idx: int
    id: str
    typ: str
    claimed_at: datetime
    logged_at: datetime
    org: str
    site: str
    body: Mapping[str, object]


#: Verbs that bring a thing into being or end it; all others observe it.
_ADD = frozenset({"issue", "open_stock", "produce", "produce_bulk", "open_bulk"})
_DELETE = frozenset({"treat", "treat_bulk", "write_off", "void_label"})
_DISPOSITION = {
    "depart": "in_transit",
    "return": "returned",
    "treat": "destroyed",
    "treat_bulk": "destroyed",
    "write_off": "disposed",
    "accept_with_difference": "mismatch_quantity",
}
#: Verbs with which containers come onto a vehicle, or leave it.
_ABOARD = {"load": "ADD", "take_over": "ADD", "hand_over": "DELETE", "arrive": "DELETE"}
_TRANSFORMING = frozenset({"merge", "split", "repack", "fill", "produce_secondary"})


def epcis_document(events: Iterable[Logged], base: str, made_at: datetime) -> Json:
    """An EPCISDocument of all events that have an equivalent.

    Args:
        base: the address that identifiers begin with, without a slash at its end.
    """
    found = (epcis_event(event, base) for event in events)
    return {
        "@context": [CONTEXT, {PREFIX: f"{base}/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(made_at),
        "epcisBody": {"eventList": [one for one in found if one is not None]},
    }


def epcis_event(event: Logged, base: str) -> Json | None:
    """The equivalent, or None for a fact that is about no thing."""
    if event.typ not in VOCABULARY:
        return None
    roles = container_roles(event.typ, event.body)
    shape: Callable[[Logged, Mapping[str, str], str], Json]
    if event.typ == "produce" or event.typ in BULK_VERBS:
        shape = _amount
    elif not roles:
        return None
    elif event.typ in _TRANSFORMING:
        shape = _transformation
    elif event.typ in _ABOARD:
        shape = _aggregation
    else:
        shape = _object
    return {**_head(event), **shape(event, roles, base), **_why(event, base), **_where(event, base)}


def _head(event: Logged) -> Json:
    head: Json = {
        "eventID": f"urn:uuid:{event.id}",
        "eventTime": _time(event.claimed_at),
        "recordTime": _time(event.logged_at),
        "eventTimeZoneOffset": OFFSET,
        "bizStep": VOCABULARY[event.typ].biz_step,
        f"{PREFIX}:verb": event.typ,
        f"{PREFIX}:index": event.idx,
        f"{PREFIX}:organisation": event.org,
    }
    if event.typ in _DISPOSITION:
        head["disposition"] = _DISPOSITION[event.typ]
    if isinstance(event.body.get("weight_kg"), str):
        head[f"{PREFIX}:weightKg"] = event.body["weight_kg"]
    return head


def _object(event: Logged, roles: Mapping[str, str], base: str) -> Json:
    things = [container_uri(code, base) for code in roles]
    return {"type": "ObjectEvent", "action": _action(event), "epcList": things}


def _amount(event: Logged, roles: Mapping[str, str], base: str) -> Json:
    """So much of a batch, or of a heap of loose waste."""
    quantities = [_quantity(event, base)]
    return {"type": "ObjectEvent", "action": _action(event), "quantityList": quantities}


def _action(event: Logged) -> str:
    return "ADD" if event.typ in _ADD else "DELETE" if event.typ in _DELETE else "OBSERVE"


def _aggregation(event: Logged, roles: Mapping[str, str], base: str) -> Json:
    plate = str(event.body.get("vehicle_plate", ""))
    parent = f"vehicles/{quote(plate, safe='')}" if plate else f"carriers/{event.org}"
    return {
        "type": "AggregationEvent",
        "action": _ABOARD[event.typ],
        "parentID": f"{base}/{parent}",
        "childEPCs": [container_uri(code, base) for code in roles],
    }


def _transformation(event: Logged, roles: Mapping[str, str], base: str) -> Json:
    """Waste goes from a batch into containers, between containers, or out of them into a batch."""

    def those(*wanted: str) -> list[str]:
        return [container_uri(code, base) for code, role in roles.items() if role in wanted]

    shape: Json = {"type": "TransformationEvent"}
    if event.typ == "fill":
        shape |= {"inputQuantityList": [_quantity(event, base)], "outputEPCList": those("subject")}
    elif event.typ == "produce_secondary":
        shape |= {"inputEPCList": those("source"), "outputQuantityList": [_quantity(event, base)]}
    else:
        shape |= {"inputEPCList": those("input"), "outputEPCList": those("output")}
    return shape


def _quantity(event: Logged, base: str) -> Json:
    unit = event.body.get("unit") or event.org
    kind, name = ("batches", "batch") if "batch" in event.body else ("heaps", "waste_code")
    thing = f"{base}/{kind}/{unit}/{event.body[name]}"
    return {"epcClass": thing, "quantity": float(str(event.body["weight_kg"])), "uom": "KGM"}


def _why(event: Logged, base: str) -> Json:
    """The manifest as a bill of lading, and who gives to whom."""
    said: Json = {}
    if event.body.get("manifest"):
        manifest = f"{base}/manifests/{event.body['manifest']}"
        said["bizTransactionList"] = [{"type": "bol", "bizTransaction": manifest}]
    giver, taker = _parties(event)
    if giver:
        said["sourceList"] = [{"type": "possessing_party", "source": org_uri(giver, base)}]
    if taker:
        said["destinationList"] = [
            {"type": "possessing_party", "destination": org_uri(taker, base)}
        ]
    return said


def _parties(event: Logged) -> tuple[str, str]:
    body = event.body
    if event.typ in ("collect", "take_over"):
        return str(body["from_org"]), event.org
    if event.typ == "hand_over":
        return event.org, str(body["to_org"])
    if event.typ == "open_manifest":
        return event.org, str(body["receiver"])
    return "", ""


def _where(event: Logged, base: str) -> Json:
    if not event.site:
        return {}
    place = {"id": f"{base}/sites/{quote(event.site, safe='')}"}
    return {"readPoint": place, "bizLocation": place}


def container_uri(code: str, base: str) -> str:
    """The identifier of a container (数字识别码)."""
    return f"{base}/containers/{code}"


def org_uri(org: str, base: str) -> str:
    """The identifier of an organisation (统一社会信用代码)."""
    return f"{base}/organisations/{org}"


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
