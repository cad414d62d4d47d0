"""The small functions between service rows and templates."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from api.console import show
from api.console.device_view import enrolment_link
from api.console.finding_view import subject_of
from api.console.frame_view import view_frame
from api.console.manifest_view import correctable, view_manifest
from api.console.qr import qr_path
from api.console.quarantine import advice_by_code
from api.console.trace_view import three_weights, view_method, view_waste
from waste_trace.services.refused import WrongSignature


def test_kilograms_have_three_decimals_and_separators() -> None:
    assert show.kilograms(Decimal("1234.5")) == "1,234.500"
    assert show.kilograms("0.001") == "0.001"
    assert show.kilograms(None) == "—"
    assert show.signed_kilograms(Decimal("-9.4")) == "-9.400"
    assert show.signed_kilograms(Decimal("9.4")) == "+9.400"
    assert show.signed_kilograms(Decimal("0.000")) == "±0"
    assert show.signed_kilograms(None) == "—"


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_shanghai_is_eight_hours_ahead(moment: datetime) -> None:
    expected = (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")
    assert show.shanghai(moment.replace(tzinfo=UTC)) == expected
    assert show.shanghai(moment) == expected  # as a database without time zones gives it back


@given(st.text(alphabet="0123456789ABCDEFGH", min_size=0, max_size=60))
def test_segments_lose_nothing(code: str) -> None:
    parts = show.segments(code)
    assert "".join(parts) == code
    assert [len(part) for part in parts] == ([18, 8, 8, 3] if len(code) == 37 else [len(code)])


def test_every_event_has_a_name() -> None:
    assert show.event_name("store_in").zh == "入库"
    assert show.event_name("key.revoke").zh == "密钥吊销"
    assert show.event_name("new.thing").zh == "new.thing"


def test_weights_differ_from_the_witness_before() -> None:
    weights = three_weights(Decimal("10.000"), Decimal("9.000"), None)
    assert [one.difference_kg for one in weights] == [None, Decimal("-1.000"), None]
    assert [one.weight_kg for one in weights] == [Decimal("10.000"), Decimal("9.000"), None]


@pytest.mark.parametrize(
    ("received", "dispatched", "permille"),
    [
        ("353.600", "363.000", Decimal("-25.9")),
        ("363.000", "363.000", Decimal("0.0")),
        (None, "363.000", None),
        ("1.000", "0.000", None),
    ],
)
def test_the_difference_in_per_mille(
    received: str | None, dispatched: str, permille: Decimal | None
) -> None:
    row = {
        "planned_kg": None,
        "dispatched_kg": Decimal(dispatched),
        "received_kg": None if received is None else Decimal(received),
    }
    assert view_manifest(row).permille == permille


def test_a_code_outside_the_catalogue_gets_a_warning_and_no_invention() -> None:
    known = view_waste("900-249-08", "2021")
    assert known.category.startswith("HW08")
    assert known.warning == ""
    unknown = view_waste("999-999-08", "an edition that was never loaded")
    assert unknown.description == ""
    assert unknown.warning
    assert view_method("R9").startswith("R9 ")
    assert view_method("R99") == "R99"


def test_subjects_lead_to_their_pages() -> None:
    code = "91330482MA2CUX11X39002490820261120001"
    assert subject_of(code).href == f"/containers/{code}"
    assert subject_of("20263304000001").href == "/manifests/20263304000001"
    assert subject_of("#7").href == "/ledger/7"
    assert subject_of("dev-1/0").href == "/devices"
    assert subject_of("CAM-1").href == ""


def test_a_frame_before_its_verdict_waits() -> None:
    row = {
        "idx": 1, "camera": "C", "site": "S", "org": "O", "verdict": "", "verdict_idx": None,
        "captured_at": datetime(2026, 1, 1, tzinfo=UTC), "detail": {},
    }  # fmt: skip
    view = view_frame(row, {"S": "库"}, {})
    assert (view.name.zh, view.place, view.groups) == ("待核验", "库", ())
    seen = {"found": ["a"], "missing": ["b", "c"], "unexpected": ["d"], "unobservable": []}
    view = view_frame(row | {"verdict": "suspect", "detail": seen}, {}, {})
    assert [group.key for group in view.groups] == ["found", "missing", "unexpected"]
    assert view.expected == 3


@pytest.mark.parametrize("base", ["http://127.0.0.1:8000/", "https://trace.pinghu.example/"])
def test_the_qr_on_the_page_reads_back(base: str) -> None:
    link = enrolment_link(base, "2P9U-DMXS-GKDQ-QLDY")
    qr = qr_path(link)
    image = np.full((qr.side, qr.side), 255, np.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", qr.path):
        image[int(y), int(x) : int(x) + int(length)] = 0
    (found,) = zxingcpp.read_barcodes(np.kron(image, np.ones((4, 4), np.uint8)))
    assert found.text == link == f"{base}handheld/#enrol=2P9U-DMXS-GKDQ-QLDY"


def test_each_refusal_has_its_own_advice() -> None:
    advice = advice_by_code()
    assert advice["wrong-signature"].zh == WrongSignature.default_do_zh
    assert advice["unknown-device"] != advice["revoked-device"]


def test_what_of_a_manifest_can_be_corrected() -> None:
    line = {"waste_code": "900-214-08", "weight_kg": "180.000", "packages": 2, "form": ""}
    event = {
        "idx": 7,
        "typ": "open_manifest",
        "claimed_at": datetime(2026, 11, 23, 8, tzinfo=UTC),
        "body": json.dumps({"method": "R9", "lines": [line]}),
    }
    found = {one.field: one.value for one in correctable([event])}
    assert found == {
        "method": "R9",
        "lines.1.weight_kg": "180.000",
        "lines.1.waste_code": "900-214-08",
        "lines.1.packages": "2",
        "claimed_at": "2026-11-23T16:00:00+08:00",
    }
