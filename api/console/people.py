"""People: the accounts of one's organisation, or of all for the bureau's administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.console.render import ROLE_NAMES, page
from api.console.show import Named
from api.http.permissions import House, PeopleAdmin
from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.accounts import (
    NewAccount,
    create_account,
    disable_account,
    invite_again,
    list_accounts,
)
from waste_trace.services.deployment import Deployment
from waste_trace.services.invite import HOURS
from waste_trace.services.look_up import list_organisations
from waste_trace.services.sign_in import Person

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)
Text = Annotated[str, Form()]


@router.get("/people")
def people(request: Request, deployment: House, person: PeopleAdmin) -> HTMLResponse:
    """Who may sign in, and the form for somebody new."""
    rows = [
        row | {"role_name": ROLE_NAMES.get(row["role"], Named(row["role"], row["role"]))}
        for row in list_accounts(deployment, person)
    ]
    return page(
        request,
        "people.html",
        person,
        "人员账号",
        "People",
        rows=rows,
        organisations=_organisations(deployment, person),
        roles=ROLE_NAMES,
    )


@router.post("/people")
def create(
    request: Request,
    deployment: House,
    person: PeopleAdmin,
    username: Text,
    display_name: Text,
    org: Text = "",
    role: Text = "",
    email: Text = "",
    admin: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """A new account; its one-time link is shown once."""
    asked = NewAccount(
        username.strip(), display_name.strip(), org or person.org, role, admin, email.strip()
    )
    return _link(request, person, asked.username, create_account(deployment, person, asked))


@router.post("/people/{username}/invitation")
def invite(username: str, request: Request, deployment: House, person: PeopleAdmin) -> HTMLResponse:
    """A new one-time link for a lost password."""
    return _link(request, person, username, invite_again(deployment, person, username))


@router.post("/people/{username}/disable")
def disable(username: str, deployment: House, person: PeopleAdmin) -> Response:
    """Close an account."""
    disable_account(deployment, person, username, True)
    return RedirectResponse("/people", 303)


@router.post("/people/{username}/enable")
def enable(username: str, deployment: House, person: PeopleAdmin) -> Response:
    """Open a closed account again."""
    disable_account(deployment, person, username, False)
    return RedirectResponse("/people", 303)


def _organisations(deployment: Deployment, person: Person) -> list[dict[str, str]]:
    """For whom one may make accounts, with what they may act as."""
    return [
        row
        for row in list_organisations(deployment)
        if person.role == REGULATOR or row["org"] == person.org
    ]


def _link(request: Request, person: Person, username: str, token: str) -> HTMLResponse:
    return page(
        request,
        "account_link.html",
        person,
        "一次性链接",
        "One-time link",
        status=201,
        crumbs=(("人员账号", "/people"), ("一次性链接", "")),
        username=username,
        link=f"{str(request.base_url).rstrip('/')}/welcome?token={token}",
        hours=HOURS,
    )
