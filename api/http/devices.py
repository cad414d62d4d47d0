"""Devices: one-time codes, enrolment with proof of possession, revocation."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.errors import Forbidden
from api.http.permissions import Enroller, House, Reader, Revoker, SigningDevice
from waste_trace.codes.signature import key_id
from waste_trace.custody.vocabulary import actions_for
from waste_trace.ledger.dsse import envelope_value
from waste_trace.ledger.encoding import b64, decode_b64
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.brief_device import BriefingRefused, brief_device
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import (
    Enrolled,
    EnrolmentRefused,
    create_enrolment_code,
    enrol_device,
    revoke_device,
)
from waste_trace.services.look_up import list_organisations
from waste_trace.services.name_devices import list_named_devices

router = APIRouter(prefix="/v1/devices", tags=["devices"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CodeRequest(_Strict):
    """For whom a code is; a regulator names the organisation, others get one for their own."""

    org: str = ""
    site: str = ""


class EnrolRequest(_Strict):
    """A code and a key; ``pub`` and ``proof`` in base64. See ``docs/protocol.md``."""

    code: str
    alg: str
    pub: str
    name: str
    proof: str


class RevokeRequest(_Strict):
    """Why a device ends, and up to which of its events it still counts."""

    reason: Annotated[RevocationReason, Field(strict=False)]  # JSON has its code, and no enum
    last_good_seq: int | None = None


@router.post("/codes", status_code=201)
def create_code(asked: CodeRequest, deployment: House, person: Enroller) -> dict[str, str]:
    """A one-time code, good for 24 hours."""
    org = asked.org or person.org
    if org != person.org and person.role != "regulator":
        raise Forbidden("只能为本单位发码。", "Codes are for your own organisation only.")
    code = create_enrolment_code(deployment, org, asked.site, person.pseudonym, person.username)
    return {"code": code, "org": org}


@router.post("/enrol", status_code=201)
def enrol(asked: EnrolRequest, deployment: House, _: SigningDevice) -> dict[str, Any]:
    """Enrol a device; the answer is all that it needs to work offline."""
    try:
        public_key, proof = decode_b64(asked.pub), decode_b64(asked.proof)
    except ValueError as error:
        raise EnrolmentRefused("公钥或证明不是 base64。", "Key or proof is not base64.") from error
    enrolled = enrol_device(deployment, asked.code, asked.alg, public_key, asked.name, proof)
    return _identity(deployment, enrolled)


class BriefingRequest(_Strict):
    """Which key asks when; ``sig`` in base64. ``known``: the version of the rounds it has."""

    dev: str
    ep: int
    at: str
    sig: str
    known: str = ""


@router.post("/briefing")
def briefing(asked: BriefingRequest, deployment: House, _: SigningDevice) -> dict[str, Any]:
    """What a device needs for a day without a network; it asks with its key (docs/protocol.md)."""
    try:
        signature = decode_b64(asked.sig)
    except ValueError as error:
        raise BriefingRefused("签名不是 base64。", "The signature is not base64.") from error
    found = brief_device(deployment, asked.dev, asked.ep, asked.at, signature, asked.known)
    return {
        "actions": _actions(found.kinds),
        "issuers": dict(found.issuers),
        "version": found.version,
        "rounds": found.rounds,
    }


@router.get("")
def devices(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """The devices that this person sees."""
    hidden = ("chain",)
    rows = list_named_devices(deployment, person)
    return [{k: v for k, v in row.items() if k not in hidden} for row in rows]


@router.post("/{dev}/revoke")
def revoke(dev: str, asked: RevokeRequest, deployment: House, _: Revoker) -> dict[str, Any]:
    """End a device's key, as a leaf."""
    recorded = revoke_device(deployment, dev, asked.reason, last_good_seq=asked.last_good_seq)
    return {"index": recorded.index, "receipt": recorded.receipt}


def _actions(kinds: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"typ": row.typ, "zh": row.zh, "en": row.en, "needs": list(row.asks(kinds))}
        for row in actions_for(kinds)
    ]


def _identity(deployment: Deployment, enrolled: Enrolled) -> dict[str, Any]:
    sequencer = deployment.sequencer
    registrar = deployment.registrar_vkey(enrolled.envelope.key_id)  # looks up who may sign now
    row = next(row for row in list_organisations(deployment) if row["org"] == enrolled.org)
    kinds = frozenset(row["kinds"].split(","))
    issuers = {
        key_id(key.public_key): b64(key.public_key)
        for key in sequencer.registry.keys.values()
        if key.purpose == "label"
    }
    return {
        "dev": enrolled.dev,
        "ep": enrolled.ep,
        "org": enrolled.org,
        "org_name": row["name"],
        "act": enrolled.actor,
        "site": enrolled.site,
        "origin": sequencer.origin,
        "log_vkey": sequencer.log_vkey.text,
        "registrar_vkey": registrar.text,
        "issuers": issuers,
        "actions": _actions(kinds),
        "receipt": enrolled.receipt,
        "envelope": envelope_value(enrolled.envelope),
    }
