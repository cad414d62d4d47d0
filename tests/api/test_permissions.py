"""Every route says what it needs; roles get what the table gives them; foreign is not found."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.http.app import create_app
from api.http.permissions import ROLES, May, Permission, can
from tests.api.conftest import ClientOf
from tests.cast import BATCH, FACTORY, GARAGE, WASTE, Cast
from waste_trace.services.deployment import Deployment


def _routes(routes: list[Any]) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            yield from _routes(list(getattr(inner, "routes", [])))


def _declared(dependant: Dependant) -> Iterator[Permission]:
    if isinstance(dependant.call, May):
        yield dependant.call.permission
    for below in dependant.dependencies:
        yield from _declared(below)


def test_every_route_declares_exactly_one_permission(deployment: Deployment) -> None:
    routes = list(_routes(list(create_app(deployment).routes)))
    assert len(routes) > 25
    undeclared = [r.path for r in routes if len(set(_declared(r.dependant))) != 1]
    assert undeclared == []


def test_only_the_regulator_audits_and_revokes() -> None:
    for permission in (Permission.AUDIT, Permission.REVOKE):
        assert [role for role in ROLES if can(role, permission)] == ["regulator"]


def test_a_device_is_revoked_for_a_reason_of_the_list(cast: Cast, client_of: ClientOf) -> None:
    regulator, path = client_of("regulator"), f"/v1/devices/{cast.device(FACTORY).dev}/revoke"
    for worded in ("吴驾驶弄丢", "", None, "scheduled"):
        assert regulator.post(path, json={"reason": worded}).status_code == 422
    assert regulator.post(path, json={"reason": "left_service"}).status_code == 200


@pytest.mark.parametrize("path", ["/v1/containers", "/v1/findings", "/v1/quarantine"])
def test_without_a_session_nothing_is_shown(client_of: ClientOf, path: str) -> None:
    answer = client_of("").get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


@pytest.mark.parametrize("path", ["/v1/quarantine", "/v1/ledger/bundle"])
def test_a_producer_is_no_auditor(client_of: ClientOf, path: str) -> None:
    answer = client_of("producer").get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_foreign_containers_are_not_there(cast: Cast, client_of: ClientOf) -> None:
    code = cast.containers()[0]
    mine, theirs = client_of("producer"), client_of("garage")
    assert mine.get(f"/v1/containers/{code}/trace").status_code == 200
    assert theirs.get(f"/v1/containers/{code}/trace").status_code == 404
    assert theirs.get(f"/v1/labels/{code}.png").status_code == 404
    assert theirs.get("/v1/containers").json() == []
    assert [row["container"] for row in mine.get("/v1/containers").json()] == [code]


def test_codes_are_for_ones_own_unit_or_whom_a_platform_collects_from(
    client_of: ClientOf,
) -> None:
    asked = {"unit": GARAGE, "waste_code": WASTE, "day": "2026-11-23"}
    assert client_of("producer").post("/v1/labels", json=asked).status_code == 403
    assert client_of("platform").post("/v1/labels", json=asked).status_code == 201


def test_a_device_speaks_for_its_own_organisation_only(cast: Cast, client_of: ClientOf) -> None:
    device = cast.device(FACTORY)
    device.handheld.notebook.remember(identity={**device.handheld.identity, "org": GARAGE})
    body = {"batch": BATCH, "waste_code": WASTE, "edition": "2021", "waste_name": "x",
            "form": "液态", "weight_kg": "1"}  # fmt: skip
    answer = client_of("").post("/v1/events", content=device.sign("produce", body))
    assert answer.json()["code"] == "wrong-organisation"


def test_another_sites_page_cannot_use_the_session(client_of: ClientOf) -> None:
    client = client_of("producer")
    answer = client.post("/v1/devices/codes", json={}, headers={"origin": "http://evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")


def test_guessing_passwords_is_slowed_down(client_of: ClientOf) -> None:
    client_of("transporter")
    client = client_of("")
    codes = [
        client.post("/v1/session", json={"username": "transporter", "password": "x"}).json()["code"]
        for _ in range(7)
    ]
    assert codes[:5] == ["sign-in-refused"] * 5
    assert set(codes[5:]) == {"too-many-attempts"}


def test_a_session_ends_when_signed_out(client_of: ClientOf) -> None:
    client: httpx.Client = client_of("producer")
    assert client.get("/v1/session").status_code == 200
    assert client.delete("/v1/session").status_code == 204
    assert client.get("/v1/session").status_code == 401
