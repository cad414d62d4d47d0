"""The page behind a label's QR code, as a stranger's phone opens it."""

import httpx
import pytest

from api.console.public_view import Verdict, judge
from tests.cast import DAY, GARAGE, WASTE
from tests.console.conftest import District
from tests.serving import application, serving
from waste_trace.codes import digital_id, uscc, waste_code
from waste_trace.services.deployment import Deployment


def test_a_genuine_label_says_so_and_nothing_private(district: District) -> None:
    page = district.page("", f"/Q/{district.token(district.treated)}")
    assert "标签真实有效" in page.text
    assert "900-214-08" in page.text
    assert "已处置" in page.text
    assert "易燃性" in page.text
    assert "119" in page.text
    for private in ("kg", "1,180", "德固环保", "安运物流", "先生", "usr_", district.manifest):
        assert private not in page.text, private
    assert page.forbidden == []


def test_the_lower_case_address_of_a_browser_works_too(district: District) -> None:
    assert "标签真实有效" in district.page("", f"/q/{district.token(district.treated)}").text


def test_a_forged_label_is_red_and_confirms_nothing(district: District) -> None:
    token = district.token(district.treated)
    page = district.page("", f"/Q/{token[:-6]}AAAAAA")
    assert "伪造标签" in page.text
    assert "verdict-forged" in page.html
    assert "标签真实" not in page.text
    assert "已处置" not in page.text
    assert "永顺" not in page.text


def test_a_forged_number_on_a_genuine_signature_is_forged(district: District) -> None:
    token = district.token(district.treated)
    other = token.replace(district.treated, district.stored)
    assert "伪造标签" in district.page("", f"/Q/{other}").text


def test_a_signed_code_that_the_ledger_never_issued(district: District) -> None:
    never = str(digital_id.build(uscc.parse(GARAGE), waste_code.parse(WASTE), DAY, 999))
    page = district.page("", f"/Q/{district.token(never)}")
    assert "台账中没有此容器" in page.text
    assert "标签真实有效" not in page.text


@pytest.mark.parametrize("token", ["x", "1.2.3.4", "<script>", "…", "A" * 2000])
def test_what_is_no_label_is_said_to_be_none(district: District, token: str) -> None:
    page = district.page("", f"/Q/{token}", 404)
    assert "不是本系统的标签" in page.text
    assert page.forbidden == []


def test_a_label_stays_genuine_after_a_restart(district: District) -> None:
    token = district.token(district.treated)
    again = Deployment.open(district.deployment.settings, district.clock)
    try:
        with serving(application(again)) as url:
            answer = httpx.get(f"{url}/Q/{token}")
        assert "标签真实有效" in answer.text
    finally:
        again.close()


def test_an_older_rotation_is_told_from_the_newest() -> None:
    described = {"container": "x", "genuine": True, "rotation": 0}
    assert judge(described, {"rotation": 0}) is Verdict.GENUINE
    assert judge(described, {"rotation": 1}) is Verdict.REPLACED
    assert judge(described, None) is Verdict.UNKNOWN
    assert judge({**described, "genuine": False}, {"rotation": 1}) is Verdict.FORGED
    assert judge({**described, "genuine": None}, {"rotation": 0}) is Verdict.FORGED
    assert judge(None, None) is Verdict.UNREADABLE
