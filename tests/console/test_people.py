"""Pages of administrators, the bell, one's own account, and one-time links."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.cast import BUREAU, CARRIER, KINDS, PLANT
from tests.console.conftest import HTML, PASSWORD, District
from tests.console.reading import Page, read_page
from tests.http import http_client
from waste_trace.notices.kinds import Source
from waste_trace.services.notices.facts import Fact
from waste_trace.services.notices.tell import tell
from waste_trace.services.sign_in import create_user

ADMINS = {"bureau.admin": BUREAU, "plant.admin": PLANT}


@pytest.fixture(scope="module")
def administrators(district: District) -> dict[str, httpx.Client]:
    """Signed-in administrators of the bureau and of the plant."""
    for username, org in ADMINS.items():
        create_user(
            district.deployment, username, PASSWORD, f"{username} 女士", KINDS[org], org, admin=True
        )
    return {username: district.client(username) for username in ADMINS}


@pytest.fixture
def nobody(district: District) -> Iterator[httpx.Client]:
    """A browser that nobody has signed in with."""
    with http_client(district.url, headers=HTML) as client:
        yield client


def page(answer: httpx.Response, status: int = 200) -> Page:
    """An answer as a page that the CSP lets be."""
    assert answer.status_code == status, answer.text[:300]
    read = read_page(answer.text)
    assert read.forbidden == []
    return read


def test_administrators_get_their_pages(administrators: dict[str, httpx.Client]) -> None:
    plant, bureau = administrators["plant.admin"], administrators["bureau.admin"]
    assert "/parties" not in page(plant.get("/")).links
    assert {"/people", "/webhooks"} <= set(page(plant.get("/")).links)
    assert page(plant.get("/parties"), 403).text
    assert "transporter" not in page(plant.get("/people")).text
    assert "transporter" in page(bureau.get("/people")).text


def test_a_person_is_invited_sets_a_password_and_is_closed_out(
    administrators: dict[str, httpx.Client], nobody: httpx.Client
) -> None:
    admin = administrators["plant.admin"]
    form = {"username": "zhou", "display_name": "<b>周</b>", "email": "zhou@plant.example"}
    made = page(admin.post("/people", data=form), 201)
    link = re.search(r"http://\S+/welcome\?token=\S+", made.text)
    assert link is not None
    welcome = page(nobody.get(link[0]))
    assert welcome.actions == ["/welcome"]
    assert 'value="zhou"' in welcome.html
    token = link[0].partition("token=")[2]
    unlike = {"token": token, "password": PASSWORD, "again": "other"}
    assert "不一致" in page(nobody.post("/welcome", data=unlike), 403).text
    weak = {"token": token, "password": "short", "again": "short"}
    assert "至少" in page(nobody.post("/welcome", data=weak), 422).text
    done = nobody.post("/welcome", data=unlike | {"again": PASSWORD})
    assert done.status_code == 303
    assert "<b>周</b>" in page(nobody.get("/account")).text
    assert page(nobody.get(link[0]), 403).text
    assert "<b>周</b>" in page(admin.get("/people")).text
    assert admin.post("/people/zhou/disable").headers["location"] == "/people"
    assert nobody.get("/account").status_code == 303
    assert page(admin.post("/people/zhou/invitation"), 422).text
    assert admin.post("/people/zhou/enable").status_code == 303
    assert page(admin.post("/people", data=form | {"org": CARRIER}), 422).text


def test_one_changes_one_s_password_and_address(
    administrators: dict[str, httpx.Client], district: District, nobody: httpx.Client
) -> None:
    create_user(district.deployment, "wu", PASSWORD, "吴", "transporter", CARRIER)
    assert nobody.post("/login", data={"username": "wu", "password": PASSWORD}).status_code == 303
    wrong = {"current": "wrong", "new": "another-horse-9", "again": "another-horse-9"}
    assert "当前密码不对" in page(nobody.post("/account/password", data=wrong), 401).text
    unlike = wrong | {"current": PASSWORD, "again": "x"}
    assert "不一致" in page(nobody.post("/account/password", data=unlike), 422).text
    good = wrong | {"current": PASSWORD}
    done = nobody.post("/account/password", data=good)
    assert done.headers["location"] == "/account?done=password"
    assert "密码已修改" in page(nobody.get(done.headers["location"])).text
    assert page(nobody.post("/account/email", data={"email": "nowhere"}), 422).text
    saved = nobody.post("/account/email", data={"email": "wu@carrier.example"})
    assert 'value="wu@carrier.example"' in page(nobody.get(saved.headers["location"])).html


def test_the_bell_counts_and_a_notice_leads_to_its_page(
    administrators: dict[str, httpx.Client], district: District
) -> None:
    plant = administrators["plant.admin"]
    plant.post("/notices/read")
    manifest = f"/manifests/{district.manifest}"
    values = {"org": PLANT, "due": "2026-11-30", "zh": "<i>确认</i>", "en": "x", "href": manifest}
    fact = Fact(Source.DEADLINE, "test:bell", 3, district.deployment.now(), values)
    tell(district.deployment, [fact])
    assert "1 条未读" in plant.get("/").text
    shown = page(plant.get("/notices"))
    assert "<i>确认</i>" in shown.text
    read = plant.post("/notices/read", data={"fact": "deadline_coming:test:bell", "next": manifest})
    assert read.headers["location"] == manifest
    assert "条未读" not in plant.get("/").text
    away = plant.post("/notices/read", data={"next": "//evil.example"})
    assert away.headers["location"] == "/"


def test_one_ticks_what_one_wants_to_hear(administrators: dict[str, httpx.Client]) -> None:
    plant = administrators["plant.admin"]
    form = {"shown-finding_raised": "on", "email-finding_raised": "digest", "email-x": "each"}
    saved = plant.post("/notices/settings", data=form)
    assert saved.status_code == 303
    html = plant.get(saved.headers["location"]).text
    assert html.count(" checked>") == 1
    assert html.count('<option value="digest" selected>') == 1
    assert '<option value="each" selected>' not in html


def test_a_webhook_is_added_shown_and_stopped(administrators: dict[str, httpx.Client]) -> None:
    plant = administrators["plant.admin"]
    refused = plant.post("/webhooks", data={"url": "https://127.0.0.1/x"})
    assert "不是公网地址" in page(refused, 422).text
    form = {"url": "https://plant.example/in", "kinds": ["finding_raised", "manifest_addressed"]}
    made = plant.post("/webhooks", data=form)
    assert made.status_code == 303
    path = made.headers["location"]
    shown = page(plant.get(path))
    assert "whsec_" in shown.text
    assert "收到联单" in shown.text
    assert page(administrators["bureau.admin"].get(path), 422).text
    assert plant.post(f"{path}/replay", data={"after": "-1"}).status_code == 303
    assert plant.post(f"{path}/secret").status_code == 303
    assert path in page(plant.get("/webhooks")).links
    assert plant.post(f"{path}/stop").headers["location"] == "/webhooks"
    assert path not in page(plant.get("/webhooks")).links


def test_the_bureau_registers_an_organisation_and_a_site(
    administrators: dict[str, httpx.Client],
) -> None:
    bureau = administrators["bureau.admin"]
    form = {"org": "91330482MA29CD2377", "name": "明德<印刷>", "region": "330482",
            "kinds": ["producer"]}  # fmt: skip
    made = bureau.post("/parties", data=form)
    assert made.headers["location"] == "/parties?org=91330482MA29CD2377"
    site = {"site": "TS-PRINT", "name": "印刷库", "kind": "贮存点", "capacity_kg": "3000"}
    bad = bureau.post("/parties/91330482MA29CD2377/sites", data=site | {"capacity_kg": "many"})
    assert page(bad, 422).text
    done = bureau.post("/parties/91330482MA29CD2377/sites", data=site)
    shown = page(bureau.get(done.headers["location"]))
    assert "明德<印刷>" in shown.text
    assert "3,000.000" in shown.text
    assert page(bureau.post("/parties", data=form | {"org": "1"}), 422).text


def test_a_link_that_is_none_opens_nothing(nobody: httpx.Client) -> None:
    for path in ("/setup?token=x", "/setup", "/welcome?token=x", "/welcome"):
        assert page(nobody.get(path), 403).text
    assert page(nobody.post("/setup", data={"token": "x"}), 403).text
