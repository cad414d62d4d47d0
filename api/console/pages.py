"""The console's pages, by subject."""

from fastapi import APIRouter

from api.console import (
    account,
    containers,
    devices,
    findings,
    first_steps,
    frames,
    home,
    labels,
    ledger,
    login,
    manifests,
    parties,
    people,
    place,
    public,
    quarantine,
)

router = APIRouter()
for part in (
    login,
    home,
    containers,
    manifests,
    findings,
    frames,
    labels,
    devices,
    ledger,
    quarantine,
    place,
    public,
    account,
    people,
    parties,
    first_steps,
):
    router.include_router(part.router)
