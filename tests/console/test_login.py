"""Signing in and out with the form."""

from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.login import local_path
from tests.console.conftest import HTML, PASSWORD, District
from tests.console.reading import read_page
from tests.http import http_client


@pytest.fixture
def browser(district: District) -> Iterator[httpx.Client]:
    """A client that nobody has signed in with."""
    with http_client(district.url, headers=HTML) as client:
        yield client


def test_the_form_leads_to_where_one_wanted_to_go(browser: httpx.Client) -> None:
    page = read_page(browser.get("/login?next=/findings?severity=serious").text)
    assert page.actions == ["/login"]
    form = {"username": "producer", "password": PASSWORD, "next": "/findings?severity=serious"}
    answer = browser.post("/login", data=form, headers={"origin": str(browser.base_url)})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/findings?severity=serious"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert browser.get("/").status_code == 200
    assert browser.get("/login").headers["location"] == "/"


def test_a_wrong_password_says_so_and_keeps_the_name(browser: httpx.Client) -> None:
    answer = browser.post("/login", data={"username": "garage", "password": "<b>wrong"})
    assert answer.status_code == 401
    page = read_page(answer.text)
    assert "用户名或密码不对" in page.text
    assert 'value="garage"' in page.html
    assert "wrong" not in page.html.lower().replace("wrong user name", "")
    assert "set-cookie" not in answer.headers


def test_another_site_can_not_sign_anybody_in(browser: httpx.Client) -> None:
    form = {"username": "producer", "password": PASSWORD}
    answer = browser.post("/login", data=form, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_the_session_itself(browser: httpx.Client) -> None:
    browser.post("/login", data={"username": "treatment", "password": PASSWORD})
    kept = dict(browser.cookies)
    assert browser.get("/").status_code == 200
    assert browser.post("/logout").headers["location"] == "/login"
    assert not browser.cookies
    browser.cookies.update(kept)
    assert browser.get("/").status_code == 303


@given(st.text())
def test_no_next_leads_to_another_site(wanted: str) -> None:
    base = httpx.URL("https://trace.example/login")
    assert base.join(httpx.URL(local_path("/"))).host == "trace.example"
    path = local_path(wanted)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "", "x"]
)
def test_known_ways_out_are_closed(wanted: str) -> None:
    assert local_path(wanted) == "/"
