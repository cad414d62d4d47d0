"""Every page for every role: shown, refused or absent, and nothing on it that the CSP forbids."""

import httpx
import pytest

from tests.console.conftest import HOSTILE, HTML, NAMES, PEOPLE, District
from tests.console.reading import read_page

EVERYBODY = ("regulator", "producer", "platform", "transporter", "treatment")
ISSUERS = ("producer", "platform", "treatment")
PAGES: dict[str, tuple[str, ...]] = {
    "/": EVERYBODY,
    "/containers": EVERYBODY,
    "/containers?state=stored&code=2026 1123&waste=900": EVERYBODY,
    "/manifests": EVERYBODY,
    "/heaps": EVERYBODY,
    "/registers": EVERYBODY,
    "/findings": EVERYBODY,
    "/findings?severity=serious": EVERYBODY,
    "/inspections": EVERYBODY,
    "/inspections/new": ("regulator",),
    "/risk": EVERYBODY,
    "/rules": EVERYBODY,
    "/frames": EVERYBODY,
    "/devices": EVERYBODY,
    "/ledger": EVERYBODY,
    "/labels": ISSUERS,
    "/labels?q=矿物油&waste=900-214-08": ISSUERS,
    "/quarantine": ("regulator",),
    "/notices": EVERYBODY,
    "/notices?unread=true": EVERYBODY,
    "/notices/settings": EVERYBODY,
    "/account": EVERYBODY,
    "/people": (),  # for administrators: see test_people
    "/webhooks": (),
    "/parties": (),
    "/requests": ("regulator", "producer", "platform"),
    "/settlement": ("regulator", "producer", "platform"),
    "/medical": ("regulator", "producer", "platform"),
    "/rounds": ("regulator", "platform"),
    "/clients": ("regulator", "platform"),
    "/imports": ("regulator", *ISSUERS),
}


@pytest.mark.parametrize("path", PAGES)
def test_each_role_gets_its_pages_and_no_others(district: District, path: str) -> None:
    for role in EVERYBODY:
        expected = 200 if role in PAGES[path] else 403
        page = district.page(role, path, expected)
        assert page.forbidden == []
        assert ("没有此项权限" in page.text) is (expected == 403)
        if expected == 200:
            assert f"{role} 先生" in page.text
            assert NAMES[PEOPLE[role]] in page.text


@pytest.mark.parametrize("path", [*PAGES, "/containers/x", "/ledger/0", "/manifests/1"])
def test_without_a_session_every_page_leads_to_the_login(district: District, path: str) -> None:
    answer = district.client("").get(path)
    assert answer.status_code == 303
    target = httpx.URL(answer.headers["location"])
    assert target.path == "/login"
    assert httpx.URL(target.params["next"]) == httpx.URL(path)


def test_a_program_without_a_session_gets_a_problem_and_no_page(district: District) -> None:
    answer = httpx.get(f"{district.url}/containers", headers={"accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "not-signed-in"


def test_the_sider_offers_what_the_role_may_do(district: District) -> None:
    assert "/quarantine" in district.page("regulator", "/").links
    assert "/labels" not in district.page("regulator", "/").links
    assert "/quarantine" not in district.page("producer", "/").links
    assert "/labels" in district.page("producer", "/").links


@pytest.mark.parametrize("role", [*EVERYBODY, "garage"])
def test_every_link_of_every_page_leads_somewhere(district: District, role: str) -> None:
    client = district.client(role)
    waiting, seen = ["/"], {"/"}
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        assert answer.status_code == 200, f"{role}: {path} {answer.status_code}"
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        if path == "/verify":
            continue  # a page of its own, whose policy names its script and style by hash
        page = read_page(answer.text)
        assert page.forbidden == [], path
        assert "None" not in page.text, path
        for link in page.links:
            inside = link.startswith("/") and not link.startswith(
                ("/handheld", "/v1/ledger/bundle")
            )
            # One picture of one label is as good as all of them, and each takes a while to draw.
            drawn = link.startswith("/v1/labels/") and district.treated not in link
            if inside and not drawn and link not in seen:
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 20


def test_pages_carry_the_policy_and_stay_out_of_caches(district: District) -> None:
    answer = district.client("producer").get("/")
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert answer.headers["cache-control"] == "no-store"


def test_a_hostile_name_stays_text(district: District) -> None:
    for role, path in (
        ("producer", "/"),
        ("regulator", "/containers"),
        ("regulator", f"/containers/{district.treated}"),
        ("regulator", f"/manifests/{district.manifest}"),
        ("regulator", "/findings"),
        ("regulator", "/devices"),
        ("", f"/Q/{district.token(district.treated)}"),
    ):
        page = district.page(role, path)
        assert HOSTILE in page.text, path
        assert "<script>" not in page.html, path
        assert "&lt;script&gt;" in page.html, path


def test_what_was_asked_comes_back_as_text(district: District) -> None:
    hostile = '"><script>alert(1)</script>'
    asked = {"code": hostile, "waste": hostile, "q": hostile, "number": hostile, "camera": hostile}
    for path in ("/containers", "/labels", "/manifests", "/frames", "/findings"):
        answer = district.client("producer").get(path, params=asked)
        assert answer.status_code == 200
        assert read_page(answer.text).forbidden == []


def test_an_unknown_address_is_a_readable_page(district: District) -> None:
    page = district.page("producer", "/nowhere", 404)
    assert "没有这个地址" in page.text
    assert "There is nothing at this address" in page.text


def test_a_malformed_query_is_a_readable_page(district: District) -> None:
    page = district.page("producer", "/containers?page=zero", 422)
    assert "page" in page.text


def test_static_files_are_served_to_anybody(district: District) -> None:
    answer = httpx.get(f"{district.url}/static/console.css", headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
