"""One's notices, and how one wants to hear of them."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.http.permissions import House, Reader
from waste_trace.notices.kinds import Email, Wish
from waste_trace.services.notices.reading import count_unread, list_notices, mark_read
from waste_trace.services.notices.wishes import wish, wishes

router = APIRouter(prefix="/v1/notices", tags=["notices"])


class NoticeItem(BaseModel):
    """One fact told; ``fact`` names it, ``idx`` is the ledger index that it comes from."""

    fact: str
    kind: str
    zh: str
    en: str
    href: str
    idx: int
    told_at: datetime
    read_at: datetime | None


class NoticeList(BaseModel):
    """The newest notices, and how many nobody has read."""

    unread: int
    notices: list[NoticeItem]


class ReadRequest(BaseModel):
    """Which notices were read; none named: all of them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    facts: list[str] | None = None


class WishItem(BaseModel):
    """How one hears of a kind: on screen, and by e-mail (off, each, digest)."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    shown: bool
    email: Email


class KindItem(WishItem):
    """The same, with what people call the kind."""

    zh: str
    en: str


@router.get("")
def notices(
    deployment: House, person: Reader, unread: bool = False, limit: int = 100
) -> NoticeList:
    """One's notices, the newest first."""
    waiting = count_unread(deployment, person)  # first: what is counted is in the list
    rows = list_notices(deployment, person, unread=unread, limit=limit)
    items = [NoticeItem.model_validate(row, from_attributes=False) for row in rows]
    return NoticeList(unread=waiting, notices=items)


@router.post("/read", status_code=204)
def read(asked: ReadRequest, deployment: House, person: Reader) -> None:
    """These were read."""
    mark_read(deployment, person, asked.facts)


@router.get("/subscriptions")
def subscriptions(deployment: House, person: Reader) -> list[KindItem]:
    """Every kind that concerns one's role."""
    return [
        KindItem(kind=kind.name, zh=kind.zh, en=kind.en, shown=one.shown, email=one.email)
        for kind, one in wishes(deployment, person)
    ]


@router.put("/subscriptions", status_code=204)
def subscribe(asked: list[WishItem], deployment: House, person: Reader) -> None:
    """From now on hear of these kinds so."""
    wish(deployment, person, {one.kind: Wish(one.shown, one.email) for one in asked})
