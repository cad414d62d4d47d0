"""Findings are answered, draws made and visits scored with forms; rules and risk are shown."""

from typing import Any

import httpx
import pytest

from tests.cast import BUREAU, FACTORY, GARAGE, PLANT
from tests.console.conftest import District
from tests.services.test_finding_life import PICTURE
from waste_trace.compliance.checklist import packaged_checklist
from waste_trace.compliance.retention import Basis
from waste_trace.compliance.rules import RULES
from waste_trace.services.erase_person import erase_disclosures, find_personal
from waste_trace.services.look_up import list_findings
from waste_trace.services.sign_in import Person

REGULATOR = Person("regulator", "局", "regulator", BUREAU, "usr_bureau01")


def finding_on(district: District, org: str) -> str:
    """The key of an open finding on an organisation."""
    rows = list_findings(district.deployment, REGULATOR)
    return next(
        str(row["key"])
        for row in rows
        if row["org"] == org and row["status"] == "open" and row["cleared_idx"] is None
    )


def send(district: District, who: str, path: str, **form: Any) -> httpx.Response:
    """Send a form as a browser does."""
    return district.client(who).post(path, data=form, headers={"origin": district.url})


def step(district: District, who: str, key: str, typ: str, **form: Any) -> httpx.Response:
    """Take a step of a finding's life."""
    return send(district, who, "/findings/step", key=key, typ=typ, **form)


def page_of(district: District, who: str, key: str) -> str:
    """The text of a finding's page."""
    answer = district.client(who).get("/findings/one", params={"key": key})
    assert answer.status_code == 200
    return answer.text


def test_a_finding_is_answered_and_closed_with_forms(district: District) -> None:
    key = finding_on(district, FACTORY)
    assert "提交整改" in page_of(district, "producer", key)
    assert "采纳说明" not in page_of(district, "regulator", key)
    said = {"reason": "no_network", "statement": "<b>地下库</b>\n无信号"}
    answer = step(district, "producer", key, "explain_finding", **said)
    assert answer.status_code == 303
    shown = page_of(district, "regulator", key)
    assert "&lt;b&gt;地下库&lt;/b&gt; 无信号" in shown
    assert shown.count('<span class="tag big life-explained">已说明</span>') == 1
    assert "tag life-" not in shown  # the status stands there once
    assert step(district, "regulator", key, "send_back", statement="请附照片").status_code == 303
    sent = district.client("producer").post(
        "/findings/step",
        data={"key": key, "typ": "rectify_finding", "statement": "已更换"},
        files=[("files", ("scale.png", PICTURE, "image/png"))],
        headers={"origin": district.url},
    )
    assert sent.status_code == 303, sent.text
    page = district.client("regulator").get("/findings/one", params={"key": key})
    link = page.text.partition('href="/v1/evidence/')[2].partition('"')[0]
    evidence = district.client("regulator").get(f"/v1/evidence/{link}")
    assert (evidence.content, evidence.headers["content-type"]) == (PICTURE, "image/png")
    assert district.client("garage").get(f"/v1/evidence/{link}").status_code == 404
    assert step(district, "regulator", key, "close_finding").status_code == 303
    assert "已办结" in district.page("producer", "/findings").text
    digests = find_personal(district.deployment, "请附照片", "statement")
    erase_disclosures(district.deployment, digests, Basis.MISTAKE)
    shown = page_of(district, "producer", key)
    assert "请附照片" not in shown
    assert shown.count("说明已删除") == 1


def test_a_step_that_is_not_open_is_said_on_a_page(district: District) -> None:
    key = finding_on(district, PLANT)
    answer = step(district, "regulator", key, "accept_explanation")
    assert answer.status_code == 409
    assert "现在不能办理" in answer.text
    assert step(district, "garage", key, "explain_finding", reason="other").status_code == 404
    assert step(district, "treatment", key, "explain_finding", reason="x").status_code == 422


def test_a_selection_is_announced_drawn_and_public(district: District) -> None:
    form = {
        "purpose": "routine", "candidates": [FACTORY, GARAGE, PLANT], "orgs": "1",
        "inspectors": "usr_a usr_b，usr_c", "per_org": "2", "entries_ahead": "2",
        "words": "群众举报后的抽查",
    }  # fmt: skip
    halves: list[dict[str, Any]] = [{"beacon": "ssq"}, {"beacon_round": "2026140"}]
    for half in halves:
        answer = send(district, "regulator", "/inspections/selections", **form, **half)
        assert answer.status_code == 422
    announced = send(district, "regulator", "/inspections/selections", **form)
    assert announced.status_code == 303, announced.text
    path = announced.headers["location"]
    shown = district.page("regulator", path).text
    assert "还差" in shown
    assert "群众举报后的抽查" in shown
    assert "群众举报" not in district.page("producer", path).text
    early = send(district, "regulator", f"{path}/draw")
    assert early.status_code == 409
    listing = {"org": GARAGE, "until": "2027-01-31", "reason": "good_record", "listed": "true"}
    for _ in range(2):
        assert send(district, "regulator", "/inspections/positive-list", **listing).is_redirect
    assert send(district, "producer", f"{path}/draw").status_code == 403
    assert send(district, "regulator", f"{path}/draw").status_code == 303
    number = path.rpartition("/")[2]
    public = httpx.get(f"{district.url}/v1/selections/{number}").json()
    assert public["drawn"] is True
    assert public["visits"][0]["org"] in {FACTORY, GARAGE, PLANT}
    assert "复算一致" in district.page("producer", path).text


def test_a_visit_is_recorded_with_the_checklist(district: District) -> None:
    form: dict[str, Any] = {f"score:{key}": "2" for key in packaged_checklist().items}
    form |= {"score:storage_time": "", "org": PLANT, "mode": "on_site", "day": "2026-11-23"}
    answer = district.client("regulator").post(
        "/inspections",
        data=form,
        files=[("photographs", ("store.png", PICTURE, "image/png"))],
        headers={"origin": district.url},
    )
    assert answer.status_code == 303, answer.text
    shown = district.page("treatment", answer.headers["location"])
    assert "达标" in shown.text
    assert "不适用" in shown.text
    district.page("garage", answer.headers["location"], 404)
    bad = send(district, "regulator", "/inspections", org=PLANT, mode="on_site", day="soon")
    assert bad.status_code == 422
    assert send(district, "producer", "/inspections", **form).status_code == 403


def test_every_rule_is_shown_with_its_clause_and_figures(district: District) -> None:
    text = district.page("producer", "/rules").text
    rules = httpx.get(
        f"{district.url}/v1/rules",
        cookies=district.client("producer").cookies,
        headers={"accept": "application/json"},
    ).json()
    assert {rule["name"] for rule in rules} == set(RULES)
    for rule in RULES.values():
        assert rule.zh in text
        assert rule.clause.split()[0] in text
        for name in rule.settings:
            assert name in text
    assert "未核实" in text


@pytest.mark.parametrize("role", ["regulator", "producer"])
def test_risk_is_shown_to_whom_it_concerns(district: District, role: str) -> None:
    answer = district.client(role).get("/v1/risk", headers={"accept": "application/json"})
    orgs = {row["org"] for row in answer.json()}
    assert (GARAGE in orgs) is (role == "regulator")
    assert FACTORY in orgs
    for row in answer.json():
        assert row["score"] == min(100, sum(reason["points"] for reason in row["reasons"]))
    assert "构成" in district.page(role, "/risk").text
