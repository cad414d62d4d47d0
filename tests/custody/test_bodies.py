"""Each event's body: a good one, and every way in which one field can be wrong, by its name."""

from decimal import Decimal
from typing import Any

import pytest

from tests.cast import BATCH, CARRIER, FACTORY, GARAGE, PLANT, PLATFORM, WASTE, produce
from tests.custody.lives import CODE, MANIFEST, OTHER
from waste_trace.custody.bodies.corrections import UNCORRECTABLE
from waste_trace.custody.bodies.fields import ManifestBody
from waste_trace.custody.errors import MalformedBody, UnknownEventType
from waste_trace.custody.vocabulary import VOCABULARY, container_roles, parse_body

ON = {"containers": [CODE]}
LINE = {
    "waste_code": WASTE,
    "edition": "2021",
    "waste_name": "废矿物油",
    "weight_kg": "180.000",
    "packages": 1,
}
SHA = "0123456789abcdef" * 4

FINDING = {"finding": "custody_gap:x:7"}
VISIT = {"org": FACTORY, "inspectors": ["usr_1"]}
POINT = {"latitude": "30.7", "longitude": "121.016667"}
REQUESTED = {"waste_code": WASTE, "weight_kg": "40", "packages": 2}
STOP = {"unit": GARAGE, "requests": [9]}
PAPER = {"number": "P-7", "handed_over_at": "2026-11-23T16:00:00+08:00"}
PORTION = {"container": OTHER, "weight_kg": "18"}
SOURCE = {"waste_name": "废矿物油", "waste_code": WASTE, "weight_kg": "5000"}
PLAN = {"year": 2026, "level": "key", "unit_info": {"name": "厂"}, "sources": [SOURCE]}
TERM = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
APPLIED = {"waste_code": WASTE, "weight_kg": "5000", "method": "R9"}
OPINION = {"application": 7, "opinion": "agree"}
HEAP = {"waste_code": "900-099-S03", "weight_kg": "1200"}
#: A good body of each type, with every field that it requires.
GOOD: dict[str, dict[str, Any]] = {
    "produce": produce(),
    "issue": {**ON, "org": FACTORY, "key_id": "89ABCDEF", "rotation": 0},
    "reissue": {**ON, "org": FACTORY, "key_id": "89ABCDEF", "rotation": 1, "reason": "lost"},
    "void_label": {**ON, "reason": "void"},
    "relabel": {**ON},
    "bind_mark": {**ON, "mark": 17},
    "fill": {**ON, "batch": BATCH, "weight_kg": "180.000"},
    "collect": {**ON, "from_org": GARAGE, "weight_kg": "18.5"},
    "hand_in": {**ON, "department": "内科"},
    "store_in": {**ON},
    "store_out": {**ON},
    "merge": {**ON, "into": OTHER, "weight_kg": "18"},
    "number_manifest": {"manifest": MANIFEST, "org": FACTORY},
    "open_manifest": {"manifest": MANIFEST, "carrier": CARRIER, "receiver": PLANT,
                      "lines": [LINE]},
    "load": {"manifest": MANIFEST},
    "depart": {"manifest": MANIFEST},
    "arrive": {"manifest": MANIFEST},
    "weigh_in": {"manifest": MANIFEST, "weight_kg": "180.000"},
    "accept": {"manifest": MANIFEST},
    "treat": {**ON, "method": "R9", "weight_kg": "180.000"},
    "label": {**ON},
    "produce_bulk": HEAP,
    "open_bulk": HEAP,
    "store_bulk": HEAP,
    "treat_bulk": {**HEAP, "method": "R5"},
    "take_stock": HEAP,
    "produce_secondary": {**produce(), **ON},
    "open_stock": {**ON, "weight_kg": "180.000", "stored_since": "2026-01-31"},
    "weigh": {**ON, "weight_kg": "180.000"},
    "move": {**ON},
    "inspect": {"result": "leaking"},
    "write_off": {**ON, "reason": "spilled"},
    "split": {**ON, "into": [PORTION]},
    "repack": {**ON, "into": [PORTION]},
    "void_manifest": {"manifest": MANIFEST, "reason": "mistake"},
    "waypoint": {"manifest": MANIFEST, "latitude": "30.7", "longitude": "121.016667"},
    "hand_over": {"manifest": MANIFEST, "to_org": CARRIER},
    "take_over": {"manifest": MANIFEST, "from_org": CARRIER},
    "accept_with_difference": {"manifest": MANIFEST, "differences": ["quantity"]},
    "accept_in_part": {"manifest": MANIFEST, "refused": [OTHER], "differences": ["name"]},
    "reject": {"manifest": MANIFEST, "differences": ["form"]},
    "return": {"manifest": MANIFEST},
    "take_back": {"manifest": MANIFEST},
    "export": {**ON, "notice": "2026-7", "country": "DE", "consignee": "R GmbH"},
    "correct": {"corrects": 7, "field": "weight_kg", "old": "1", "new": "2", "reason": "scale"},
    "confirm_correction": {"correction": 8},
    "dispute_correction": {"correction": 8, "reason": "not_so"},
    "register_stream": {"unit": GARAGE, "waste_code": WASTE, "edition": "2021",
                        "waste_name": "废机油", "form": "液态", "forecast_kg": "1200"},
    "register_contact": {"unit": GARAGE},
    "sign_client": {"unit": GARAGE, "contract": "SY-7", "since": "2026-01-01",
                    "until": "2026-12-31"},
    "end_client": {"unit": GARAGE, "reason": "moved"},
    "request_collection": {"unit": GARAGE, "platform": PLATFORM, "wastes": [REQUESTED],
                           "channel": "phone"},
    "cancel_request": {"request": 9, "reason": "withdrawn"},
    "plan_round": {"round": "SY20261123001", "day": "2026-11-23", "vehicle_plate": "浙F12345",
                   "stops": [STOP]},
    "visit": {"unit": GARAGE, "outcome": "absent"},
    "review": {"day": "2026-11-23"},
    "explain_finding": {**FINDING, "reason": "no_network"},
    "rectify_finding": {**FINDING, "pii": ["A" * 43], "evidence": [SHA]},
    "accept_explanation": {**FINDING},
    "send_back": {**FINDING, "pii": ["A" * 43]},
    "close_finding": {**FINDING},
    "announce_selection": {"purpose": "routine", "at_size": 90, "candidates": [FACTORY],
                           "inspectors": ["usr_1"], "orgs": 1, "per_org": 1},
    "draw_selection": {"announcement": 7, "root": "A" * 43 + "=", "visits": [VISIT]},
    "inspect_org": {"org": FACTORY, "mode": "online", "day": "2026-11-23", "edition": "2021-20",
                    "scores": {"plan_filed": 2}},
    "set_positive_list": {"org": FACTORY, "listed": True, "until": "2027-12-31",
                          "reason": "good_record"},
    "classify_org": {"org": FACTORY, "management": "key"},
    "file_declaration": {"kind": "month", "period": "2026-10"},
    "plan_route": {"manifest": MANIFEST, "points": [POINT, POINT]},
    "file_plan": PLAN,
    "amend_plan": {**PLAN, "reason": "quantity"},
    "register_permit": {"permit": "3304000001", "org": PLANT, "kind": "comprehensive",
                        "wastes": [{"codes": ["HW08"], "annual_kg": "10000000"}], **TERM},
    "suspend_permit": {"permit": "3304000001", "valid_from": "2026-11-01", "reason": "suspended"},
    "register_qualification": {"kind": "vehicle", "org": CARRIER, "subject": "浙F7K21挂", **TERM},
    "sign_contract": {"contract": "HT-1", "partner": PLANT, "role": "receiver", **TERM},
    "apply_transfer": {"receiver": PLANT, "lines": [APPLIED], **TERM, "permit": "3304000001",
                       "contract": "HT-1"},
    "preliminary_opinion": OPINION,
    "destination_reply": OPINION,
    "decide_transfer": {**OPINION, "number": "浙环函1", "valid_to": "2026-12-31"},
    "capture_frame": {"camera": "CAM-1", "sha256": SHA, "media_type": "image/png"},
    "verify_frame": {"camera": "CAM-1", "capture": 7, "sha256": SHA, "verdict": "verified",
                     "detail": {}},
}  # fmt: skip

#: Loose waste has no containers; all other events are about some.
LOOSE = frozenset(typ for typ, row in VOCABULARY.items() if issubclass(row.body, ManifestBody))
#: Fields that may be left out, with a good value each.
OPTIONAL: dict[str, dict[str, Any]] = {
    "produce": {"unit": GARAGE, "facility": "MF0001"},
    "fill": {
        "volume_l": 200,
        "labels": ["HTTPS://X/Q/1"],
        "unit": GARAGE,
        "department": "内科",
        "box": "ZZX-7",
    },
    "hand_in": {"box": "ZZX-7"},
    "produce_bulk": {"waste_name": "炉渣", "facility": "MF0001"},
    "store_bulk": {"from_site": "MF0001"},
    "treat_bulk": {"facility": "TS001"},
    "weigh": {"scale": "WB-1", "weights": [{"container": CODE, "weight_kg": "180.000"}]},
    "open_stock": {"batch": BATCH},
    "inspect": {**ON, "place": "A-1", "photographs": [SHA], "labels": []},
    "explain_finding": {"pii": ["A" * 43]},
    "announce_selection": {"beacon": "ssq/2026140"},
    "draw_selection": {"beacon_value": "01 05 12 22 30 33 03"},
    "inspect_org": {"selection": 7, "photographs": [SHA]},
    "file_declaration": {"document": SHA},
    "plan_route": {"width_m": 500, "minutes": 40},
    "store_in": {"place": "A-1", "weight_kg": "180.000", "labels": []},
    "register_stream": {"hazards": "T,I"},
    "sign_client": {"waste_codes": [WASTE], "interval_days": 30},
    "request_collection": {"before": "2026-11-30"},
    "plan_round": {"driver": "usr_driver01"},
    "visit": {"round": "SY20261123001", "outcome": "refused", "reason": "packaging"},
    "open_manifest": {
        "vehicle_plate": "浙F7K21挂",
        "driver": "usr_driver01",
        "escort": "usr_escort01",
        "kind": "medical",
        "next_carriers": [PLANT],
        "method": "R9",
        "transfer": 7,
        "paper": PAPER,
    },
    "load": {
        "vehicle_plate": "浙F7K21挂",
        "weight_kg": "180.000",
        "place": "门口",
        "paper": PAPER,
        "driver": "usr_driver01",
        "escort": "usr_escort01",
    },
    "accept": {
        "weight_kg": "179.500",
        "pii": [f"{n:042d}A" for n in range(20)],
        "by_line": [
            {"line": 1, "decision": "part", "weight_kg": "9", "method": "R9", "differs": True}
        ],
    },
}

#: Values that a field of that name refuses, wherever it stands.
WRONG: dict[str, tuple[object, ...]] = {
    "containers": ([], "X", [CODE[:-1]], [CODE.lower()], [CODE] * 201, [1], {}),
    "labels": ("X", [1], ["X" * 201], ["a\x00b"]),
    "batch": ("HWCS20260230001", "XX20261123001", "", 1),
    "weight_kg": ("", "-1", "1e3", "01", ".5", "1.", "1.0000", "1,5", " 1", "1 ", "1\n", 180, 1.5,
                  "1234567890", "NaN", "１８０", "1٢", None),
    "org": ("91330482MA2CUX11X4", "", 1),
    "from_site": ("a\x00b", 1),
    "from_org": ("91330482MA2CUX11X4",),
    "unit": ("x",),
    "carrier": ("91330482MA2CUX11X4",),
    "receiver": ("91330482MA2CUX11X4",),
    "manifest": ("2026330400001", "20263304000001X", 20263304000001),
    "into": ("X", [], [{"container": CODE, "weight_kg": "1"}], ["X"]),
    "weights": ("X", [{"container": OTHER, "weight_kg": "1"}], [{"container": CODE}],
                [{"container": CODE, "weight_kg": "1"}] * 2, [{"container": CODE, "weight_kg": 1}]),
    "scale": (1,),
    "stored_since": ("2026-02-30", "20260131", "", 20260131),
    "day": ("2026-13-01", "1"),
    "result": ("", "fine"),
    "photographs": ([SHA] * 21, ["x"], SHA),
    "latitude": ("1.1234567", 30, "x", "1234"),
    "longitude": ("1.", None),
    "to_org": ("x",),
    "refused": ([], ["X"]),
    "differences": ([], ["taste"], "name"),
    "notice": (1,),
    "country": (1,),
    "consignee": (1,),
    "corrects": (-1, "7", 2**53),
    "correction": (-1, "7"),
    "field": ("labels", "", "weight_kg.", "a.b.c.d", "manifest"),
    "old": (1,),
    "new": ("x" * 201,),
    "waste_code": ("x" * 201, 1, "a\nb"),
    "waste_name": ("a\x00b", "\x7f"),
    "form": (None, "\x1b[31m"),
    "vehicle_plate": ("x" * 13, "浙\x00"),
    "volume_l": ("200", -1, 1_000_001, 200.0, True),
    "packages": ("1", -1, 10**12),
    "rotation": (-1, "0", 10**12),
    "lines": ([], [LINE] * 21, LINE, [{**LINE, "hazards": ["X"]}], [{**LINE, "exemption": -1}]),
    "kind": ("", "gas", 1),
    "year": (2019, "2026", 2026.0),
    "level": ("", "high"),
    "unit_info": ({}, "x"),
    "sources": ([], [{**SOURCE, "weight_kg": "-1"}], SOURCE),
    "processes": (["x"], [{"process": "x"}]),
    "stores": ([{}],),
    "own_treatment": ([{"method": "R9"}],),
    "reduction": ("x", {"produced_kg": "1"}),
    "transfers": ([{"scope": "nowhere", "waste_code": WASTE, "weight_kg": "1"}],),
    "permit": (1,),
    "wastes": ([], [{"codes": [], "annual_kg": "1"}], "x"),
    "valid_from": ("2026-02-30", 20260101),
    "valid_to": ("2026-13-01", ""),
    "subject": (1,),
    "number": (1,),
    "partner": ("x",),
    "role": ("", "driver"),
    "codes": ("x", [1]),
    "documents": (["x"], SHA),
    "application": (-1, "7"),
    "opinion": ("", "perhaps"),
    "next_carriers": (["x"], [PLANT] * 2, PLANT),
    "transfer": (-1, "7", 2**53),
    "paper": ("x", {}, {"number": "1", "handed_over_at": "2026-11-23T16:00:00"},
              {"number": "1", "handed_over_at": "yesterday"}, {**PAPER, "more": 1}),
    "by_line": ([{"line": 0, "decision": "part"}], [{"line": 1, "decision": "some"}],
                [{"line": 1, "decision": "part"}] * 2, "x"),
    "method": (None, "x" * 201),
    "sha256": (SHA.upper(), SHA[:-1], SHA + "0"),
    "media_type": ("image/gif", "text/html"),
    "verdict": ("fine", ""),
    "detail": ([], "x"),
    "capture": ("7", 7.0),
    "camera": (1, "x" * 201),
    "place": ("\t",),
    "edition": (2021,),
    "key_id": (0,),
    "facility": (1,),
    "reason": ("", "taste", 1),
    "finding": ("", "x" * 301, 1, "a:\n"),
    "evidence": ([], [SHA] * 21, ["x"]),
    "purpose": ("", "双随机", "吴驾驶", 1),
    "at_size": (-1, "7"),
    "candidates": ([], ["x"], FACTORY),
    "inspectors": ([], ["a b"], ["x" * 65]),
    "orgs": (0, 301, "1"),
    "per_org": (0, 11, "1"),
    "beacon": (1, "双色球 2026140 期", "ssq", "ssq/", "lottery/1", "ssq/1\n"),
    "announcement": (-1, "7"),
    "root": ("", "A" * 43, "A" * 42 + "B="),
    "beacon_value": (1, "吴驾驶", " 1", "1  2", "AB", "x", "1\n"),
    "visits": ([], [{"org": FACTORY}], [{**VISIT, "inspectors": []}]),
    "mode": ("", "by_car"),
    "selection": (-1, "7"),
    "scores": ({}, {"plan_filed": 3}, {"plan_filed": "2"}, {"a.b": 1}, []),
    "listed": ("true", 1),
    "until": ("2026-02-30", ""),
    "management": ("", "small"),
    "period": ("2026-13", "2026-Q5", "26", 2026),
    "document": ("x",),
    "points": ([POINT], [POINT] * 201, [POINT, {"latitude": "1"}]),
    "width_m": (49, 50_001, "500"),
    "minutes": (0, 10_001, "40"),
    "contract": (1,),
    "department": (1, "a\nb"),
    "box": (1, "x" * 201),
    "since": ("2026-02-30", 1),
    "waste_codes": ("X", [1], ["x"] * 51),
    "interval_days": (-1, "30"),
    "hazards": (1,),
    "forecast_kg": ("-1", 1),
    "platform": ("x",),
    "before": ("tomorrow",),
    "channel": ("letter",),
    "request": (-1, "9"),
    "round": ("SY1", "", 1),
    "driver": (1,),
    "escort": (1, "吴押运", "x" * 65),
    "stops": ([], [STOP] * 2, [{"unit": "x"}]),
    "outcome": ("", "found"),
    "mark": (-1, 587, "17", 1.0),
    "pii": ("A" * 43, ["A" * 42], ["A" * 44], ["A" * 42 + "B"], ["A" * 42 + "\n"], [1], ["=" * 43],
            ["A" * 43] * 2, [f"{n:042d}A" for n in range(21)]),
}  # fmt: skip


def fields_of(typ: str, body: dict[str, Any]) -> list[str]:
    """The fields that the refusal of a body names."""
    with pytest.raises(MalformedBody) as caught:
        parse_body(typ, body)
    assert caught.value.facts["typ"] == typ
    fields = caught.value.facts["fields"]
    assert isinstance(fields, list)
    assert all(field["problem"] for field in fields)
    named = [str(field["field"]) for field in fields]
    for name in named:
        assert name in caught.value.zh
        assert name in caught.value.en
    return named


def test_the_table_of_this_test_is_complete() -> None:
    assert GOOD.keys() == VOCABULARY.keys()
    fields = {name for row in VOCABULARY.values() for name in row.body.model_fields}
    assert fields | LINE.keys() == WRONG.keys()


@pytest.mark.parametrize("typ", VOCABULARY)
def test_a_good_body_is_read(typ: str) -> None:
    body = {**GOOD[typ], **OPTIONAL.get(typ, {})}
    parsed = parse_body(typ, body)
    assert type(parsed) is VOCABULARY[typ].body
    assert parsed.model_dump(exclude_unset=True) == body
    assert parse_body(typ, GOOD[typ]).model_dump(exclude_unset=True) == GOOD[typ]


@pytest.mark.parametrize("typ", VOCABULARY)
def test_each_missing_field_is_named(typ: str) -> None:
    for name in GOOD[typ]:
        body = {key: value for key, value in GOOD[typ].items() if key != name}
        assert fields_of(typ, body) == [name]


@pytest.mark.parametrize("typ", VOCABULARY)
def test_a_field_that_is_not_understood_is_named(typ: str) -> None:
    assert fields_of(typ, {**GOOD[typ], "surprise": 1}) == ["surprise"]


@pytest.mark.parametrize("typ", VOCABULARY)
def test_each_wrong_value_is_named(typ: str) -> None:
    for name in VOCABULARY[typ].body.model_fields:
        for value in WRONG[name]:
            if value is None and VOCABULARY[typ].body.model_fields[name].default is None:
                continue  # null stands for "not stated" here; no payload can hold it anyway
            if value == [] and not VOCABULARY[typ].body.model_fields[name].is_required():
                continue  # nothing is what stands there by default
            named = fields_of(typ, {**GOOD[typ], name: value})
            assert all(one == name or one.startswith(f"{name}.") for one in named), (value, named)


def test_each_wrong_field_of_a_manifest_line_is_named_with_its_line() -> None:
    for name in LINE:
        for value in WRONG[name]:
            lines = [LINE, {**LINE, name: value}]
            body = {**GOOD["open_manifest"], "lines": lines}
            assert fields_of("open_manifest", body) == [f"lines.1.{name}"]


def test_all_wrong_fields_are_named_at_once() -> None:
    assert set(fields_of("fill", {"weight_kg": "x", "more": 1})) == {
        "containers", "batch", "weight_kg", "more",
    }  # fmt: skip


def test_a_container_cannot_be_merged_into_itself() -> None:
    body = {**GOOD["merge"], "containers": [OTHER, CODE], "into": CODE}
    assert fields_of("merge", body) == ["into"]


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEventType) as caught:
        parse_body("teleport", {})
    assert caught.value.facts == {"typ": "teleport"}


def test_which_containers_an_event_is_about() -> None:
    about = {
        typ: container_roles(typ, {**(ON if typ in LOOSE else {}), **body})
        for typ, body in GOOD.items()
    }
    packed = {CODE: "input", OTHER: "output"}
    special = {
        **dict.fromkeys(("merge", "split", "repack"), packed),
        "accept_in_part": {CODE: "subject", OTHER: "refused"},
        "produce_secondary": {CODE: "source"},
    }
    for typ, roles in about.items():
        none = "containers" not in GOOD[typ] and typ not in LOOSE
        assert roles == special.get(typ, {} if none else {CODE: "subject"}), typ


def test_weights_are_exact() -> None:
    for text in ("0", "0.001", "180", "180.5", "999999999.999"):
        body = parse_body("treat", {**GOOD["treat"], "weight_kg": text})
        assert body.kilograms == Decimal(text)
    assert parse_body("store_in", GOOD["store_in"]).kilograms is None
    assert parse_body("capture_frame", GOOD["capture_frame"]).kilograms is None


def why(name: str) -> str:
    """Why it is refused."""
    return f"cannot be corrected: {UNCORRECTABLE[name]}"


@pytest.mark.parametrize("name", UNCORRECTABLE)
def test_what_cannot_be_corrected_by_its_nature_is_refused_with_why(name: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        parse_body("correct", {**GOOD["correct"], "field": name})
    fields = [{"field": "field", "problem": f"Value error, {name} {why(name)}"}]
    assert caught.value.facts["fields"] == fields


@pytest.mark.parametrize("code", ["90009903", "900-099-S3", "900099S03", "900-099-s03", "SW03", ""])
def test_a_heap_has_a_waste_code_in_its_one_spelling(code: str) -> None:
    for good in ("900-099-S03", "900-249-08"):
        assert container_roles("take_stock", {**HEAP, "waste_code": good}) == {}
    with pytest.raises(MalformedBody):
        parse_body("take_stock", {**HEAP, "waste_code": code})
