"""Accounts over HTTP: for administrators their organisation's, for everybody their own password."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from api.http.permissions import Anybody, House, PeopleAdmin, Reader, session_token
from waste_trace.services.accounts import (
    NewAccount,
    change_password,
    create_account,
    disable_account,
    invite_again,
    list_accounts,
)
from waste_trace.services.invite import HOURS, accept_invitation

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AccountRequest(_Strict):
    """An account; ``org`` "" is one's own, ``role`` "" the first kind the organisation is of."""

    username: str
    display_name: str
    org: str = ""
    role: str = ""
    admin: bool = False
    email: str = ""


class PasswordChange(_Strict):
    """The password that counts, and the one that shall."""

    current: str
    new: str


class Acceptance(_Strict):
    """A one-time link's token and the password that its person chose."""

    token: str
    password: str


class InvitationAnswer(BaseModel):
    """Where the person of an account sets a password, once, within ``hours``."""

    username: str
    token: str
    path: str
    hours: int = HOURS


@router.get("")
def accounts(deployment: House, person: PeopleAdmin) -> list[dict[str, Any]]:
    """The accounts that one looks after."""
    return list_accounts(deployment, person)


@router.post("", status_code=201)
def create(asked: AccountRequest, deployment: House, person: PeopleAdmin) -> InvitationAnswer:
    """A new account, and the one-time link for its person."""
    new = NewAccount(
        asked.username,
        asked.display_name,
        asked.org or person.org,
        asked.role,
        asked.admin,
        asked.email,
    )
    return _answer(asked.username, create_account(deployment, person, new))


@router.post("/{username}/invitation", status_code=201)
def invite(username: str, deployment: House, person: PeopleAdmin) -> InvitationAnswer:
    """A new one-time link for a lost password; the old password counts until it is used."""
    return _answer(username, invite_again(deployment, person, username))


@router.post("/{username}/disable", status_code=204)
def disable(username: str, deployment: House, person: PeopleAdmin) -> None:
    """Close an account; its sessions end."""
    disable_account(deployment, person, username, True)


@router.post("/{username}/enable", status_code=204)
def enable(username: str, deployment: House, person: PeopleAdmin) -> None:
    """Open a closed account again."""
    disable_account(deployment, person, username, False)


@router.post("/accept", status_code=201)
def accept(asked: Acceptance, deployment: House, _: Anybody) -> dict[str, str]:
    """Set the first password with a one-time link; a session's token."""
    return {"token": accept_invitation(deployment, asked.token, asked.password)}


@router.post("/password", status_code=204)
def password(asked: PasswordChange, request: Request, deployment: House, person: Reader) -> None:
    """Change one's own password; one's other sessions end."""
    change_password(deployment, person, session_token(request), asked.current, asked.new)


def _answer(username: str, token: str) -> InvitationAnswer:
    return InvitationAnswer(username=username, token=token, path=f"/welcome?token={token}")
