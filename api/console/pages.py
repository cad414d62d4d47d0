"""The console's pages, by subject."""

from fastapi import APIRouter

from api.console import (
    containers,
    devices,
    findings,
    frames,
    home,
    labels,
    ledger,
    login,
    manifests,
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
):
    router.include_router(part.router)
