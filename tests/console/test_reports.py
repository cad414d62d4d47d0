"""The forms' pages: offered by role, filled, with downloads; what people wrote stays text."""

from tests.cast import FACTORY, SITES
from tests.console.conftest import HOSTILE, District

DAYS = "from=2026-11-01&to=2026-11-30"


def test_each_role_is_offered_its_own_forms(district: District) -> None:
    producer = district.page("producer", "/reports")
    assert "表B.1 危险废物产生环节记录表" in producer.text
    assert "小微收集对账单" not in producer.text
    assert "未核实" in producer.text
    carrier = district.page("transporter", "/reports")
    assert "物料平衡证明" in carrier.text
    assert "表B.1" not in carrier.text


def test_a_form_is_shown_with_its_head_rows_and_checkpoint(district: District) -> None:
    page = district.page("producer", f"/reports/hj1259-b5?{DAYS}")
    for text in ("HWWW", "危险废物经营许可证持有单位", "合计", "填报单位（盖章）", "台账检查点"):
        assert text in page.text
    assert any("format=pdf" in link for link in page.links)
    assert any("format=xlsx" in link for link in page.links)
    empty = district.page("producer", "/reports/hj1259-b5?from=2026-01-01&to=2026-01-31")
    assert "本期无" in empty.text


def test_a_regulator_chooses_the_unit_and_sees_its_entries(district: District) -> None:
    page = district.page("regulator", f"/reports/hj1259-b2?org={FACTORY}&{DAYS}")
    assert SITES[FACTORY] in page.text
    assert HOSTILE in page.text
    assert "<script>" not in page.html
    assert any(link.startswith("/ledger/") for link in page.links)


def test_the_certificate_is_offered_where_the_balance_is(district: District) -> None:
    page = district.page("producer", f"/reports/mass-balance?{DAYS}")
    assert any("format=certificate" in link for link in page.links)
    assert "期初" in page.text


def test_the_bureau_enters_what_the_ledger_does_not_know(district: District) -> None:
    asked = f"/reports/indicators?{DAYS}&film_recovered=90&film_used=120"
    page = district.page("regulator", asked)
    assert "75.00" in page.text
    assert 'name="film_used" inputmode="decimal" value="120"' in page.html
    district.page("regulator", "/reports/indicators?film_used=many", 422)
    district.page("producer", "/reports/indicators", 404)


def test_a_manifest_leads_to_its_printed_form(district: District) -> None:
    page = district.page("producer", f"/manifests/{district.manifest}")
    assert f"/v1/manifests/{district.manifest}/print.pdf" in page.links
