"""Verbs that ask for more than a text: lists, choices, a position, a door's code."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.cast import CARRIER, FACTORY, GARAGE, PLANT, PLATFORM
from tests.mobile.handheld import Handheld
from waste_trace.services.collection.requests import sign_door

pytestmark = pytest.mark.long

CODE = "91330100716105852F90024908202611230"
MANIFEST = "20263304000123"


def sent(device: Handheld) -> dict[str, object]:
    """The body of the newest event, once the ledger has it."""
    count = len(device.backend.logged())
    device.sign()
    device.tab("queue")
    expect(device.entries("pending")).to_have_count(0)
    expect(device.entries("refused")).to_have_count(0)
    logged = device.backend.logged()
    assert len(logged) == count + 1
    return dict(logged[-1].event.body)


def test_what_is_refused_is_scanned_apart_and_differences_are_ticked(
    handheld: Handheld, screenshots: Path
) -> None:
    handheld.enrol(PLANT)
    label = handheld.backend.label
    handheld.choose("accept_in_part")
    handheld.scan_in(label(f"{CODE}61"))
    handheld.page.locator("#in-manifest").fill(MANIFEST)
    handheld.page.locator("#in-refused").focus()
    for serial in ("62", "63", "62"):
        handheld.scan_in(label(f"{CODE}{serial}"))
    expect(handheld.page.locator(".listed")).to_have_count(2)
    expect(handheld.page.locator(".scan")).to_have_count(1)
    handheld.page.locator('.listed[data-id$="63"]').get_by_role("button").click()
    expect(handheld.page.locator(".listed")).to_have_count(1)
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_disabled()
    for value in ("quantity", "packaging", "form", "quantity"):
        handheld.page.locator(f'[data-value="{value}"]').click()
    handheld.picture(screenshots, "accept-in-part")
    assert sent(handheld) == {
        "containers": [f"{CODE}61"],
        "labels": [label(f"{CODE}61"), label(f"{CODE}62")],
        "manifest": MANIFEST,
        "refused": [f"{CODE}62"],
        "differences": ["packaging", "form"],
    }


def test_what_was_split_is_weighed_portion_by_portion(
    handheld: Handheld, screenshots: Path
) -> None:
    handheld.enrol(PLANT)
    label = handheld.backend.label
    handheld.choose("split")
    handheld.scan_in(label(f"{CODE}71"))
    handheld.page.locator("#in-into").focus()
    for serial in ("72", "73"):
        handheld.scan_in(label(f"{CODE}{serial}"))
    expect(handheld.page.locator(".listed")).to_have_count(2)
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    handheld.page.locator(f'[data-code="{CODE}72"]').fill("100.5")
    expect(sign).to_be_disabled()
    handheld.page.locator(f'[data-code="{CODE}73"]').fill("x")
    expect(sign).to_be_disabled()
    handheld.page.locator(f'[data-code="{CODE}73"]').fill("79")
    handheld.picture(screenshots, "split")
    body = sent(handheld)
    assert body["into"] == [
        {"container": f"{CODE}72", "weight_kg": "100.500"},
        {"container": f"{CODE}73", "weight_kg": "79.000"},
    ]
    assert body["labels"] == [label(f"{CODE}{serial}") for serial in ("71", "72", "73")]


def test_a_scan_goes_on_while_the_last_one_is_listed(handheld: Handheld) -> None:
    """The list grows in the middle of the next code: what was typed of it stays."""
    handheld.enrol(PLANT)
    label = handheld.backend.label
    handheld.choose("split")
    handheld.scan_in(label(f"{CODE}71"))
    handheld.page.locator("#in-into").focus()
    second = label(f"{CODE}73")
    handheld.scan_in(label(f"{CODE}72"))
    handheld.page.keyboard.type(second[:40])
    expect(handheld.page.locator(".listed")).to_have_count(1)
    handheld.scan_in(second[40:])
    expect(handheld.page.locator(".listed")).to_have_count(2)
    assert handheld.page.locator(".portion").evaluate_all(
        "inputs => inputs.map(input => input.dataset.code)"
    ) == [f"{CODE}72", f"{CODE}73"]


def test_a_waypoint_is_where_the_device_is(handheld: Handheld, screenshots: Path) -> None:
    handheld.context.grant_permissions(["geolocation"])
    handheld.context.set_geolocation({"latitude": 30.6987654321, "longitude": 121.02})
    handheld.enrol(CARRIER)
    handheld.choose("waypoint")
    handheld.scan_in(handheld.backend.label(f"{CODE}81"))
    handheld.page.locator("#in-manifest").fill(MANIFEST)
    handheld.page.locator("[data-locate]").click()
    expect(handheld.page.locator("#in-latitude")).to_have_value("30.698765")
    handheld.picture(screenshots, "waypoint")
    body = sent(handheld)
    assert (body["latitude"], body["longitude"]) == ("30.698765", "121.02")


def test_a_position_that_is_not_given_can_be_typed(handheld: Handheld) -> None:
    handheld.enrol(CARRIER)
    handheld.choose("waypoint")
    handheld.scan_in(handheld.backend.label(f"{CODE}82"))
    handheld.page.locator("#in-manifest").fill(MANIFEST)
    handheld.page.locator("[data-locate]").click()
    expect(handheld.page.get_by_text("没有取到位置")).to_be_visible()
    handheld.page.locator("#in-latitude").fill("91")
    handheld.page.locator("#in-longitude").fill("121.5")
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_disabled()
    handheld.page.locator("#in-latitude").fill("30.70")
    assert sent(handheld)["latitude"] == "30.7"


def test_the_code_at_a_door_says_who_was_visited(handheld: Handheld, screenshots: Path) -> None:
    handheld.enrol(PLATFORM)
    handheld.choose("visit")
    handheld.scan_in(sign_door(handheld.backend.deployment, PLATFORM, GARAGE).text)
    expect(handheld.page.locator("#in-unit")).to_have_value(GARAGE)
    handheld.page.locator('[data-value="refused"]').click()
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_disabled()
    handheld.page.locator('[data-value="no_room"]').click()
    handheld.picture(screenshots, "visit")
    assert sent(handheld) == {"unit": GARAGE, "outcome": "refused", "reason": "no_room"}
    handheld.tab("record")
    handheld.scan_in(sign_door(handheld.backend.deployment, PLATFORM, GARAGE).text)
    handheld.page.locator('[data-value="absent"]').click()
    assert sent(handheld) == {"unit": GARAGE, "outcome": "absent"}


def test_stock_and_inspections_are_recorded_at_the_shelf(handheld: Handheld) -> None:
    handheld.enrol(PLANT)
    handheld.choose("open_stock")
    handheld.scan_in(handheld.backend.label(f"{CODE}91"))
    handheld.page.locator("#in-weight_kg").fill("20")
    handheld.page.locator("#in-stored_since").fill("2026-02-30")
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_disabled()
    handheld.page.locator("#in-stored_since").fill("2026-02-28")
    assert sent(handheld)["stored_since"] == "2026-02-28"
    handheld.tab("record")
    handheld.page.locator(".chosen").click()
    handheld.choose("inspect")
    handheld.scan_in(handheld.backend.label(f"{CODE}91"))
    handheld.page.locator('[data-value="leaking"]').click()
    assert sent(handheld)["result"] == "leaking"


def test_a_ward_hands_its_boxes_in(handheld: Handheld) -> None:
    handheld.enrol(FACTORY)
    handheld.choose("hand_in")
    for serial in ("95", "96"):
        handheld.scan_in(handheld.backend.label(f"{CODE}{serial}"))
    handheld.page.locator("#in-department").fill("内科")
    body = sent(handheld)
    assert (body["containers"], body["department"]) == ([f"{CODE}96", f"{CODE}95"], "内科")
    handheld.tab("record")
    expect(handheld.page.locator("#in-department")).to_have_value("内科")


def test_who_drives_is_named_by_a_pseudonym_and_may_be_left_out(handheld: Handheld) -> None:
    handheld.enrol(CARRIER)
    handheld.choose("load")
    handheld.scan_in(handheld.backend.label(f"{CODE}91"))
    handheld.page.locator("#in-manifest").fill(MANIFEST)
    handheld.page.locator("#in-vehicle_plate").fill("浙F7K21挂")
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_enabled()
    handheld.page.locator("#in-driver").fill("吴驾驶")
    expect(sign).to_be_disabled()
    handheld.page.locator("#in-driver").fill("usr_driver01")
    body = sent(handheld)
    assert (body["driver"], body["escort"]) == ("usr_driver01", "")


def test_a_heap_is_recorded_with_its_waste_code(handheld: Handheld, screenshots: Path) -> None:
    handheld.enrol(PLANT)
    handheld.choose("produce_bulk")
    for name, text in (("waste_code", "900099s03"), ("weight_kg", "12000.5"), ("site", "TS-1")):
        handheld.page.locator(f"#in-{name}").fill(text)
    handheld.picture(screenshots, "produce-bulk")
    assert sent(handheld) == {"waste_code": "900-099-S03", "weight_kg": "12000.500"}
    handheld.tab("record")
    handheld.page.locator(".chosen").click()
    handheld.choose("take_stock")
    # The heap stays, what is in it does not.
    expect(handheld.page.locator("#in-waste_code")).to_have_value("900-099-S03")
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_disabled()
    handheld.page.locator("#in-weight_kg").fill("0")
    assert sent(handheld) == {"waste_code": "900-099-S03", "weight_kg": "0.000"}


def test_a_load_without_containers_has_to_be_said(handheld: Handheld, screenshots: Path) -> None:
    handheld.enrol(CARRIER)
    handheld.choose("load")
    handheld.page.locator("#in-manifest").fill(MANIFEST)
    handheld.page.locator("#in-vehicle_plate").fill("浙F7K21挂")
    sign = handheld.page.get_by_role("button", name=re.compile("签名并记录"))
    expect(sign).to_be_disabled()
    expect(handheld.page.locator("#in-weight_kg")).to_have_count(0)
    handheld.page.locator('[data-value="loose"]').click()
    handheld.page.locator("#in-weight_kg").fill("20060")
    handheld.picture(screenshots, "load-loose")
    body = sent(handheld)
    assert (body["containers"], body["weight_kg"]) == ([], "20060.000")
    handheld.tab("record")
    expect(handheld.page.locator("#in-weight_kg")).to_have_count(0)


def test_a_platform_says_at_whose_door_it_fills(handheld: Handheld) -> None:
    def filled(serial: str, door: bool) -> dict[str, object]:
        handheld.tab("record")
        handheld.scan_in(handheld.backend.label(f"{CODE}{serial}"))
        handheld.page.locator("#in-batch").fill("HWCS20261123001")
        handheld.page.locator("#in-weight_kg").fill("18")
        if door:
            handheld.scan_in(sign_door(handheld.backend.deployment, PLATFORM, GARAGE).text)
        return sent(handheld)

    handheld.enrol(PLATFORM)
    handheld.choose("fill")
    assert "unit" not in filled("51", door=False)
    assert filled("52", door=True)["unit"] == GARAGE
