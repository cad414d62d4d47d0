"""Signed QR texts: genuine, forged, of another issuer, mangled on the way; and recognition."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codes.test_dated_codes import EXAMPLE, digital_ids
from waste_trace.codes import digital_id, label_token, place_token
from waste_trace.codes.digital_id import DigitalId
from waste_trace.codes.errors import ForgedLabel, InvalidCode, UnknownIssuer
from waste_trace.codes.place_token import PlaceKind
from waste_trace.codes.recognise import recognise
from waste_trace.codes.signature import key_id
from waste_trace.ledger.keys import SigningKey

KEY = SigningKey.from_private_bytes("ed25519", bytes(range(32)))
OTHER = SigningKey.from_private_bytes("ed25519", bytes(32))
KEYS = {key_id(KEY.public_key): KEY.public_key}
QR_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]+")


@given(digital_ids, st.integers(0, 999_999))
def test_labels_parse_back_and_verify(code: DigitalId, rotation: int) -> None:
    token = label_token.sign(code, rotation, KEY)
    assert label_token.parse(token.text) == token
    assert QR_ALPHANUMERIC.fullmatch(token.text)
    label_token.verify(token, KEYS)


def test_the_signed_bytes_are_the_documented_ones() -> None:
    token = label_token.sign(digital_id.parse(EXAMPLE), 2, KEY)
    issuer = key_id(KEY.public_key)
    message = f"waste-trace-label-v1\n{EXAMPLE}.2.{issuer}".encode()
    assert token.signature == KEY.sign(message)
    assert token.text.startswith(f"HTTPS://TRACE.PINGHU.EXAMPLE/Q/{EXAMPLE}.2.{issuer}.")
    assert len(token.text) == 31 + 37 + 3 + 8 + 1 + 103


@given(st.data())
def test_no_changed_character_of_a_label_verifies(data: st.DataObject) -> None:
    text = label_token.sign(digital_id.parse(EXAMPLE), 0, KEY).text
    start = text.index("/Q/") + 3
    index = data.draw(st.integers(start, len(text) - 1))
    character = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-"))
    changed = text[:index] + character + text[index + 1 :]
    if changed == text:
        label_token.verify(label_token.parse(changed), KEYS)
        return
    with pytest.raises((InvalidCode, ForgedLabel, UnknownIssuer)):
        label_token.verify(label_token.parse(changed), KEYS)


def test_a_label_of_another_issuer_is_unknown_and_a_borrowed_key_id_is_forged() -> None:
    foreign = label_token.sign(digital_id.parse(EXAMPLE), 0, OTHER)
    with pytest.raises(UnknownIssuer):
        label_token.verify(foreign, KEYS)
    with pytest.raises(ForgedLabel):
        label_token.verify(replace(foreign, key_id=key_id(KEY.public_key)), KEYS)
    with pytest.raises(ForgedLabel):
        label_token.verify(
            replace(label_token.sign(digital_id.parse(EXAMPLE), 0, KEY), rotation=1), KEYS
        )


@pytest.mark.parametrize(
    ("old", "new", "segment"),
    [
        ("/Q/", "/X/", "text"),
        (f"{EXAMPLE}.0", f"{EXAMPLE}.00", "rotation"),
        ("TRACE.PINGHU", "trace.pinghu", "host"),
        (EXAMPLE, EXAMPLE[:-3] + "000", "sequence"),
        (key_id(KEY.public_key), "0000000G", "key_id"),
    ],
)
def test_a_damaged_label_names_its_segment(old: str, new: str, segment: str) -> None:
    text = label_token.sign(digital_id.parse(EXAMPLE), 0, KEY).text
    with pytest.raises(InvalidCode) as caught:
        label_token.parse(text.replace(old, new, 1))
    assert caught.value.segment == segment


def test_a_signature_has_one_spelling() -> None:
    text = label_token.sign(digital_id.parse(EXAMPLE), 0, KEY).text
    base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    sibling = base32[base32.index(text[-1]) + 1]
    with pytest.raises(InvalidCode) as caught:
        label_token.parse(text[:-1] + sibling)
    assert caught.value.segment == "signature"


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (PlaceKind.SITE, "91130200699229617X001P"),
        (PlaceKind.FACILITY, "91130200699229617X001P-TS001"),
        (PlaceKind.POINT, "CNC-07"),
        (PlaceKind.ZONE, "TS001-A-03"),
        (PlaceKind.VEHICLE, "浙J1234挂"),
        (PlaceKind.CAMERA, "CAM-GATE-1"),
        (PlaceKind.SCALE, "SCALE-1"),
        (PlaceKind.PERSON, "usr_k3v9q2"),
    ],
)
def test_places_parse_back_verify_and_name_their_subject(kind: PlaceKind, subject: str) -> None:
    token = place_token.sign(kind, place_token.spell_subject(kind, subject), KEY)
    assert place_token.parse(token.text) == token
    assert QR_ALPHANUMERIC.fullmatch(token.text)
    assert token.subject == subject
    place_token.verify(token, KEYS)
    with pytest.raises(ForgedLabel):
        place_token.verify(replace(token, code=token.code[:-1] + "Z"), KEYS)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (PlaceKind.PERSON, "K3V9Q2"),
        (PlaceKind.VEHICLE, "99J12345"),
        (PlaceKind.SITE, "TS001"),
        (PlaceKind.POINT, "a"),
        (PlaceKind.POINT, ""),
        (PlaceKind.POINT, "A" * 49),
    ],
)
def test_codes_that_do_not_fit_their_kind_are_refused(kind: PlaceKind, code: str) -> None:
    with pytest.raises(InvalidCode):
        place_token.sign(kind, code, KEY)


def test_a_label_signature_is_no_place_signature() -> None:
    token = place_token.sign(PlaceKind.POINT, "CNC-07", KEY)
    assert token.message.startswith(b"waste-trace-place-v1\n")
    assert label_token.sign(digital_id.parse(EXAMPLE), 0, KEY).message[:21] != token.message[:21]


def test_everything_that_can_be_scanned_is_recognised() -> None:
    label = label_token.sign(digital_id.parse(EXAMPLE), 0, KEY)
    place = place_token.sign(PlaceKind.CAMERA, "CAM-1", KEY)
    scanned = {
        label.text: ("label_token", label),
        place.text: ("place_token", place),
        EXAMPLE: ("digital_id", digital_id.parse(EXAMPLE)),
        "20263310000001": ("manifest_number", None),
        "HWCK20261123001": ("batch_code", None),
    }
    for text, (scheme, value) in scanned.items():
        found = recognise(text)
        assert found.scheme == scheme
        assert str(found.value) == text
        assert value is None or found.value == value


def test_what_wedges_and_input_methods_did_is_undone() -> None:
    text = label_token.sign(digital_id.parse(EXAMPLE), 0, KEY).text
    full_width = text.translate({ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))})
    for mangled in (
        text + "\r\n",
        "\x02" + text + "\x03",
        text.lower(),
        full_width,
        text.replace(".", "。").replace("/", "、"),
    ):
        assert str(recognise(mangled).value) == text


@pytest.mark.parametrize("text", ["", "hello", "https://example.com/Q", "1" * 37, "A" * 100_000])
def test_other_texts_are_not_recognised(text: str) -> None:
    with pytest.raises(InvalidCode):
        recognise(text)


@given(st.text(max_size=300))
def test_any_text_is_a_code_or_an_invalid_code(text: str) -> None:
    with pytest.raises(InvalidCode):
        recognise(text)
