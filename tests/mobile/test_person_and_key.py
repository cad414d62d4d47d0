"""The device's own person and key: salted digests instead of names, and a key that is replaced."""

import json
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.cast import BUREAU, CARRIER
from tests.mobile.handheld import Handheld
from waste_trace.ledger.disclosure import parse_disclosure

CODE = "91330100716105852F9002490820261123071"
NAME, PHONE = "王小明", "13800001234"


def enter_person(device: Handheld) -> None:
    """Type name and telephone on the device's page, once."""
    device.tab("device")
    device.page.locator("#person-name").fill(NAME)
    device.page.locator("#person-phone").fill(PHONE)
    device.page.get_by_role("button", name="保存经办信息").click()
    expect(device.page.get_by_text("已保存在本机")).to_be_visible()


def replace_key(device: Handheld) -> None:
    """Press the button."""
    device.tab("device")
    device.page.get_by_role("button", name="更换密钥").click()


def test_name_and_telephone_go_beside_the_event(enrolled: Handheld) -> None:
    enter_person(enrolled)
    posted: list[str] = []
    enrolled.page.on(
        "request",
        lambda request: (
            posted.append(request.post_data or "") if request.url.endswith("/v1/events") else None
        ),
    )
    enrolled.record("store_in", enrolled.backend.label(CODE))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)

    body = json.loads(posted[0])
    disclosed = [parse_disclosure(text) for text in body["disclosures"]]
    assert {(one.name, one.value) for one in disclosed} == {
        ("handler_name", NAME), ("handler_phone", PHONE),
    }  # fmt: skip
    logged = enrolled.backend.logged()[-1]
    assert logged.event.body["pii"] == sorted(one.digest for one in disclosed)
    assert NAME.encode() not in logged.envelope.payload
    assert PHONE.encode() not in logged.envelope.payload
    (record,) = enrolled.stored("records")
    assert record.get("disclosures") is None  # the ledger's to keep from now on

    index = record["proof"]["index"]  # type: ignore[index]  # JSON of the page
    regulator = enrolled.backend.person(BUREAU)
    shown = regulator.get(f"/v1/events/{index}/disclosures").json()["disclosures"]
    assert {(one["name"], one["value"]) for one in shown} == {
        ("handler_name", NAME), ("handler_phone", PHONE),
    }  # fmt: skip


def test_every_event_has_other_digests_and_a_carriers_person_drives(handheld: Handheld) -> None:
    handheld.enrol(CARRIER)
    enter_person(handheld)
    handheld.page.reload()
    handheld.tab("device")
    expect(handheld.page.locator("#person-name")).to_have_value(NAME)
    held_back(handheld)
    handheld.tab("record")
    handheld.choose("load")
    for _ in range(2):
        handheld.scan_in(handheld.backend.label(CODE))
        expect(handheld.page.locator(".scan")).to_have_count(1)
        for name, value in (("manifest", "20263304000177"), ("vehicle_plate", "浙F7K21挂")):
            if handheld.page.locator(f"#in-{name}").count():
                handheld.page.locator(f"#in-{name}").fill(value)
        handheld.sign()
        expect(handheld.page.locator(".scan")).to_have_count(0)
    records = handheld.stored("records")
    digests = []
    for record in records:
        disclosed = [parse_disclosure(text) for text in record["disclosures"]]  # type: ignore[attr-defined]
        assert {one.name for one in disclosed} == {"driver_name", "driver_phone"}
        digests += [one.digest for one in disclosed]
    assert len(set(digests)) == 4


def held_back(device: Handheld) -> Callable[[], None]:
    """Nothing reaches the server until the answer is called."""
    device.page.route("**/v1/events", lambda route: route.abort())
    return lambda: device.page.unroute("**/v1/events")


def test_a_key_is_replaced_by_its_own_last_signature(enrolled: Handheld) -> None:
    label = enrolled.backend.label(CODE)
    enrolled.record("store_in", label)
    enrolled.tab("device")
    old = enrolled.stored("device")[0]["key"]["pub"]  # type: ignore[index]
    replace_key(enrolled)
    expect(enrolled.page.get_by_text(" / 1")).to_be_visible()
    assert enrolled.stored("device")[0]["key"]["pub"] != old  # type: ignore[index]
    assert enrolled.stored("keys") == []

    enrolled.record("store_out", label)
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(3)
    first, rotation, after = enrolled.backend.logged()[-3:]
    assert [one.event.typ for one in (first, rotation, after)] == [
        "store_in", "key.rotate", "store_out",
    ]  # fmt: skip
    assert rotation.public_key == first.public_key != after.public_key
    assert [(one.event.ep, one.event.seq) for one in (first, rotation, after)] == [
        (0, 0), (0, 1), (1, 0),
    ]  # fmt: skip
    assert after.event.prev == b""


def test_nothing_is_signed_between_rotation_and_receipt(enrolled: Handheld) -> None:
    let_through = held_back(enrolled)
    replace_key(enrolled)
    expect(enrolled.page.get_by_text("正在更换密钥，等待回执")).to_be_visible()
    enrolled.record_without_waiting("store_in", enrolled.backend.label(CODE))
    expect(enrolled.page.get_by_text("没有记录成功")).to_be_visible()
    assert len(enrolled.stored("records")) == 1
    let_through()
    enrolled.page.reload()
    enrolled.tab("device")
    expect(enrolled.page.get_by_text(" / 1")).to_be_visible()
    enrolled.record("store_in", enrolled.backend.label(CODE))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(2)


def test_a_refused_rotation_leaves_the_old_key(enrolled: Handheld) -> None:
    problem = {"code": "refused-key-event", "zh": "不接受。", "en": "No.", "do_zh": "", "do_en": ""}

    def refuse(route: Route) -> None:
        route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(problem))

    enrolled.page.route("**/v1/events", refuse)
    before = enrolled.stored("device")[0]["key"]["pub"]  # type: ignore[index]
    replace_key(enrolled)
    enrolled.tab("queue")
    expect(enrolled.entries("refused")).to_have_count(1)
    enrolled.page.unroute("**/v1/events")
    assert enrolled.stored("device")[0]["key"]["pub"] == before  # type: ignore[index]
    enrolled.record("store_in", enrolled.backend.label(CODE))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
