"""Personal data beside the ledger: who reads it is written down; erasing it leaves a leaf."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.http.permissions import Auditor, Eraser, House, Reader
from waste_trace.compliance.retention import Basis
from waste_trace.services.disclose import list_accesses, read_disclosures
from waste_trace.services.erase_person import erase_disclosures, find_personal

router = APIRouter(prefix="/v1", tags=["personal data"])


class Shown(BaseModel):
    """One disclosure: what it is, what it says, and the digest in the event that proves it."""

    name: str
    value: str
    digest: str
    disclosure: str


class PersonalData(BaseModel):
    """What is known of an event's digests; ``erased`` ones have lost their plaintext."""

    disclosures: list[Shown]
    erased: list[str]


class ErasureRequest(BaseModel):
    """Digests to erase, or a value that all of them are looked up by; and on what basis."""

    model_config = ConfigDict(extra="forbid")

    basis: Basis
    digests: list[str] = Field(default_factory=list, max_length=10_000)
    value: str = Field("", max_length=500)


class Erased(BaseModel):
    """How many digests lost their plaintext, and the leaves that say so."""

    indices: list[int]
    digests: list[str]


@router.get("/events/{index}/disclosures")
def disclosures(index: int, deployment: House, person: Reader) -> PersonalData:
    """The personal data of an event, for its parties and the regulator; each reading is logged."""
    found = read_disclosures(deployment, person, index)
    shown = [
        Shown(name=one.name, value=one.value, digest=one.digest, disclosure=one.text)
        for one in found.disclosures
    ]
    return PersonalData(disclosures=shown, erased=list(found.erased))


@router.get("/disclosures/accesses")
def accesses(deployment: House, _: Auditor) -> list[dict[str, Any]]:
    """Who was shown personal data, newest first."""
    return list_accesses(deployment)


@router.post("/disclosures/erasures", status_code=201)
def erasures(asked: ErasureRequest, deployment: House, _: Eraser) -> Erased:
    """Erase personal data on a legal basis; ``pii.erased`` leaves say which digests."""
    digests = asked.digests + (find_personal(deployment, asked.value) if asked.value else [])
    recorded = erase_disclosures(deployment, digests, asked.basis)
    return Erased(indices=[one.index for one in recorded], digests=sorted(set(digests)))
