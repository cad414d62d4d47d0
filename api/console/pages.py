"""The console's pages, by subject."""

from fastapi import APIRouter

from api.console import containers, home, login, public

router = APIRouter()
for part in (login, home, containers, public):
    router.include_router(part.router)
