"""What a scanned text is, for people: which scheme, whose, and whether it is genuine."""

from typing import Any

from waste_trace.codes.errors import ForgedLabel, InvalidCode, UnknownIssuer
from waste_trace.codes.label_token import LabelToken, verify
from waste_trace.codes.place_token import PlaceToken
from waste_trace.codes.place_token import verify as verify_place
from waste_trace.codes.recognise import recognise
from waste_trace.codes.signature import key_id
from waste_trace.ledger.registry import KeyRegistry


def describe_code(registry: KeyRegistry | None, text: str) -> dict[str, Any] | None:
    """A scanned text as one of our codes, or None if it is none of ours.

    ``genuine`` is True or False where a signature could be checked, and None where there is none
    or no registry to check it with.
    """
    try:
        found = recognise(text)
    except InvalidCode:
        return None
    described: dict[str, Any] = {"scheme": found.scheme, "value": str(found.value), "genuine": None}
    if isinstance(found.value, LabelToken):
        token = found.value
        described |= {
            "container": str(token.digital_id),
            "unit": str(token.digital_id.unit),
            "waste_code": str(token.digital_id.waste),
            "rotation": token.rotation,
            "key_id": token.key_id,
        }
        if registry is not None:
            described |= _genuine(registry, token)
    elif isinstance(found.value, PlaceToken):
        place = found.value
        described |= {"kind": place.kind.value, "subject": place.subject, "key_id": place.key_id}
        if registry is not None:
            described |= _genuine(registry, place)
    return described


def _genuine(registry: KeyRegistry, token: LabelToken | PlaceToken) -> dict[str, Any]:
    issuers = {
        key_id(key.public_key): key.public_key
        for key in registry.keys.values()
        if key.purpose == "label"
    }
    try:
        if isinstance(token, LabelToken):
            verify(token, issuers)
        else:
            verify_place(token, issuers)
    except (ForgedLabel, UnknownIssuer) as error:
        return {"genuine": False, "zh": error.zh, "en": error.en}
    return {"genuine": True}
