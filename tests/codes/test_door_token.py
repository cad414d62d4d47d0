"""The link at a producer's door: genuine or refused, whatever was changed in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import FACTORY, GARAGE, PLATFORM
from waste_trace.codes import door_token
from waste_trace.codes.errors import ForgedLabel, InvalidCode, UnknownIssuer
from waste_trace.codes.signature import key_id
from waste_trace.ledger.keys import SigningKey

KEY = SigningKey.from_private_bytes("ed25519", bytes(range(32)))
ISSUERS = {key_id(KEY.public_key): KEY.public_key}
TEXT = door_token.sign(PLATFORM, GARAGE, KEY).text
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./:"


def test_what_was_signed_is_read_back() -> None:
    token = door_token.parse(TEXT)
    door_token.verify(token, ISSUERS)
    assert (token.platform, token.producer, token.text) == (PLATFORM, GARAGE, TEXT)


@given(st.integers(TEXT.index("/C/"), len(TEXT) - 1), st.sampled_from(ALPHABET))
def test_no_character_can_be_changed(place: int, character: str) -> None:
    altered = TEXT[:place] + character + TEXT[place + 1 :]
    if altered == TEXT:
        return
    with pytest.raises((InvalidCode, ForgedLabel, UnknownIssuer)):
        door_token.verify(door_token.parse(altered), ISSUERS)


def test_a_link_for_one_door_opens_no_other() -> None:
    for old, new in ((GARAGE, FACTORY), (PLATFORM, FACTORY)):
        with pytest.raises(ForgedLabel):
            door_token.verify(door_token.parse(TEXT.replace(old, new)), ISSUERS)
    with pytest.raises(UnknownIssuer):
        door_token.verify(door_token.parse(TEXT), {})


def test_only_organisations_have_doors() -> None:
    for platform, producer in ((PLATFORM, "X" * 18), ("", GARAGE)):
        with pytest.raises(InvalidCode):
            door_token.sign(platform, producer, KEY)
