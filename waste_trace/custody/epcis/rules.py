"""Whether a JSON value is an EPCIS 2.0 document, with each place that is not (EPCIS 2.0 § 9, 10).

Written from the standard: required fields, their forms, and the vocabularies of CBV 2.0. It takes
any producer's document; extensions under a prefix are left alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

BIZ_STEPS = frozenset((
    "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning",
    "creating_class_instance", "cycle_counting", "decommissioning", "departing", "destroying",
    "disassembling", "dispensing", "encoding", "entering_exiting", "holding", "inspecting",
    "installing", "killing", "loading", "other", "packing", "picking", "receiving", "removing",
    "repackaging", "repairing", "replacing", "reserving", "retail_selling", "sampling",
    "sensor_reporting", "shipping", "staging_outbound", "stock_taking", "stocking", "storing",
    "transporting", "unloading", "unpacking", "void_shipping",
))  # fmt: skip
ACTIONS = ("ADD", "OBSERVE", "DELETE")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00")
_UOM = re.compile(r"[A-Z0-9]{2,3}")
_PARTY_TYPES = ("owning_party", "possessing_party", "location")
#: What each kind of event must tell of, at least one of them.
_CONTENT = {
    "ObjectEvent": ("epcList", "quantityList", "sensorElementList"),
    "AggregationEvent": ("childEPCs", "childQuantityList"),
    "AssociationEvent": ("childEPCs", "childQuantityList"),
    "TransactionEvent": ("bizTransactionList",),
    "TransformationEvent": (),
}
_URI_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True)
class Problem:
    """A place in the document (``epcisBody.eventList.3.action``) and what is wrong there."""

    path: str
    zh: str
    en: str


def validate_document(value: object) -> list[Problem]:
    """Everything in which the value is not an EPCIS 2.0 document; empty: it is one."""
    if not isinstance(value, Mapping):
        return [Problem("", "不是 JSON 对象。", "It is no JSON object.")]
    return list(_document(value))


def _document(value: Mapping[str, object]) -> Iterator[Problem]:
    if "@context" not in value:
        yield _missing("@context")
    for name, wanted in (("type", "EPCISDocument"), ("schemaVersion", "2.0")):
        if value.get(name) != wanted:
            yield Problem(name, f"应为 {wanted}。", f"It must be {wanted}.")
    yield from _moment(value, "creationDate", "")
    body = value.get("epcisBody")
    events = body.get("eventList") if isinstance(body, Mapping) else None
    if not isinstance(events, list):
        yield _missing("epcisBody.eventList")
        return
    for place, event in enumerate(events):
        yield from _event(event, f"epcisBody.eventList.{place}.")


def _event(event: object, at: str) -> Iterator[Problem]:
    kind = event.get("type") if isinstance(event, Mapping) else None
    if not isinstance(event, Mapping) or kind not in _CONTENT:
        names = ", ".join(_CONTENT)
        yield Problem(f"{at}type", f"应为 {names} 之一。", f"It must be one of {names}.")
        return
    yield from _moment(event, "eventTime", at)
    if "recordTime" in event:
        yield from _moment(event, "recordTime", at)
    yield from _matches(event, "eventTimeZoneOffset", at, _OFFSET, required=True)
    yield from _matches(event, "eventID", at, _URI)
    if kind == "TransformationEvent":
        yield from _transforms(event, at)
    else:
        if event.get("action") not in ACTIONS:
            yield Problem(f"{at}action", "应为 ADD、OBSERVE 或 DELETE。",
                          "It must be ADD, OBSERVE or DELETE.")  # fmt: skip
        yield from _has_content(event, str(kind), at)
    yield from _what(event, at)
    yield from _why(event, at)


def _has_content(event: Mapping[str, object], kind: str, at: str) -> Iterator[Problem]:
    told = any(event.get(name) for name in _CONTENT[kind])
    ends = kind in ("AggregationEvent", "AssociationEvent") and event.get("action") == "DELETE"
    if not told and not ends:
        yield _missing(f"{at}{_CONTENT[kind][0]}")
    grouped = kind in ("AggregationEvent", "AssociationEvent")
    if grouped and event.get("action") in ("ADD", "DELETE") and "parentID" not in event:
        yield _missing(f"{at}parentID")


def _transforms(event: Mapping[str, object], at: str) -> Iterator[Problem]:
    """Inputs and outputs, or a transformationID that joins several events."""
    sides = {side: bool(event.get(f"{side}EPCList") or event.get(f"{side}QuantityList"))
             for side in ("input", "output")}  # fmt: skip
    if "transformationID" in event:
        if not any(sides.values()):
            yield _missing(f"{at}inputEPCList")
        return
    for side, told in sides.items():
        if not told:
            yield _missing(f"{at}{side}EPCList")
    if "action" in event:
        yield Problem(f"{at}action", "转换事件没有 action。", "A transformation has no action.")


def _what(event: Mapping[str, object], at: str) -> Iterator[Problem]:
    yield from _matches(event, "parentID", at, _URI)
    for name in _URI_LISTS:
        for place, uri in enumerate(_listed(event, name)):
            if not isinstance(uri, str) or not _URI.fullmatch(uri):
                yield _no_uri(f"{at}{name}.{place}")
    for name in _QUANTITIES:
        for place, one in enumerate(_listed(event, name)):
            yield from _quantity(one, f"{at}{name}.{place}.")


def _quantity(one: object, at: str) -> Iterator[Problem]:
    if not isinstance(one, Mapping):
        yield Problem(at, "不是 JSON 对象。", "It is no JSON object.")
        return
    yield from _matches(one, "epcClass", at, _URI, required=True)
    quantity = one.get("quantity")
    if "quantity" in one and (isinstance(quantity, bool) or not isinstance(quantity, (int, float))):
        yield Problem(f"{at}quantity", "应为数字。", "It must be a number.")
    if "uom" in one:
        yield from _matches(one, "uom", at, _UOM)


def _why(event: Mapping[str, object], at: str) -> Iterator[Problem]:
    step = event.get("bizStep")
    if step is not None and step not in BIZ_STEPS and not _is_uri(step):
        yield Problem(f"{at}bizStep", "不是 CBV 2.0 业务步骤。", "It is no CBV 2.0 business step.")
    for name in ("readPoint", "bizLocation"):
        place = event.get(name)
        if place is not None and not (isinstance(place, Mapping) and _is_uri(place.get("id"))):
            yield _no_uri(f"{at}{name}.id")
    for place, one in enumerate(_listed(event, "bizTransactionList")):
        if not isinstance(one, Mapping) or not _is_uri(one.get("bizTransaction")):
            yield _no_uri(f"{at}bizTransactionList.{place}.bizTransaction")
    for name, key in (("sourceList", "source"), ("destinationList", "destination")):
        for place, one in enumerate(_listed(event, name)):
            known = isinstance(one, Mapping) and (
                one.get("type") in _PARTY_TYPES or _is_uri(one.get("type"))
            )
            if not known:
                yield _missing(f"{at}{name}.{place}.type")
            elif isinstance(one, Mapping) and not _is_uri(one.get(key)):
                yield _no_uri(f"{at}{name}.{place}.{key}")


def _listed(event: Mapping[str, object], name: str) -> list[object]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _is_uri(value: object) -> bool:
    return isinstance(value, str) and _URI.fullmatch(value) is not None


def _matches(
    event: Mapping[str, object], name: str, at: str, form: re.Pattern[str], required: bool = False
) -> Iterator[Problem]:
    value = event.get(name)
    if name not in event:
        if required:
            yield _missing(f"{at}{name}")
    elif not isinstance(value, str) or not form.fullmatch(value):
        yield Problem(f"{at}{name}", "格式有误。", "Its form is wrong.")


def _moment(event: Mapping[str, object], name: str, at: str) -> Iterator[Problem]:
    value = event.get(name)
    try:
        aware = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        aware = False
    if name not in event:
        yield _missing(f"{at}{name}")
    elif not aware:
        yield Problem(f"{at}{name}", "应为带时区的时间。", "It must be a time with its zone.")


def _missing(path: str) -> Problem:
    return Problem(path, "缺少此项。", "It is missing.")


def _no_uri(path: str) -> Problem:
    return Problem(path, "应为 URI。", "It must be a URI.")
