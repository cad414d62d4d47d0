"""What people and programs read: containers, traces, manifests, findings."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.errors import NotFound
from api.http.permissions import House, Numberer, Reader
from waste_trace.services.list_actions import list_actions
from waste_trace.services.list_heaps import list_heaps
from waste_trace.services.look_up import (
    count_up,
    find_manifest,
    list_containers,
    list_findings,
    list_manifests,
    may_see_container,
)
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.trace_container import trace_container

router = APIRouter(prefix="/v1", tags=["records"])


class NumberRequest(BaseModel):
    """The year that the manifest is for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    year: int


@router.get("/summary")
def summary(deployment: House, person: Reader) -> dict[str, Any]:
    """Containers by state, open findings, weights."""
    return count_up(deployment, person)


@router.get("/containers")
def containers(
    deployment: House, person: Reader, state: str = "", code: str = "", limit: int = 100
) -> list[dict[str, Any]]:
    """Containers, the last changed first."""
    return list_containers(deployment, person, state=state, code=code, limit=limit)


@router.get("/containers/{code}/trace")
def trace(code: str, deployment: House, person: Reader) -> dict[str, Any]:
    """A container's life end to end, over every merge."""
    if not may_see_container(deployment, person, code):
        raise NotFound(f"没有容器 {code}。", f"There is no container {code}.")
    found = trace_container(deployment, code)
    return asdict(found)


@router.get("/containers/{code}/actions")
def container_actions(code: str, deployment: House, person: Reader) -> list[dict[str, Any]]:
    """What one's organisation may do with the container now, and why not the rest."""
    return [asdict(action) for action in list_actions(deployment, person, code)]


@router.post("/manifests/numbers", status_code=201)
def number(asked: NumberRequest, deployment: House, person: Numberer) -> dict[str, str]:
    """The next manifest number, reserved for one's own organisation."""
    return {"manifest": number_manifest(deployment, person.org, asked.year)}


@router.get("/heaps")
def heaps(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Loose waste (散装) by the books: what lies where, and when it was last counted."""
    return [asdict(heap) for heap in list_heaps(deployment, person)]


@router.get("/manifests")
def manifests(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Manifests that one is a party of."""
    return list_manifests(deployment, person)


@router.get("/manifests/{number}")
def manifest(number: str, deployment: House, person: Reader) -> dict[str, Any]:
    """A manifest with its events."""
    found = find_manifest(deployment, person, number)
    if found is None:
        raise NotFound(f"没有联单 {number}。", f"There is no manifest {number}.")
    return found


@router.get("/findings")
def findings(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Findings on one's own organisation, or all for a regulator."""
    return list_findings(deployment, person)
