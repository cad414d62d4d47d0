"""A hash that nobody's password has looks and costs like any other."""

from argon2 import extract_parameters

from waste_trace.services.passwords import hash_password, is_password, unknown_password


def test_a_hash_that_no_password_has_is_like_any_other() -> None:
    real, unknown = hash_password("four unrelated words"), unknown_password()
    assert extract_parameters(unknown) == extract_parameters(real)
    assert len(unknown) == len(real)
    assert is_password(real, "four unrelated words")
    assert not is_password(unknown, "four unrelated words")
    assert unknown != unknown_password()
