"""Forms that change something: codes for devices, labels, revocation."""

import re
from pathlib import Path

import pytest

from scanner.agent import Handheld, enrol
from tests.cast import FACTORY, GARAGE, KINDS, PLATFORM
from tests.console.conftest import District
from tests.console.reading import read_page
from tests.devices import enrolled_device
from tests.http import http_client


def test_a_code_is_shown_once_and_enrols_a_device(district: District, tmp_path: Path) -> None:
    answer = district.client("producer").post("/devices/codes", data={"site": "TS-FACTORY"})
    assert answer.status_code == 201
    page = read_page(answer.text)
    code = re.search(r"[A-Z0-9]{4}(-[A-Z0-9]{4}){3}", page.text)
    assert code is not None
    assert f"{district.url}/handheld/#enrol={code[0]}" in page.text
    assert "<svg" in page.html
    assert page.forbidden == []
    handheld = Handheld(tmp_path / "device", "tests")
    with http_client(district.url) as client:
        enrol(handheld, client, code[0], "柜台 <b>PDA</b>")
    assert handheld.identity["org"] == FACTORY
    assert handheld.identity["site"] == "TS-FACTORY"
    handheld.close()
    assert "柜台 <b>PDA</b>" in district.page("producer", "/devices").text
    assert "柜台" not in district.page("garage", "/devices").text
    assert "登记员 registrar" in district.page("regulator", "/devices").text


def test_codes_are_for_one_s_own_organisation(district: District) -> None:
    client = district.client("producer")
    assert client.post("/devices/codes", data={"org": GARAGE}).status_code == 403
    assert client.post("/devices/codes", data={"site": "TS-PLANT"}).status_code == 422
    regulator = district.client("regulator")
    assert regulator.post("/devices/codes", data={"org": GARAGE}).status_code == 201
    assert regulator.post("/devices/codes", data={"org": "nobody"}).status_code == 422


def test_the_regulator_revokes_with_a_reason(district: District, tmp_path: Path) -> None:
    device = enrolled_device(district.deployment, tmp_path / "lost", GARAGE)
    path = f"/devices/{device.dev}/revoke"
    assert district.client("producer").post(path, data={"reason": "lost"}).status_code == 403
    for worded in (" ", "张三弄丢"):
        assert district.client("regulator").post(path, data={"reason": worded}).status_code == 422
    done = district.client("regulator").post(path, data={"reason": "lost"})
    assert done.headers["location"] == "/devices"
    row = next(
        row for row in district.page("regulator", "/devices").html.split("<tr") if device.dev in row
    )
    assert "已吊销" in row
    assert "遗失 lost" in district.page("regulator", "/ledger").text
    device.handheld.close()


def test_labels_are_issued_and_printed(district: District) -> None:
    client = district.client("producer")
    form = {"waste_code": "900-249-08", "day": "2026-11-23", "count": "2"}
    answer = client.post("/labels", data=form)
    assert answer.status_code == 303
    page = district.page("producer", answer.headers["location"])
    assert "已赋码 2 个" in page.text
    codes = {link[12:] for link in page.links if link.startswith("/containers/")}
    assert {code[:26] for code in codes} == {FACTORY + "90024908"}
    (sheet,) = (link for link in page.links if link.startswith("/labels/issued/"))
    pdf = client.get(sheet)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    # The issue is the factory's; for anybody else there is nothing to print.
    assert district.client("platform").get(sheet).status_code == 404


def test_a_platform_issues_for_a_producer_and_prints_at_once(district: District) -> None:
    form = {"waste_code": "900-249-08", "day": "2026-11-23", "count": "1", "unit": GARAGE}
    answer = district.client("platform").post("/labels", data=form)
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert KINDS[PLATFORM] == "platform"
    assert district.client("producer").post("/labels", data=form).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"waste_code": "123"},
        {"day": "yesterday"},
        {"count": "0"},
        {"count": "201"},
        {"waste_code": "900-001-S62"},
    ],
)
def test_a_wrong_field_is_a_readable_page(district: District, wrong: dict[str, str]) -> None:
    form = {"waste_code": "900-249-08", "day": "2026-11-23", "count": "1"} | wrong
    answer = district.client("producer").post("/labels", data=form)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "path",
    [
        "/labels",
        "/devices/codes",
        "/devices/x/revoke",
        "/logout",
        "/desk/void_manifest",
    ],
)
def test_no_other_site_can_post(district: District, path: str) -> None:
    form = {"waste_code": "900-249-08", "day": "2026-11-23", "reason": "lost"}
    for role in ("producer", "regulator"):
        answer = district.client(role).post(
            path, data=form, headers={"origin": "https://evil.example"}
        )
        assert answer.status_code == 403


def test_the_catalogue_is_searched(district: District) -> None:
    page = district.page("producer", "/labels?q=900-249")
    assert "/labels?waste=900-249-08" in page.links
    assert "没有匹配" in district.page("producer", "/labels?q=不存在的废物").text
