"""What parties hold: plans, licences, qualifications, contracts, approvals."""

from typing import Any

from fastapi import APIRouter

from api.http.permissions import House, Reader
from waste_trace.services.list_registers import (
    list_applications,
    list_contracts,
    list_permits,
    list_plans,
    list_qualifications,
)

router = APIRouter(prefix="/v1", tags=["registers"])


@router.get("/plans")
def plans(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Management plans (管理计划) that one may see."""
    return list_plans(deployment, person)


@router.get("/permits")
def permits(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Licences (经营许可证)."""
    return list_permits(deployment, person)


@router.get("/qualifications")
def qualifications(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Transport qualifications (运输资质)."""
    return list_qualifications(deployment, person)


@router.get("/contracts")
def contracts(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Contracts (合同) that one is a party of."""
    return list_contracts(deployment, person)


@router.get("/transfer-applications")
def applications(deployment: House, person: Reader) -> list[dict[str, Any]]:
    """Applications for transfers to another province (跨省转移)."""
    return list_applications(deployment, person)
