"""Organisations and sites: looked up by everybody, registered by the bureau's administrators."""

from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.permissions import House, Reader, Registrar
from waste_trace.services.look_up import list_organisations, list_sites
from waste_trace.services.register_party import register_organisation, register_site

router = APIRouter(prefix="/v1", tags=["parties"])


class PartyRequest(BaseModel):
    """An organisation; ``region`` "" is the bureau's own."""

    model_config = ConfigDict(extra="forbid")

    org: str
    name: str
    kinds: list[str]
    region: str = ""


class SiteRequest(BaseModel):
    """A site of a registered organisation; degrees in WGS 84, decimal, as text or number."""

    model_config = ConfigDict(extra="forbid")

    site: str
    org: str
    name: str
    kind: str
    capacity_kg: Decimal | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


class Registered(BaseModel):
    """Where the registration stands in the ledger, and the proof."""

    index: int
    receipt: str


@router.get("/parties")
def parties(deployment: House, _: Reader) -> list[dict[str, Any]]:
    """Every organisation, as registered."""
    return list_organisations(deployment)


@router.get("/sites")
def sites(deployment: House, person: Reader, org: str = "") -> list[dict[str, Any]]:
    """The sites of an organisation ("": one's own)."""
    return list_sites(deployment, org or person.org)


@router.post("/parties", status_code=201)
def register_party(asked: PartyRequest, deployment: House, _: Registrar) -> Registered:
    """Register an organisation, or change its name and kinds: the newest registration counts."""
    region = asked.region or deployment.settings.region_code
    done = register_organisation(deployment, asked.org, asked.name, asked.kinds, region)
    return Registered(index=done.index, receipt=done.receipt)


@router.post("/sites", status_code=201)
def register_place(asked: SiteRequest, deployment: House, _: Registrar) -> Registered:
    """Register a site of an organisation."""
    place = None
    if asked.latitude is not None and asked.longitude is not None:
        place = (asked.latitude, asked.longitude)
    done = register_site(
        deployment, asked.site, asked.org, asked.name, asked.kind, asked.capacity_kg, place
    )
    return Registered(index=done.index, receipt=done.receipt)
