"""Today's round in the pocket: shown without a network, ticked by what the device records."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.cast import FACTORY, GARAGE, KINDS, PLATFORM, REGION, person
from tests.mobile.handheld import Handheld
from tests.mobile.product import Product
from tests.mobile.test_withdrawn import send_now
from tests.services.collection.calls import ask, plan, say
from waste_trace.services.collection.contacts import register_contact
from waste_trace.services.register_party import register_organisation

#: As the cast registers it; later tests look for it.
NAME = f"单位 {PLATFORM[-4:]}"
CONTACT = {"contact_name": "沈师傅", "contact_phone": "13800000077", "contact_address": "城南路7号"}


@pytest.fixture
def planned(installed: Handheld) -> Iterator[Handheld]:
    """A handheld of the platform that has synced a round of today with two doors."""
    house = installed.backend.deployment
    day = (datetime.now(UTC) + timedelta(hours=8)).date()
    number = f"SY{day:%Y%m%d}001"
    say(house, PLATFORM, "sign_client", unit=GARAGE, contract="SY-7", since="2026-01-01",
        until=f"{day.year + 1}-12-31")  # fmt: skip
    register_contact(house, person(PLATFORM), GARAGE, CONTACT)
    asked = ask(house)
    plan(house, (GARAGE, [asked]), (FACTORY, []), number=number, day=day.isoformat())
    learn(installed)
    yield installed
    installed.context.set_offline(False)
    # The other tests' devices have nothing to do with this round.
    gone = (datetime.now(UTC) - timedelta(days=30)).date()
    plan(house, (GARAGE, []), number=number, day=gone.isoformat())


def learn(device: Handheld) -> None:
    """Sync, and wait until the device has what the day needs."""
    device.tab("queue")
    with device.page.expect_response("**/v1/devices/briefing"):
        device.page.get_by_role("button", name="立即上传").click()
    expect(device.page.get_by_role("button", name="立即上传")).to_be_enabled()


def door(device: Handheld, unit: str) -> Locator:
    return device.page.locator(f'.stop[data-unit="{unit}"]')


def test_the_round_is_there_and_ticked_without_a_network(
    planned: Handheld, backend: Product, screenshots: Path
) -> None:
    planned.context.set_offline(True)
    planned.page.reload()
    planned.tab("round")
    stops = planned.page.locator(".stop")
    expect(stops).to_have_count(2)
    assert [stop.get_attribute("data-unit") for stop in stops.all()] == [GARAGE, FACTORY]
    first = door(planned, GARAGE)
    for text in ("城南路7号", "沈师傅", "13800000077", "2 件 40 kg"):
        expect(first).to_contain_text(text)
    expect(door(planned, FACTORY)).to_contain_text("未申请")
    expect(planned.page.locator(".rounds h2")).to_contain_text("0/2")

    first.get_by_role("button", name="登记上门").click()
    planned.page.get_by_role("button", name="无人").click()
    planned.sign()
    planned.tab("round")
    expect(first).to_have_attribute("data-outcome", "absent")
    expect(first).to_contain_text("未上传")
    expect(planned.page.locator(".rounds h2")).to_contain_text("1/2")
    planned.page.reload()
    planned.tab("round")
    expect(first).to_have_attribute("data-outcome", "absent")
    planned.picture(screenshots, "round")

    planned.context.set_offline(False)
    learn(planned)
    planned.tab("round")
    expect(first).not_to_contain_text("未上传")
    expect(first).to_have_attribute("data-outcome", "absent")
    event = backend.logged()[-1].event
    assert (event.typ, event.body["unit"], event.body["outcome"]) == ("visit", GARAGE, "absent")


def test_a_new_verb_comes_with_a_sync(installed: Handheld) -> None:
    house = installed.backend.deployment
    expect(installed.page.locator('[data-typ="depart"]')).to_have_count(0)
    kinds = [KINDS[PLATFORM], "transporter"]
    register_organisation(house, PLATFORM, NAME, kinds, REGION)
    try:
        learn(installed)
        installed.tab("record")
        expect(installed.page.locator('[data-typ="depart"]')).to_be_visible()
        installed.context.set_offline(True)
        installed.page.reload()
        expect(installed.page.locator('[data-typ="depart"]')).to_be_visible()
    finally:
        installed.context.set_offline(False)
        register_organisation(house, PLATFORM, NAME, [KINDS[PLATFORM]], REGION)
    send_now(installed)
