"""What must be held before waste moves: licence (许可证), qualification (资质), contract (合同)."""

from typing import Literal

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator

from waste_trace.custody.bodies.fields import (
    Body,
    DayText,
    KilogramText,
    OrgCode,
    Pseudonym,
    Strict,
    Text,
)

_PSEUDONYM: TypeAdapter[str] = TypeAdapter(Pseudonym)


class PermittedWaste(Strict):
    """A group of wastes of a licence: codes (900-249-08) or classes (HW08), and their total a year.

    ``methods``: method codes (R/D) that are licensed; empty: none was named.
    """

    codes: list[Text] = Field(min_length=1, max_length=200)
    annual_kg: KilogramText
    methods: list[Text] = Field(default_factory=list, max_length=30)


class RegisterPermitBody(Body):
    """登记经营许可证: ``org`` may collect, store, use or dispose of these wastes on these days.

    Registered again under the same number, the newest counts (变更、换证).
    """

    permit: Text
    org: OrgCode
    kind: Literal["comprehensive", "collection", "medical"]
    wastes: list[PermittedWaste] = Field(min_length=1, max_length=100)
    valid_from: DayText
    valid_to: DayText


class SuspendPermitBody(Body):
    """暂停或吊销许可证: not valid from ``valid_from`` on, until ``valid_to`` if that is stated."""

    permit: Text
    valid_from: DayText
    valid_to: DayText | None = None
    reason: Literal["suspended", "revoked", "closed", "other"]


class RegisterQualificationBody(Body):
    """登记运输资质: a carrier, one of its vehicles, a driver or an escort.

    ``subject``: carrier: its 道路运输经营许可证号; vehicle: the plate; driver and escort: their
    pseudonym, never a name. ``number``: of the certificate, for people as a digest.
    """

    kind: Literal["carrier", "vehicle", "driver", "escort"]
    org: OrgCode
    subject: Text
    number: Text = ""
    valid_from: DayText
    valid_to: DayText

    @field_validator("subject", "number")
    @classmethod
    def _no_person_by_name(cls, text: str, known: ValidationInfo) -> str:
        if known.data.get("kind") in ("driver", "escort"):
            if known.field_name == "number" and text:
                raise ValueError("a person's certificate stands beside the ledger")
            if known.field_name == "subject":
                return _PSEUDONYM.validate_python(text)
        return text


class SignContractBody(Body):
    """签订合同: with a carrier or a receiver, on these wastes (empty: on all)."""

    contract: Text
    partner: OrgCode
    role: Literal["carrier", "receiver"]
    codes: list[Text] = Field(default_factory=list, max_length=200)
    valid_from: DayText
    valid_to: DayText
