"""Whatever a party got wrong in an event of waste or of a round can be put right, with all of it.

After each story the ledger alone gives the same tables, in whatever batches it is read.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.cast import (
    BATCH,
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    SITES,
    WASTE,
    Cast,
    collect,
    fill,
    merge,
    open_manifest,
    person,
    produce,
    transport,
)
from tests.devices import Clock
from tests.services.collection.calls import ROUND, ask, plan, say, sign
from tests.services.lives import drum
from tests.services.test_desk_and_corrections import balance, the_same_after_a_rebuild
from tests.services.test_mass_balance import NOVEMBER, in_order, keep_books
from tests.services.test_medical import boxes, packed
from tests.services.test_projection import open_findings, rows
from waste_trace.custody.correcting import NotCorrectable
from waste_trace.services.deployment import Deployment
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.reading import reading
from waste_trace.services.trace_container import trace_container
from waste_trace.store.tables import (
    Batch,
    Client,
    CollectionRequest,
    Container,
    ContainerEvent,
    CorrectionRow,
    GenealogyEdge,
    Manifest,
    MedicalBox,
    MovementRow,
    Round,
    Stop,
)


@pytest.fixture(autouse=True)
def read_again(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """After each story: the same tables in small batches and large ones, the same books."""
    yield
    for step in (1, 3, 512):
        monkeypatch.setattr("waste_trace.services.rebuild._STEP", step)
        assert the_same_after_a_rebuild(deployment), step
    with reading(deployment, Asked(FACTORY, None, NOVEMBER)) as found:
        assert in_order(keep_books(deployment)) == in_order(found.bookings())


def correct(
    cast: Cast, org: str, idx: int, field: str, old: str, new: str, agrees: str = ""
) -> str:
    """Correct a value, let ``agrees`` confirm it; what became of it."""
    body = {"corrects": idx, "field": field, "old": old, "new": new, "reason": "typing"}
    index = record_at_desk(cast.deployment, person(org), "correct", body).index
    if agrees:
        said = {"correction": index}
        record_at_desk(cast.deployment, person(agrees), "confirm_correction", said)
    found = rows(cast.deployment, CorrectionRow)
    return next(str(row["status"]) for row in found if row["idx"] == index)


def one(cast: Cast, model: Any, **where: Any) -> dict[str, Any]:
    """The one row of a table that is so."""
    (found,) = [
        row
        for row in rows(cast.deployment, model)
        if all(row[name] == value for name, value in where.items())
    ]
    return found


def states(cast: Cast, *codes: str) -> list[str]:
    return [str(one(cast, Container, container=code)["state"]) for code in codes]


def test_the_container_was_another(cast: Cast, clock: Clock) -> None:
    said, meant = cast.containers(2)
    told = cast.device(FACTORY).tell("fill", fill(said))
    clock.forward(minutes=5)
    cast.device(FACTORY).tell("store_in", {"containers": [meant]})
    assert open_findings(cast.deployment) == {"custody_gap": meant}
    assert correct(cast, FACTORY, told.index, f"container.{said}", said, meant) == "confirmed"
    assert open_findings(cast.deployment) == {}
    assert states(cast, said, meant) == ["issued", "stored"]
    assert {row["subject"] for row in rows(cast.deployment, MovementRow)} == {meant}
    assert [row["child"] for row in rows(cast.deployment, GenealogyEdge)] == [meant]
    links = {row["container"]: row["role"] for row in rows(cast.deployment, ContainerEvent)
             if row["idx"] == told.index}  # fmt: skip
    assert links == {said: "withdrawn", meant: "subject"}
    # Both versions stay visible, and what was corrected can be corrected again.
    assert told.index in {row["idx"] for row in _events(cast, said)}
    assert correct(cast, FACTORY, told.index, f"container.{said}", said, said) == "void"
    third = cast.containers(1)[0]
    assert correct(cast, FACTORY, told.index, f"container.{said}", said, third) == "confirmed"
    assert states(cast, said, third) == ["issued", "filled"]
    assert open_findings(cast.deployment) == {"custody_gap": meant}


def _events(cast: Cast, code: str) -> tuple[dict[str, Any], ...]:
    return trace_container(cast.deployment, code).events


def test_two_containers_do_not_become_one(cast: Cast) -> None:
    first, second = cast.containers(2)
    device = cast.device(FACTORY)
    for code in (first, second):
        device.tell("fill", fill(code))
    told = device.tell("store_in", {"containers": [first, second]})
    assert correct(cast, FACTORY, told.index, f"container.{first}", first, second) == "void"
    assert correct(cast, FACTORY, told.index, f"container.{first}", first, "X") == "void"


def test_a_container_on_a_manifest_was_another(cast: Cast, clock: Clock) -> None:
    said, meant = cast.containers(2)
    number, device = cast.manifest(), cast.device(FACTORY)
    for code in (said, meant):
        clock.forward(minutes=1)
        device.tell("fill", fill(code))
    opened = device.tell("open_manifest", open_manifest(number, [said]))
    path = f"container.{said}"
    loaded = cast.device(CARRIER).tell("load", transport(number, [said]))
    assert correct(cast, CARRIER, loaded.index, path, said, meant) == "pending"
    assert correct(cast, CARRIER, loaded.index, path, said, meant, FACTORY) == "confirmed"
    assert correct(cast, FACTORY, opened.index, path, said, meant, CARRIER) == "confirmed"
    assert json.loads(one(cast, Manifest, manifest=number)["containers"]) == [meant]
    assert states(cast, said, meant) == ["filled", "loaded"]


def test_lines_of_a_manifest(cast: Cast, clock: Clock) -> None:
    code, number = cast.containers()[0], cast.manifest()
    cast.device(FACTORY).tell("fill", fill(code))
    idx = cast.device(FACTORY).tell("open_manifest", open_manifest(number, [code])).index
    for name, old, new in (
        ("weight_kg", "180.000", "175.500"), ("waste_code", WASTE, "900-249-08"),
        ("waste_name", "废矿物油", "废润滑油"), ("form", "", "液态"), ("packages", "1", "2"),
        ("packaging", "", "铁桶"), ("exemption", "", "3"),
    ):  # fmt: skip
        assert correct(cast, FACTORY, idx, f"lines.1.{name}", old, new) == "confirmed", name
    assert correct(cast, FACTORY, idx, "lines.2.weight_kg", "", "1") == "void"
    assert correct(cast, FACTORY, idx, "lines.1.packages", "1", "two") == "void"
    assert correct(cast, FACTORY, idx, "method", "", "R9") == "confirmed"
    assert correct(cast, FACTORY, idx, "receiver", PLANT, PLATFORM) == "confirmed"
    manifest = one(cast, Manifest, manifest=number)
    (line,) = json.loads(manifest["lines"])
    assert (line["weight_kg"], line["waste_code"], line["packages"], line["exemption"]) == (
        "175.500", "900-249-08", 2, 3,
    )  # fmt: skip
    assert manifest["planned_kg"] == Decimal("175.500")
    assert (manifest["method"], manifest["receiver"]) == ("R9", PLATFORM)


def test_when_and_where_it_happened(cast: Cast, clock: Clock) -> None:
    code = cast.containers()[0]
    clock.forward(days=3)
    now = cast.deployment.now()
    early = now - timedelta(days=2, hours=3)
    told = cast.device(FACTORY).tell("fill", fill(code), at=early)
    assert {"late_event"} <= open_findings(cast.deployment).keys()
    old, right = early.isoformat(), now.astimezone().isoformat()
    assert correct(cast, FACTORY, told.index, "claimed_at", old, "yesterday") == "void"
    assert correct(cast, FACTORY, told.index, "claimed_at", right, right) == "void"
    assert correct(cast, FACTORY, told.index, "claimed_at", old, right) == "confirmed"
    assert open_findings(cast.deployment) == {}
    (booked,) = rows(cast.deployment, MovementRow)
    assert booked["at"] == now
    assert correct(cast, FACTORY, told.index, "site", SITES[FACTORY], "") == "confirmed"
    (booked,) = rows(cast.deployment, MovementRow)
    assert (booked["site"], one(cast, Container, container=code)["site"]) == ("", "")


def test_the_order_of_what_happened_follows(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock, treated=False)
    (opened,) = [row for row in rows(cast.deployment, Manifest) if row["manifest"] == told.manifest]
    before = opened["opened_at"]
    new = (before - timedelta(minutes=3)).isoformat()
    args = (opened["opened_idx"], "claimed_at", before.isoformat(), new)
    assert correct(cast, FACTORY, *args) == "pending"
    assert correct(cast, FACTORY, *args, agrees=PLANT) == "confirmed"
    assert one(cast, Manifest, manifest=told.manifest)["opened_at"] == before - timedelta(minutes=3)


def test_what_a_batch_is(cast: Cast) -> None:
    told = cast.device(FACTORY).tell("produce", produce("500.000"))
    fields = {
        "weight_kg": ("500.000", "50.000"),
        "form": ("液态", "固态"),
        "facility": ("", "MF1"),
        "waste_code": (WASTE, "900-249-08"),
        "waste_name": ("废矿物油", "废油泥"),
    }
    for name, (old, new) in fields.items():
        assert correct(cast, FACTORY, told.index, name, old, new) == "confirmed"
    batch = one(cast, Batch)
    assert {name: str(batch[name]) for name in fields} == {n: new for n, (_, new) in fields.items()}
    other = "HWCS20261123002"
    assert correct(cast, FACTORY, told.index, "batch", BATCH, other) == "confirmed"
    assert one(cast, Batch)["batch"] == other


def test_from_which_batch_a_container_was_filled(cast: Cast) -> None:
    code = cast.containers()[0]
    told = cast.device(FACTORY).tell("fill", {**fill(code), "volume_l": 200})
    other = "HWCS20261123002"
    assert correct(cast, FACTORY, told.index, "batch", BATCH, other) == "confirmed"
    assert correct(cast, FACTORY, told.index, "volume_l", "200", "160") == "confirmed"
    found = one(cast, Container)
    assert (found["batch"], found["volume_l"]) == (other, 160)
    assert [row["parent"] for row in rows(cast.deployment, GenealogyEdge)] == [f"{FACTORY}/{other}"]


def test_what_went_into_what(cast: Cast, clock: Clock) -> None:
    first, second, into, meant = cast.containers(4, PLATFORM)
    platform = cast.device(PLATFORM)
    for code in (first, second):
        clock.forward(minutes=10)
        platform.tell("fill", fill(code, "20.000"))
        clock.forward(minutes=10)
        platform.tell("store_in", {"containers": [code]})
    clock.forward(minutes=10)
    idx = platform.tell("merge", merge([first, second], into, "60.000")).index
    assert open_findings(cast.deployment) == {"packing_difference": f"#{idx}"}
    assert correct(cast, PLATFORM, idx, "weight_kg", "60.000", "40.000") == "confirmed"
    assert open_findings(cast.deployment) == {}
    assert correct(cast, PLATFORM, idx, f"container.{into}", into, meant) == "confirmed"
    assert states(cast, first, into, meant) == ["merged", "issued", "filled"]
    packed_into = {r["child"] for r in rows(cast.deployment, GenealogyEdge) if r["kind"] == "merge"}
    assert packed_into == {meant}
    assert balance(cast.deployment) == {PLATFORM: Decimal("40.000")}


def test_a_part_of_a_division(cast: Cast, clock: Clock) -> None:
    old, small, large = cast.containers(3)
    factory = cast.device(FACTORY)
    factory.tell("fill", fill(old, "100.000"))
    clock.forward(minutes=10)
    into = [
        {"container": small, "weight_kg": "30.000"},
        {"container": large, "weight_kg": "60.000"},
    ]
    idx = factory.tell("split", {"containers": [old], "into": into}).index
    path = f"into.{small}.weight_kg"
    assert correct(cast, FACTORY, idx, path, "30.000", "40.000") == "confirmed"
    assert open_findings(cast.deployment) == {}
    assert one(cast, Container, container=small)["content_kg"] == Decimal("40.000")


def test_several_on_one_scale_were_not_weighed(cast: Cast, clock: Clock) -> None:
    first, second = cast.containers(2)
    for code in (first, second):
        clock.forward(minutes=10)
        cast.device(FACTORY).tell("fill", fill(code, "100.000"))
    clock.forward(minutes=10)
    told = cast.device(FACTORY).tell(
        "store_in", {"containers": [first, second], "weight_kg": "150.000"}
    )
    assert balance(cast.deployment) == {FACTORY: Decimal("150.000")}
    assert correct(cast, FACTORY, told.index, "weight_kg", "150.000", "") == "confirmed"
    assert balance(cast.deployment) == {FACTORY: Decimal("200.000")}


def test_a_box_of_another_department(cast: Cast, clock: Clock) -> None:
    said, meant = boxes(cast, 2)
    ward = cast.make(FACTORY)
    filled = ward.tell("fill", packed(cast, said))
    clock.forward(hours=1)
    body = {"containers": [said], "department": "内科"}
    handed = ward.tell("hand_in", body)
    for told in (filled, handed):
        assert correct(cast, FACTORY, told.index, "department", "内科", "外科") == "confirmed"
    assert one(cast, MedicalBox)["department"] == "外科"
    assert correct(cast, FACTORY, filled.index, f"container.{said}", said, meant) == "confirmed"
    assert correct(cast, FACTORY, handed.index, f"container.{said}", said, meant) == "confirmed"
    box = one(cast, MedicalBox)
    assert (box["container"], box["handed_idx"]) == (meant, handed.index)


def test_visits_and_requests_and_rounds(cast: Cast, clock: Clock) -> None:
    house = cast.deployment
    sign(house)
    asked = ask(house, PLATFORM)
    plan(house, (GARAGE, [asked]))
    clock.forward(hours=1)
    said = say(house, PLATFORM, "visit", unit=GARAGE, outcome="absent")
    assert one(cast, CollectionRequest)["status"] == "open"
    assert correct(cast, PLATFORM, said, "outcome", "absent", "refused") == "confirmed"
    assert (one(cast, CollectionRequest)["status"], one(cast, Stop)["reason"]) == (
        "refused",
        "other",
    )
    assert correct(cast, PLATFORM, said, "outcome", "absent", "nothing") == "confirmed"
    assert (one(cast, CollectionRequest)["status"], one(cast, Stop)["reason"]) == ("done", "")
    assert one(cast, Client, producer=GARAGE)["outcome"] == "nothing"
    wastes = json.loads(one(cast, CollectionRequest)["wastes"])
    old = str(wastes[0]["weight_kg"])
    assert correct(cast, PLATFORM, asked, "wastes.1.weight_kg", old, "77") == "confirmed"
    assert json.loads(one(cast, CollectionRequest)["wastes"])[0]["weight_kg"] == "77"
    planned = one(cast, Round)
    plate = (planned["idx"], "vehicle_plate", planned["vehicle_plate"], "浙F00001")
    assert correct(cast, PLATFORM, *plate) == "confirmed"
    assert one(cast, Round, round=ROUND)["vehicle_plate"] == "浙F00001"
    assert correct(cast, PLATFORM, said, "unit", GARAGE, FACTORY) == "confirmed"
    assert one(cast, CollectionRequest)["status"] == "planned"
    assert one(cast, Client, producer=FACTORY)["outcome"] == "nothing"
    assert one(cast, Client, producer=GARAGE)["outcome"] == ""


def test_a_producer_s_request_waits_for_its_platform(cast: Cast) -> None:
    asked = ask(cast.deployment, GARAGE)
    old = str(json.loads(one(cast, CollectionRequest)["wastes"])[0]["weight_kg"])
    args = (asked, "wastes.1.weight_kg", old, "77")
    assert correct(cast, GARAGE, *args) == "pending"
    assert correct(cast, GARAGE, *args, agrees=PLATFORM) == "confirmed"


def test_at_whose_door_it_was_collected(cast: Cast, clock: Clock) -> None:
    code = cast.containers(1, PLATFORM)[0]
    platform = cast.device(PLATFORM)
    platform.tell("fill", fill(code, "18.000"))
    clock.forward(minutes=5)
    told = platform.tell("collect", collect(code, from_org=GARAGE))
    assert correct(cast, PLATFORM, told.index, "from_org", GARAGE, FACTORY) == "pending"
    args = (told.index, "from_org", GARAGE, FACTORY)
    assert correct(cast, PLATFORM, *args, agrees=GARAGE) == "confirmed"
    gave = {row["org"] for row in rows(cast.deployment, MovementRow) if row["kind"] == "dispatched"}
    assert gave == {FACTORY}
    assert one(cast, Client, producer=FACTORY)["collected_at"] is not None
    assert [r["producer"] for r in rows(cast.deployment, Client)] == [FACTORY]


def test_what_is_said_anew_instead(cast: Cast) -> None:
    house = cast.deployment
    index = say(house, FACTORY, "sign_contract", contract="HT-1", partner=PLANT, role="receiver",
                valid_from="2026-01-01", valid_to="2026-12-31")  # fmt: skip
    with pytest.raises(NotCorrectable) as caught:
        correct(cast, FACTORY, index, "contract", "HT-1", "HT-2")
    assert "签订合同" in caught.value.zh
    with pytest.raises(NotCorrectable):
        correct(cast, FACTORY, 0, "origin", "", "x")
