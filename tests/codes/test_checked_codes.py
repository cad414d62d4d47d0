"""Codes with check characters: known vectors, and every single wrong character is caught."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waste_trace.codes import digital_id, facility_code, gs1, org_code, uscc
from waste_trace.codes.errors import InvalidCode

VECTORS = (
    "91130200699229617X",
    "914403001922038216",
    "9144030071526726XG",
    "91330100716105852F",
    "12100000470095016Q",
)

unit_codes = st.builds(
    uscc.build,
    department=st.sampled_from("159Y"),
    kind=st.sampled_from("1239"),
    region=st.from_regex(r"[0-9]{6}", fullmatch=True),
    organisation=st.text(uscc.ALPHABET, min_size=9, max_size=9),
)
digits12 = st.from_regex(r"[0-9]{12}", fullmatch=True)


@pytest.mark.parametrize("text", VECTORS)
def test_published_unit_codes_parse_into_their_parts(text: str) -> None:
    parsed = uscc.parse(text)
    assert str(parsed) == text
    assert parsed.region == text[2:8]
    assert parsed.organisation_is_checked


@given(unit_codes)
def test_built_unit_codes_parse_back(code: uscc.Uscc) -> None:
    assert uscc.parse(str(code)) == code


@given(unit_codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_every_single_wrong_character_of_a_unit_code_is_caught(
    code: uscc.Uscc, index: int, character: str
) -> None:
    text = str(code)
    wrong = text[:index] + character + text[index + 1 :]
    if wrong == text:
        assert uscc.parse(wrong) == code
    else:
        with pytest.raises(InvalidCode):
            uscc.parse(wrong)


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        ("91330100716105852", "length"),
        ("91330100716105852F\n", "length"),
        ("9133010071610585IF", "organisation"),
        ("91A30100716105852F", "region"),
        ("91330100716105852G", "check"),
        ("91330100716105852f", "check"),
        ("913301007１6105852F", "organisation"),
        ("S1330100716105852F", "department"),
    ],
)
def test_a_wrong_unit_code_names_its_segment(text: str, segment: str) -> None:
    with pytest.raises(InvalidCode) as caught:
        uscc.parse(text)
    assert caught.value.scheme == "uscc"
    assert caught.value.segment == segment
    assert caught.value.do_zh


def test_organisation_codes_of_the_standard_check() -> None:
    assert str(org_code.parse("71610585-2")) == "71610585-2"
    assert org_code.parse("716105852").compact == "716105852"
    assert org_code.build("69922961").check == "7"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=8, max_size=8))
def test_built_organisation_codes_parse_back(body: str) -> None:
    built = org_code.build(body)
    assert org_code.parse(str(built)) == built == org_code.parse(built.compact)


@given(digits12, st.integers(0, 12), st.sampled_from("0123456789"))
def test_every_single_wrong_digit_of_a_location_number_is_caught(
    body: str, index: int, digit: str
) -> None:
    text = str(gs1.build_gln(body))
    wrong = text[:index] + digit + text[index + 1 :]
    if wrong == text:
        assert gs1.parse_gln(wrong).body == body
    else:
        with pytest.raises(InvalidCode, match="check digit"):
            gs1.parse_gln(wrong)


def test_location_number_vector() -> None:
    assert gs1.build_gln("690123456789").check == "2"
    assert str(gs1.parse_gln("6901234567892")) == "6901234567892"


@given(digits12, st.text("ABC123-./", max_size=16))
def test_asset_numbers_parse_back(asset_type: str, serial: str) -> None:
    built = gs1.build_grai(asset_type, serial)
    assert gs1.parse_grai(str(built)) == built


@pytest.mark.parametrize("text", ["1", "06901234567893", "069012345678921234567890123456X"])
def test_wrong_asset_numbers_are_refused(text: str) -> None:
    with pytest.raises(InvalidCode):
        gs1.parse_grai(text)


@given(unit_codes, st.integers(0, 999), st.sampled_from("PQRVX"))
def test_sites_and_their_facilities_parse_back(unit: uscc.Uscc, sequence: int, suffix: str) -> None:
    site = facility_code.build_site(unit, sequence, suffix)
    storage = facility_code.build("TS", 1, site)
    assert facility_code.parse(str(site)) == site
    assert facility_code.parse(str(storage)) == storage
    assert str(storage).endswith("-TS001")
    assert storage.holds_solid_waste


def test_the_site_printed_in_the_standard_and_bare_facilities() -> None:
    site = facility_code.parse("91130200699229617X001P")
    assert isinstance(site, facility_code.SiteCode)
    assert (str(site.unit), site.sequence, site.suffix) == ("91130200699229617X", "001", "P")
    assert facility_code.parse("MF0001") == facility_code.FacilityCode("MF", "0001")
    for wrong, segment in (("MF001", "facility"), ("TS0001", "facility"), ("X" * 22, "site")):
        with pytest.raises(InvalidCode) as caught:
            facility_code.parse(wrong)
        assert caught.value.segment == segment


@pytest.mark.parametrize("text", VECTORS)
def test_no_other_character_anywhere_and_no_exchange_of_neighbours_passes(text: str) -> None:
    for index, right in enumerate(text):
        for character in set(uscc.ALPHABET) - {right}:
            with pytest.raises(InvalidCode):
                uscc.parse(text[:index] + character + text[index + 1 :])
    for index, (left, right) in enumerate(pairwise(text)):
        if left != right:
            with pytest.raises(InvalidCode):
                uscc.parse(text[:index] + right + left + text[index + 2 :])


@pytest.mark.parametrize("body", ["D2143569", "11223344", "ABCDWXYZ", "00000000"])
def test_every_single_wrong_character_of_an_organisation_code_is_caught(body: str) -> None:
    text = str(org_code.build(body))
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    passed = [
        (index, character)
        for index, right in enumerate(text)
        for character in alphabet
        if character != right and _is_organisation(text[:index] + character + text[index + 1 :])
    ]
    # GB 11714 counts modulo 11 over 36 characters: characters 11 or 22 apart look the same to it.
    for index, character in passed:
        apart = abs(alphabet.index(character) - alphabet.index(text[index]))
        assert apart in (11, 22, 33), (index, character)
    digits = [one for one in passed if one[1].isdigit() and text[one[0]].isdigit()]
    assert digits == []


def _is_organisation(text: str) -> bool:
    try:
        org_code.parse(text)
    except InvalidCode:
        return False
    return True


@given(digits12, st.integers(1, 13), st.sampled_from("0123456789"))
def test_every_single_wrong_digit_of_an_asset_number_is_caught(
    body: str, index: int, digit: str
) -> None:
    text = str(gs1.build_grai(body, "X1"))
    wrong = text[:index] + digit + text[index + 1 :]
    if wrong == text:
        assert str(gs1.parse_grai(wrong)) == text
    else:
        with pytest.raises(InvalidCode):
            gs1.parse_grai(wrong)


@given(unit_codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_the_unit_inside_longer_codes_is_checked_too(
    unit: uscc.Uscc, index: int, character: str
) -> None:
    right = str(unit)
    wrong = right[:index] + character + right[index + 1 :]
    longer = (
        (digital_id.parse, f"{wrong}9002490820261123001"),
        (facility_code.parse_site, f"{wrong}001P"),
    )
    for parse, text in longer:
        if wrong == right:
            assert str(parse(text)) == text
        else:
            with pytest.raises(InvalidCode):
                parse(text)


@given(st.none() | digits12, st.none() | digits12)
def test_alternates_are_found_again_in_a_remark(gln: str | None, asset: str | None) -> None:
    pair = (
        None if gln is None else gs1.build_gln(gln),
        None if asset is None else gs1.build_grai(asset, "A7"),
    )
    assert gs1.parse_remark(f"第3批 {gs1.spell_remark(*pair)}") == pair
    if pair[0] is not None:
        spoiled = f"{pair[0].body}{(int(pair[0].check) + 1) % 10}"
        with pytest.raises(InvalidCode):
            gs1.parse_remark(f"GLN {spoiled}")
