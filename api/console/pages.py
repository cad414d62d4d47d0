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
    notices,
    parties,
    people,
    place,
    public,
    quarantine,
    reports,
    webhooks,
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
    reports,
    place,
    public,
    notices,
    account,
    people,
    parties,
    webhooks,
    first_steps,
):
    router.include_router(part.router)
