"""A manifest's whole way through the console's forms, as people with a browser send them."""

import re
from typing import Any

import httpx

from tests.api.conftest import ClientOf
from tests.cast import CARRIER, FACTORY, PLANT, WASTE, Cast, fill, transport
from tests.console.reading import read_page
from tests.devices import Clock

TERM = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}


def says(client: httpx.Client, typ: str, form: dict[str, Any], status: int = 303) -> None:
    """Post a form of the desk."""
    answer = client.post(f"/desk/{typ}", data=form, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text[:600]


def sees(client: httpx.Client, path: str) -> str:
    """What a page says; it obeys the CSP."""
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text[:600]
    page = read_page(answer.text)
    assert page.forbidden == []
    return page.text


def opened(cast: Cast, clock: Clock, producer: httpx.Client) -> tuple[str, list[str]]:
    """A manifest of two drums, written by form."""
    codes = cast.containers(2)
    for code in codes:
        clock.forward(minutes=10)
        cast.device(FACTORY).tell("fill", fill(code))
        cast.device(FACTORY).tell("store_in", {"containers": [code]})
        cast.device(FACTORY).tell("store_out", {"containers": [code]})
    clock.forward(minutes=10)
    text = sees(producer, "/manifests/new")
    assert "180.000 kg" in text
    form = {"containers": codes, "carrier": CARRIER, "receiver": PLANT, "method": "R9"}
    answer = producer.post("/manifests/new", data=form)
    assert answer.status_code == 303, answer.text[:600]
    number = answer.headers["location"].rpartition("/")[2]
    assert re.fullmatch(r"20263304[0-9]{6}", number)
    return number, codes


def test_a_manifest_by_forms_from_its_number_to_the_refused_drum(
    cast: Cast, clock: Clock, client_of: ClientOf
) -> None:
    producer, carrier, plant = map(client_of, ("producer", "transporter", "treatment"))
    number, codes = opened(cast, clock, producer)
    here = {"manifest": number, "next": f"/manifests/{number}"}
    line = producer.get(f"/v1/manifests/{number}").json()["lines"][0]
    assert (line["packages"], line["weight_kg"]) == (2, "360.000")
    assert "作废" in sees(producer, f"/manifests/{number}")
    for typ in ("load", "depart", "arrive"):
        clock.forward(minutes=10)
        says(carrier, typ, {**here, "containers": codes, "vehicle_plate": "浙F7K21挂",
                            "place": "平湖"})  # fmt: skip
    clock.forward(minutes=10)
    says(plant, "weigh_in", {**here, "containers": codes, "weight_kg": "360"})
    clock.forward(minutes=10)
    says(plant, "accept_in_part", {**here, "containers": codes[:1], "of": codes,
                                   "differences": ["property"], "method": "R9"})  # fmt: skip
    shown = sees(producer, f"/manifests/{number}")
    for word in ("部分接收", "部分接受", "特性", "平湖", "收回 Take back"):
        assert word in shown, word
    clock.forward(minutes=10)
    says(carrier, "return", {**here, "containers": codes[1:]})
    clock.forward(minutes=10)
    says(producer, "take_back", {**here, "containers": codes[1:]})
    found = producer.get(f"/v1/manifests/{number}").json()
    assert found["state"] == "accepted_in_part"
    assert [part["back"] for part in found["carriers"]] == [False, True]
    assert found["refused"] == []
    fields = {one["name"]: one for one in producer.get(f"/v1/manifests/{number}/fields").json()}
    assert fields["receiver"]["sealed"]["typ"] == "load"
    actions = plant.get(f"/v1/manifests/{number}/actions").json()
    assert all(not one["expected"] for one in actions)
    assert producer.get(f"/v1/manifests/{number}/epcis").json()["type"] == "EPCISDocument"
    printed = producer.get(f"/v1/manifests/{number}/print.pdf")
    assert printed.content.startswith(b"%PDF")
    garage = client_of("garage")
    for part in ("actions", "fields", "epcis", "print.pdf"):
        assert garage.get(f"/v1/manifests/{number}/{part}").status_code == 404
    findings = producer.get("/v1/findings").json()
    assert [one["rule"] for one in findings if one["cleared_idx"] is None] == []


def test_a_correction_by_form_waits_for_the_other_party(
    cast: Cast, clock: Clock, client_of: ClientOf
) -> None:
    producer, plant = map(client_of, ("producer", "treatment"))
    number, codes = opened(cast, clock, producer)
    for typ in ("load", "depart", "arrive"):
        clock.forward(minutes=10)
        cast.device(CARRIER).tell(typ, transport(number, codes))
    clock.forward(minutes=10)
    page = {"next": f"/manifests/{number}"}
    says(plant, "weigh_in", {"manifest": number, "containers": codes, "weight_kg": "300"})
    events = plant.get(f"/v1/manifests/{number}").json()["events"]
    idx = next(one["idx"] for one in events if one["typ"] == "weigh_in")
    assert "提出更正" in sees(plant, f"/manifests/{number}")
    says(plant, "correct", {**page, "corrects": str(idx), "field": "weight_kg", "old": "300",
                            "new": "360", "reason": "typing"})  # fmt: skip
    shown = sees(producer, f"/manifests/{number}")
    assert "待确认" in shown
    assert "确认更正" in shown
    correction = re.search(r"#(\d+)：过磅", shown)
    assert correction
    says(producer, "dispute_correction", {**page, "correction": correction[1],
                                          "reason": "no_evidence"})  # fmt: skip
    assert "有异议" in sees(plant, f"/manifests/{number}")
    says(producer, "confirm_correction", {**page, "correction": correction[1]})
    assert "已确认" in sees(plant, f"/manifests/{number}")
    assert plant.get(f"/v1/manifests/{number}").json()["received_kg"] == "360.000"


def test_paper_is_entered_later_by_form(cast: Cast, clock: Clock, client_of: ClientOf) -> None:
    number, codes = opened(cast, clock, client_of("producer"))
    clock.forward(days=2)
    carrier = client_of("transporter")
    form = {"manifest": number, "containers": codes, "paper": "Z-0007",
            "happened_at": "2026-11-23T17:00", "next": "//evil.example"}  # fmt: skip
    answer = carrier.post("/desk/load", data=form)
    assert answer.headers["location"] == "/"
    found = carrier.get(f"/v1/manifests/{number}").json()
    assert found["paper_number"] == "Z-0007"
    assert found["carriers"][0]["loaded_at"].startswith("2026-11-23T09:00")
    assert "Z-0007（补录）" in sees(carrier, f"/manifests/{number}")


def test_plans_and_licences_by_form(cast: Cast, client_of: ClientOf) -> None:
    producer, bureau, garage = map(client_of, ("producer", "regulator", "garage"))
    plan = {"year": "2026", "level": "key", "unit_info.name": "厂",
            "sources": f"{WASTE},废矿物油,5000",
            "transfers": f"{WASTE}，300，{PLANT}，R9，in_province"}  # fmt: skip
    says(producer, "file_plan", plan)
    permit = {"permit": "3304000001", "org": PLANT, "kind": "comprehensive",
              "wastes": "HW08 HW09,5000000,R9\nHW06,100,", **TERM}  # fmt: skip
    says(bureau, "register_permit", permit)
    says(producer, "sign_contract", {"contract": "HT-1", "partner": PLANT, "role": "receiver",
                                     "codes": "HW08", **TERM})  # fmt: skip
    says(bureau, "register_qualification", {"kind": "vehicle", "org": CARRIER,
                                            "subject": "浙F7K21挂", **TERM})  # fmt: skip
    says(producer, "apply_transfer", {"receiver": PLANT, "lines": f"{WASTE},100,R9",
                                      "permit": "3304000001", "contract": "HT-1",
                                      **TERM})  # fmt: skip
    shown = sees(producer, "/registers")
    for word in ("3304000001", "HW08、HW09", "300.000 kg", "HT-1", "待初步意见"):
        assert word in shown, word
    (application,) = bureau.get("/v1/transfer-applications").json()
    opinion = {"application": str(application["idx"]), "opinion": "agree"}
    says(bureau, "preliminary_opinion", opinion)
    says(bureau, "destination_reply", opinion)
    decided = {**opinion, "number": "浙环函1", "valid_to": "2026-12-31"}
    says(producer, "decide_transfer", decided, 403)
    says(bureau, "decide_transfer", decided)
    assert "已批准" in sees(bureau, "/registers")
    assert len(producer.get("/v1/plans").json()) == 1
    assert garage.get("/v1/plans").json() == garage.get("/v1/contracts").json() == []
    assert len(garage.get("/v1/permits").json()) == len(garage.get("/v1/qualifications").json())


def test_a_wrong_form_is_a_readable_page(client_of: ClientOf) -> None:
    producer = client_of("producer")
    says(producer, "file_plan", {"year": "soon"}, 422)
    says(producer, "teleport", {}, 404)
    says(client_of("transporter"), "void_manifest", {"manifest": "1", "reason": "mistake"}, 422)
    answer = producer.post("/desk/load", data={"happened_at": "never"})
    assert answer.status_code == 422
    nothing = {"carrier": CARRIER, "receiver": PLANT}
    assert producer.post("/manifests/new", data=nothing).status_code == 422
