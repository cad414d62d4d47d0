"""Digital ids, batches, manifests, regions, waste codes and plates: round trips and refusals."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codes.test_checked_codes import unit_codes
from waste_trace.codes import batch_code, digital_id, manifest_number, plate, region, waste_code
from waste_trace.codes.batch_code import BatchFamily
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.waste_code import WasteKind

EXAMPLE = "91330100716105852F9002490820261123001"
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
three = st.from_regex(r"[0-9]{3}", fullmatch=True)
two = st.from_regex(r"[0-9]{2}", fullmatch=True)
hazardous = st.builds(
    waste_code.build,
    industry=three,
    serial=three,
    waste_class=two,
    kind=st.just(WasteKind.HAZARDOUS),
)
digital_ids = st.builds(
    digital_id.build, unit=unit_codes, waste=hazardous, day=days, sequence=st.integers(1, 999)
)


def test_the_example_of_the_standard_splits_into_four_segments() -> None:
    parsed = digital_id.parse(EXAMPLE)
    assert str(parsed.unit) == "91330100716105852F"
    assert str(parsed.waste) == "900-249-08"
    assert parsed.day == date(2026, 11, 23)
    assert parsed.sequence == 1
    assert str(parsed) == EXAMPLE
    assert parsed.spaced == "91330100716105852F 90024908 20261123 001"


@given(digital_ids)
def test_digital_ids_parse_back(code: digital_id.DigitalId) -> None:
    assert digital_id.parse(str(code)) == code
    assert len(str(code)) == digital_id.LENGTH


@pytest.mark.parametrize(
    ("start", "new", "segment"),
    [
        (0, "81", "unit"),
        (17, "G", "unit"),
        (18, "9O", "waste"),
        (26, "20260230", "date"),
        (26, "２", "date"),
        (34, "000", "sequence"),
        (34, "0A1", "sequence"),
    ],
)
def test_a_wrong_segment_is_named(start: int, new: str, segment: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        digital_id.parse(EXAMPLE[:start] + new + EXAMPLE[start + len(new) :])
    assert caught.value.segment == segment
    assert caught.value.facts["scheme"] == "digital_id"


@pytest.mark.parametrize("text", ["", EXAMPLE[:-1], EXAMPLE + "0", EXAMPLE + "\n"])
def test_wrong_lengths_are_refused(text: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        digital_id.parse(text)
    assert caught.value.segment == "length"


def test_a_code_of_tomorrow_is_refused_today() -> None:
    code = digital_id.parse(EXAMPLE)
    code.check_not_after(date(2026, 11, 23))
    with pytest.raises(InvalidCode):
        code.check_not_after(date(2026, 11, 22))


def test_a_thousandth_container_and_solid_waste_have_no_digital_id() -> None:
    code = digital_id.parse(EXAMPLE)
    with pytest.raises(InvalidCode, match="999"):
        digital_id.build(code.unit, code.waste, code.day, 1000)
    with pytest.raises(InvalidCode, match="hazardous"):
        digital_id.build(code.unit, waste_code.parse("900-001-S17"), code.day, 1)


@given(st.sampled_from(list(BatchFamily)), days, st.integers(1, 999))
def test_batches_parse_back_and_the_longest_family_wins(
    family: BatchFamily, day: date, sequence: int
) -> None:
    built = batch_code.build(family, day, sequence)
    assert batch_code.parse(str(built)) == built


def test_store_out_is_not_export() -> None:
    assert batch_code.parse("HWCK20211031001").family is BatchFamily.STORED_OUT
    assert batch_code.parse("HWCKLY20211031001").family is BatchFamily.EXPORTED_USE
    assert batch_code.parse("HWCKCZ20211031001").family.table == "B.5"
    assert batch_code.parse("HWCS20211031001").family.zh == "产生"


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("HWXX20211031001", "family"),
        ("HWCS2021103101", "length"),
        ("HWCS20211331001", "date"),
        ("HWCKLY20211031000", "sequence"),
        ("hwcs20211031001", "family"),
    ],
)
def test_wrong_batches_name_their_segment(text: str, segment: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        batch_code.parse(text)
    assert caught.value.segment == segment


@given(
    st.integers(2000, 2099),
    st.sampled_from(sorted(region.PROVINCES)),
    two,
    st.integers(0, 999_999),
)
def test_manifest_numbers_parse_back(year: int, province: str, city: str, sequence: int) -> None:
    built = manifest_number.build(year, province, city, sequence)
    assert manifest_number.parse(str(built)) == built


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("2026331000000", "length"),
        ("19263310000001", "year"),
        ("20269910000001", "province"),
        ("202633A0000001", "city"),
        ("2026331000000O", "sequence"),
    ],
)
def test_wrong_manifest_numbers_name_their_segment(text: str, segment: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        manifest_number.parse(text)
    assert caught.value.segment == segment


def test_the_taizhou_example() -> None:
    parsed = manifest_number.parse("20263310000001")
    assert (parsed.year, parsed.province, parsed.city, parsed.sequence) == (2026, "33", "10", 1)


@given(three, three, two, st.sampled_from(list(WasteKind)))
def test_waste_codes_parse_back_with_and_without_hyphens(
    industry: str, serial: str, waste_class: str, kind: WasteKind
) -> None:
    built = waste_code.build(industry, serial, waste_class, kind)
    assert waste_code.parse(str(built)) == built == waste_code.parse(built.compact)


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("900-249", "text"),
        ("90024-908", "text"),
        ("9OO-249-08", "industry"),
        ("900-2A9-08", "serial"),
        ("900-249-X8", "class"),
        ("900-249-008", "class"),
        ("900-001-S1", "class"),
        ("９00-249-08", "industry"),
    ],
)
def test_wrong_waste_codes_name_their_segment(text: str, segment: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        waste_code.parse(text)
    assert caught.value.segment == segment


def test_waste_codes_know_their_class() -> None:
    assert waste_code.parse("90024908").category == "HW08"
    assert waste_code.parse("900-001-S17").category == "SW17"
    assert waste_code.parse("900-000-49").by_testing


@given(st.sampled_from(sorted(region.PROVINCES)), two, two)
def test_regions_parse_back_and_contain_their_parts(
    province: str, city: str, district: str
) -> None:
    built = region.build(province, city, district)
    assert region.parse(str(built)) == built
    assert region.parse(f"{province}0000").contains(built)
    assert built.contains(region.build(province, city, district, "001", "002"))


def test_regions_outside_the_standard_are_refused() -> None:
    assert not region.parse("330400").contains(region.parse("330500"))
    assert region.parse("330482").province_name == "浙江省"
    for wrong in ("993300", "33048", "33048A"):
        with pytest.raises(InvalidCode):
            region.parse(wrong)


@pytest.mark.parametrize(
    ("text", "kind", "spelled"),
    [
        ("浙F12345", plate.PlateKind.FUEL, "33F12345"),
        ("浙J1234挂", plate.PlateKind.TRAILER, "33J1234-GUA"),
        ("浙FD12345", plate.PlateKind.NEW_ENERGY_SMALL, "33FD12345"),
        ("沪A12345D", plate.PlateKind.NEW_ENERGY_LARGE, "31A12345D"),
        ("粤ZF023港", plate.PlateKind.FUEL, "44ZF023-GANG"),
    ],
)
def test_plates_parse_and_spell_in_ascii(text: str, kind: plate.PlateKind, spelled: str) -> None:
    parsed = plate.parse(text)
    assert str(parsed) == text
    assert parsed.kind is kind
    assert parsed.spelled == spelled
    assert plate.parse_spelled(spelled) == parsed


def test_the_painted_dot_of_a_plate_is_ignored() -> None:
    assert plate.parse("浙F·12345") == plate.parse("浙F12345")


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("X12345", "province"),
        ("浙112345", "authority"),
        ("浙FI2345", "serial"),
        ("浙F1234", "serial"),
    ],
)
def test_wrong_plates_name_their_segment(text: str, segment: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        plate.parse(text)
    assert caught.value.segment == segment
