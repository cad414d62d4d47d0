"""Findings with their life, rules, risk, inspections and random selections."""

from collections.abc import Mapping
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from api.http.bodies import read_body
from api.http.permissions import Anybody, House, Inspector, Reader, Speaker
from waste_trace.compliance.rules import RULES
from waste_trace.services.evidence import find_evidence, keep_evidence
from waste_trace.services.finding_life import find_finding
from waste_trace.services.inspections import (
    draw_selection,
    find_inspection,
    find_selection,
    list_inspections,
    list_positive,
    list_selections,
)
from waste_trace.services.rank_risk import rank_risk

router = APIRouter(prefix="/v1", tags=["compliance"])


class ReasonOut(BaseModel):
    """A part of a risk score."""

    key: str
    zh: str
    en: str
    count: int
    points: int


class RiskOut(BaseModel):
    """An organisation's risk score with the reasons that it is the sum of."""

    org: str
    name: str
    kinds: str
    score: int
    level: str
    reasons: list[ReasonOut]


class RuleOut(BaseModel):
    """A rule: where it comes from, how certain that is, and the present figures."""

    name: str
    zh: str
    en: str
    clause: str
    certainty: str
    severity: str
    settings: dict[str, str]


class KeptEvidence(BaseModel):
    """What an event names a file by."""

    sha256: str


class DrawRequest(BaseModel):
    """The value of the public number that was announced, if one was."""

    model_config = ConfigDict(extra="forbid", strict=True)

    beacon_value: str = ""


@router.get("/findings/one")
def finding(deployment: House, person: Reader, key: Annotated[str, Query()]) -> dict[str, Any]:
    """One finding: status, deadline, steps so far, and which steps are open to you."""
    return find_finding(deployment, person, key)


@router.get("/rules")
def rules(deployment: House, _: Reader) -> list[RuleOut]:
    """Every rule, as this deployment applies it."""
    return [
        RuleOut(
            name=rule.name,
            zh=rule.zh,
            en=rule.en,
            clause=rule.clause,
            certainty=rule.certainty,
            severity=rule.severity.value,
            settings={name: str(getattr(deployment.settings, name)) for name in rule.settings},
        )
        for rule in RULES.values()
    ]


@router.get("/risk")
def risk(deployment: House, person: Reader) -> list[RiskOut]:
    """Risk scores, the highest first: all for a regulator, else of one's own organisation."""
    return [
        RiskOut(
            org=one.org,
            name=one.name,
            kinds=one.kinds,
            score=one.risk.score,
            level=one.risk.level.value,
            reasons=[
                ReasonOut(key=r.key, zh=r.zh, en=r.en, count=r.count, points=r.points)
                for r in one.risk.reasons
            ],
        )
        for one in rank_risk(deployment, person)
    ]


@router.post("/evidence", status_code=201)
async def evidence(request: Request, deployment: House, _: Speaker) -> KeptEvidence:
    """Keep a picture or a PDF (the body is the file); an event names it by its SHA-256."""
    data = await read_body(request, deployment, deployment.settings.max_picture_bytes, "picture")
    sha256 = await anyio.to_thread.run_sync(keep_evidence, deployment, data)
    return KeptEvidence(sha256=sha256)


@router.get("/evidence/{sha256}", response_class=Response)
def evidence_file(sha256: str, deployment: House, person: Reader) -> Response:
    """A file that a finding or an inspection of yours names."""
    data, media_type = find_evidence(deployment, person, sha256)
    return Response(data, media_type=media_type, headers={"cache-control": "private"})


@router.get("/selections")
def selections(deployment: House, _: Anybody) -> list[dict[str, Any]]:
    """Random selections, the newest first. Public, so that anyone can recompute them."""
    return list_selections(deployment)


@router.get("/selections/{announcement}")
def selection(announcement: int, deployment: House, _: Anybody) -> dict[str, Any]:
    """One selection: its announcement, the tree that decides, the visits (docs/inspection.md)."""
    return find_selection(deployment, announcement)


@router.post("/selections/{announcement}/draw", status_code=201)
def draw(
    announcement: int, deployment: House, person: Inspector, asked: Annotated[DrawRequest, Body()]
) -> dict[str, Any]:
    """Record what follows from an announcement whose tree size has come."""
    draw_selection(deployment, person, announcement, asked.beacon_value)
    return find_selection(deployment, announcement)


@router.get("/inspections")
def inspections(deployment: House, person: Reader, org: str = "") -> list[dict[str, Any]]:
    """Inspections, the newest first."""
    return list_inspections(deployment, person, org)


@router.get("/inspections/{idx}")
def inspection(idx: int, deployment: House, person: Reader) -> Mapping[str, Any]:
    """One inspection, item by item."""
    return find_inspection(deployment, person, idx)


@router.get("/positive-list")
def positive_list(deployment: House, _: Reader) -> list[dict[str, Any]]:
    """Organisations that are inspected online only."""
    return list_positive(deployment)
