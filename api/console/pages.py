"""The console's pages, by subject."""

from fastapi import APIRouter

from api.console import (
    account,
    containers,
    devices,
    finding,
    findings,
    first_steps,
    frames,
    home,
    inspections,
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
    risk,
    rules,
    webhooks,
)

router = APIRouter()
for part in (
    login,
    home,
    containers,
    manifests,
    findings,
    finding,
    inspections,
    risk,
    rules,
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
