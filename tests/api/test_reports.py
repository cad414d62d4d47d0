"""Forms over HTTP: in every format, for whoever may, and the same figures in all of them."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from tests.api.conftest import ClientOf
from tests.cast import BUREAU, CARRIER, FACTORY, GARAGE, PLANT, Cast
from tests.devices import Clock
from tests.services.lives import drum
from waste_trace.reports.check_certificate import PROVEN, check_certificate
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


def test_one_form_says_the_same_in_every_format(
    cast: Cast, clock: Clock, client_of: ClientOf
) -> None:
    told = drum(cast, clock)
    client = client_of("producer")
    value = client.get("/v1/reports/hj1259-b5", params=NOVEMBER).json()
    (row,) = value["tables"][0]["rows"]
    assert (row["batch"], Decimal(row["tonnes"])) == ("HWWWLY20261123001", Decimal("0.18"))
    assert row["container_codes"] == [told.code]

    answer = client.get("/v1/reports/hj1259-b5", params={**NOVEMBER, "format": "xlsx"})
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert f"hj1259-b5_{FACTORY}_20261101-20261130.xlsx" in answer.headers["content-disposition"]
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    cells = [cell for line in workbook.get_sheet_by_index(0).to_python() for cell in line]
    assert "HWWWLY20261123001" in cells
    assert 0.18 in cells

    answer = client.get("/v1/reports/hj1259-b5", params={**NOVEMBER, "format": "pdf"})
    assert answer.headers["content-type"] == "application/pdf"
    page = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
    text = "".join(page.split())
    assert "HWWWLY20261123001" in text
    assert value["stamp"]["root"] in text


def test_the_list_is_that_of_the_role(client_of: ClientOf) -> None:
    def names(role: str) -> set[str]:
        return {one["form"] for one in client_of(role).get("/v1/reports").json()}

    producer, regulator = names("producer"), names("regulator")
    assert "platform-statement" not in producer
    assert "platform-statement" in names("platform")
    assert names("transporter") == {"mass-balance"}
    assert regulator > producer
    assert "indicators" in regulator - producer


def test_foreign_forms_are_not_there(client_of: ClientOf) -> None:
    client = client_of("garage")
    for form in ("hj1259-b1", "mass-balance"):
        answer = client.get(f"/v1/reports/{form}", params={"org": FACTORY})
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-report")
    certificate = {"org": FACTORY, "format": "certificate"}
    assert client.get("/v1/reports/mass-balance", params=certificate).status_code == 404
    assert client.get("/v1/reports/hj1259-b1", params={"org": GARAGE}).status_code == 200
    regulator = client_of("regulator")
    assert regulator.get("/v1/reports/hj1259-b1", params={"org": FACTORY}).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-11-30", "to": "2026-11-01"},
        {"from": "1990-01-01", "to": "2026-11-01"},
        {"from": "yesterday"},
        {"to": "9999-12-31"},
        {"format": "docx"},
        {"format": "certificate"},
    ],
)
def test_what_is_no_period_or_format_is_refused_in_words(
    client_of: ClientOf, asked: dict[str, str]
) -> None:
    answer = client_of("producer").get("/v1/reports/hj1259-b1", params=asked)
    assert answer.status_code in (404, 422)
    assert answer.json()["zh"]


def test_strange_sites_are_only_sites_where_nothing_is(client_of: ClientOf) -> None:
    client = client_of("regulator")
    for site in ("\x00", "没有", "../../etc", "=1+1"):
        for form in ("json", "xlsx", "pdf"):
            asked = {"site": site, "format": form, "org": FACTORY}
            answer = client.get("/v1/reports/mass-balance", params=asked)
            assert answer.status_code == 200, (site, form)


def test_indicators_take_what_the_bureau_enters(client_of: ClientOf) -> None:
    client = client_of("regulator")
    asked = {"film_recovered": "90", "film_used": "120", "org": BUREAU}
    rows = client.get("/v1/reports/indicators", params=asked).json()["tables"][0]["rows"]
    by_name = {row["indicator"]: row["value"] for row in rows}
    assert by_name["农膜回收率"] == "75.0000"
    answer = client.get("/v1/reports/indicators", params={**asked, "film_used": "many"})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-parameters")


def test_a_certificate_that_was_taken_away_is_proven_by_the_bundle(
    deployment: Deployment, cast: Cast, clock: Clock, client_of: ClientOf, tmp_path: Path
) -> None:
    drum(cast, clock)
    asked = {**NOVEMBER, "format": "certificate"}
    answer = client_of("producer").get("/v1/reports/mass-balance", params=asked)
    assert "attachment" in answer.headers["content-disposition"]
    export_bundle(deployment, tmp_path / "bundle")
    checked = check_certificate(json.loads(answer.text), tmp_path / "bundle")
    assert checked.exit_code == PROVEN


def test_a_manifest_is_printed_for_its_parties(
    cast: Cast, clock: Clock, client_of: ClientOf
) -> None:
    number = drum(cast, clock).manifest
    answer = client_of("treatment").get(f"/v1/manifests/{number}/print.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    page = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded()
    assert number in "".join(page.split())
    assert client_of("garage").get(f"/v1/manifests/{number}/print.pdf").status_code == 404


def test_the_balance_is_one_s_own_and_all_of_them_for_the_bureau(
    cast: Cast, clock: Clock, client_of: ClientOf
) -> None:
    drum(cast, clock, received_kg="179.000", treated=False)
    (own,) = client_of("producer").get("/v1/balance", params=NOVEMBER).json()
    assert (own["org"], own["figures"]["produced"], own["closing_kg"]) == (
        FACTORY,
        "180.000",
        "0.000",
    )
    bureau, garage = client_of("regulator"), client_of("garage")
    whole = bureau.get("/v1/balance", params=NOVEMBER).json()
    closing = {one["org"]: Decimal(one["closing_kg"]) for one in whole}
    assert closing == {FACTORY: 0, CARRIER: 0, PLANT: Decimal("179.000")}
    assert sum(Decimal(one["figures"]["loss"]) for one in whole) == Decimal("1.000")
    only = bureau.get("/v1/balance", params={**NOVEMBER, "org": PLANT}).json()
    assert [one["org"] for one in only] == [PLANT]
    foreign = garage.get("/v1/balance", params={**NOVEMBER, "org": PLANT})
    assert foreign.status_code == 404
    assert garage.get("/v1/balance", params=NOVEMBER).json() == []
