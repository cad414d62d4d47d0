"""A platform's month in the console: client, call, door, round, visits, settlement."""

import re

import pytest

from tests.cast import FACTORY, GARAGE, PLATFORM, WASTE, person
from tests.console.conftest import District
from tests.services.collection.calls import say
from waste_trace.services.collection.requests import list_requests, sign_door

ROUND = "SY20261123007"


@pytest.fixture(scope="module")
def signed(district: District) -> District:
    """The garage is a client with a registered waste and somebody to call."""
    stream = {"unit": GARAGE, "waste_code": WASTE, "edition": "2021", "waste_name": "废机油",
              "form": "液态", "forecast_kg": "1200"}  # fmt: skip
    say(district.deployment, GARAGE, "register_stream", **stream)
    platform = district.client("platform")
    terms = {"unit": GARAGE, "contract": "SY-7", "since": "2026-01-01", "until": "2026-12-31"}
    assert platform.post("/clients", data=terms).status_code == 303
    whom = {"contact_name": "王芳", "contact_phone": "13800000001"}
    assert platform.post(f"/clients/{GARAGE}/contact", data=whom).status_code == 303
    return district


def test_the_register_shows_the_contract_and_the_code_for_the_door(signed: District) -> None:
    page = signed.page("platform", "/clients")
    assert "永顺汽修" in page.text
    assert "已签约" in page.text
    one = signed.page("platform", f"/clients/{GARAGE}")
    assert "王芳" in one.text
    assert '<path d="M' in one.html
    assert one.forbidden == []
    assert signed.client("producer").get("/clients").status_code == 403


def test_anybody_at_the_door_asks_without_an_account(signed: District) -> None:
    path = sign_door(signed.deployment, PLATFORM, GARAGE).path
    page = signed.page("", f"/C/{path}")
    assert "永顺汽修" in page.text
    assert page.actions == [f"/c/{path}"]
    assert page.forbidden == []
    form = {"waste_code": WASTE, "weight_kg": "35", "packages": "2", "name": "王芳"}
    answer = signed.client("").post(f"/c/{path}", data=form)
    assert (answer.status_code, "已预约" in answer.text) == (200, True)
    empty = signed.client("").post(f"/c/{path}", data={"waste_code": WASTE, "weight_kg": ""})
    assert (empty.status_code, "请至少填写一种废物" in empty.text) == (422, True)
    again = [signed.client("").post(f"/c/{path}", data=form).status_code for _ in range(3)]
    assert again == [200, 200, 429]
    forged = signed.client("").get(f"/c/{path.replace(GARAGE, FACTORY)}")
    assert "不是本系统的预约码" in forged.text


def test_calls_become_a_round_and_visits(signed: District) -> None:
    platform = signed.client("platform")
    call = {"unit": GARAGE, "waste_code": WASTE, "weight_kg": "20", "packages": "1"}
    assert platform.post("/requests", data=call).status_code == 303
    assert "废机油" in signed.page("platform", "/requests?phone=138 0000 0001").text
    assert "没有客户使用此号码" in signed.page("platform", "/requests?phone=13800000009").text
    assert platform.get("/v1/clients/by-phone?phone=13800000001").json() == [GARAGE]
    rows = list_requests(signed.deployment, person(PLATFORM))
    asked = rows[0]["idx"]
    plan = {"round": ROUND, "day": "2026-11-24", "vehicle_plate": "浙F12345", "unit": GARAGE,
            f"n-{GARAGE}": "1", f"r-{GARAGE}": str(asked)}  # fmt: skip
    assert platform.post("/rounds", data=plan).headers["location"] == f"/rounds/{ROUND}"
    page = signed.page("platform", f"/rounds/{ROUND}")
    for words in ("永顺汽修", "王芳", "13800000001", "浙F12345", f"#{asked}"):
        assert words in page.text
    assert "已排线路" in signed.page("garage", "/requests").text
    signed.clock.forward(minutes=30)
    refused = {"unit": GARAGE, "outcome": "refused", "reason": "packaging"}
    assert platform.post(f"/rounds/{ROUND}/visits", data=refused).status_code == 303
    assert "包装破损或不合格" in signed.page("platform", f"/rounds/{ROUND}").text
    assert re.search(r"1 / 1", signed.page("platform", "/rounds").text)
    assert signed.client("garage").get(f"/rounds/{ROUND}").status_code == 403
    assert signed.client("platform").get("/rounds/SY20261123999").status_code == 404


def test_a_producer_asks_and_takes_it_back(signed: District) -> None:
    garage = signed.client("garage")
    page = signed.page("garage", "/requests")
    assert "废机油" in page.text
    form = {"platform": PLATFORM, "waste_code": WASTE, "weight_kg": "12", "packages": "1",
            "note": "后门"}  # fmt: skip
    assert garage.post("/requests", data=form).status_code == 303
    idx = list_requests(signed.deployment, person(GARAGE))[0]["idx"]
    assert garage.post(f"/requests/{idx}/cancel").status_code == 303
    assert list_requests(signed.deployment, person(GARAGE))[0]["status"] == "cancelled"


def test_both_sides_read_the_same_settlement(signed: District) -> None:
    for username in ("platform", "garage", "regulator"):
        page = signed.page(username, "/settlement?month=2026-11")
        assert "60.000" in page.text
        assert page.forbidden == []
    assert "本月没有收集" in signed.page("platform", "/settlement?month=2026-10").text
    assert "60.000" in signed.page("platform", "/settlement?month=nonsense").text


def test_the_same_is_there_for_programs(signed: District) -> None:
    client = signed.client("platform")
    assert [row["producer"] for row in client.get("/v1/clients").json()] == [GARAGE]
    assert client.get(f"/v1/clients/contacts?unit={GARAGE}").json()[GARAGE]["contact_name"]
    assert client.get(f"/v1/clients/{GARAGE}/door").json()["text"].startswith("HTTPS://")
    assert client.get(f"/v1/clients/{FACTORY}/door").status_code == 404
    assert [row["waste_code"] for row in client.get(f"/v1/streams?org={GARAGE}").json()] == [WASTE]
    assert client.get("/v1/collection-requests?status=open").status_code == 200
    assert client.get("/v1/rounds/next?day=2026-11-30").json() == {"round": "SY20261130001"}
    assert [row["site"] for row in client.get("/v1/depots").json()] == ["TS-PLATFORM"]
    [line] = client.get("/v1/settlement?from=2026-11-01&to=2026-11-30").json()
    assert (line["producer"], line["weight_kg"]) == (GARAGE, "60.000")
    path = sign_door(signed.deployment, PLATFORM, FACTORY).path
    wastes = {"wastes": [{"waste_code": WASTE, "weight_kg": "3"}]}
    assert signed.client("").post(f"/v1/doors/{path}/requests", json=wastes).status_code == 403


HEAD = "废物代码,废物名称,形态,预计年产生量kg\n"


def test_a_file_is_checked_then_imported(signed: District) -> None:
    garage = signed.client("garage")
    page = signed.page("garage", "/imports")
    assert "/v1/imports/streams.xlsx" in page.links
    assert "/v1/imports/organisations.xlsx" not in page.links
    assert garage.get("/v1/imports/streams.xlsx").content[:2] == b"PK"
    bad = {"file": ("a.csv", f"{HEAD}900-214-08,,液态,x\n".encode())}
    answer = garage.post("/imports", data={"kind": "streams"}, files=bad)
    assert answer.status_code == 422
    for words in ("B2", "“废物名称”未填写", "D2", "未导入任何内容"):
        assert words in answer.text
    good = {"file": ("a.csv", f"{HEAD}900-249-08,废油桶,固态,90\n".encode())}
    rehearsal = garage.post("/imports", data={"kind": "streams", "dry_run": "true"}, files=good)
    assert "这是预演" in rehearsal.text
    assert "废油桶" not in signed.page("garage", "/requests").text
    assert "已导入 1 行" in garage.post("/imports", data={"kind": "streams"}, files=good).text
    assert "废油桶" in signed.page("garage", "/requests").text
    other = garage.post("/imports", data={"kind": "sites"}, files=good)
    assert (other.status_code, "不能导入" in other.text) == (422, True)


def test_programs_import_the_same_files(signed: District) -> None:
    garage = signed.client("garage")
    kinds = [one["kind"] for one in garage.get("/v1/imports").json()]
    assert kinds == ["streams", "stock", "past"]
    path = "/v1/imports/streams"
    data = f"{HEAD}900-041-49,废抹布,固态,30\n".encode()
    done = garage.post(f"{path}?dry_run=true", content=data).json()
    assert (done["entries"], done["written"], done["problems"]) == (1, False, [])
    done = garage.post(path, content=f"{HEAD}900-041-49,,固态,30\n".encode()).json()
    assert (done["written"], done["problems"][0]["cell"]) == (False, "B2")
    assert garage.post(path, content=data).json()["written"]
    assert garage.post("/v1/imports/sites", content=data).status_code == 403
    assert garage.post(path, content=b"\xff\xfe").status_code == 422
    assert garage.get("/v1/imports/nothing.xlsx").status_code == 404


def test_medical_waste_has_a_page_and_a_coverage(signed: District) -> None:
    page = signed.page("regulator", "/medical?month=2026-11&waiting=true")
    assert "两个 100%" in page.text
    assert "两个 100%" not in signed.page("garage", "/medical").text
    asked = "/v1/medical/coverage?from=2026-11-01&to=2026-11-30"
    assert signed.client("regulator").get(asked).json()["registered"] == 0
    assert signed.client("garage").get(asked).status_code == 403
    assert signed.client("garage").get("/v1/medical/boxes").json() == []
