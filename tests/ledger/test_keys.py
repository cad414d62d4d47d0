"""Signatures: known answers, the strict rule, and malformed input that must not get through."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.curves import BASE, D, L, P, add, encode, times, torsion
from waste_trace.ledger import keys
from waste_trace.ledger.errors import InvalidSignature, MalformedKey
from waste_trace.ledger.keys import (
    ALGORITHMS,
    LOW_ORDER_ENCODINGS,
    Algorithm,
    SigningKey,
    check_public_key,
    verify,
)

# RFC 8032 §7.1, tests 1 to 3: seed, public key, message, signature.
RFC8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
# RFC 6979 A.2.5, P-256 with SHA-256, message "sample".
P256_SECRET = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
P256_PUBLIC = (
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
P256_SIGNATURE = (
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)
P256_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC8032)
def test_rfc8032(seed: str, public: str, message: str, signature: str) -> None:
    key = SigningKey.from_private_bytes("ed25519", bytes.fromhex(seed))
    assert key.public_key.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    verify("ed25519", key.public_key, bytes.fromhex(signature), bytes.fromhex(message))


def test_rfc6979_p256() -> None:
    key = SigningKey.from_private_bytes("p256", bytes.fromhex(P256_SECRET))
    assert key.public_key.hex() == P256_PUBLIC
    assert key.sign(b"sample").hex() == P256_SIGNATURE
    verify("p256", key.public_key, bytes.fromhex(P256_SIGNATURE), b"sample")


def test_p256_accepts_both_s_as_webcrypto_makes_them() -> None:
    r, s = P256_SIGNATURE[:64], int(P256_SIGNATURE[64:], 16)
    other = bytes.fromhex(r) + (P256_N - s).to_bytes(32, "big")
    verify("p256", bytes.fromhex(P256_PUBLIC), other, b"sample")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(message=st.binary(max_size=64), position=st.integers(0, 511))
def test_one_flipped_bit_anywhere_is_seen(
    algorithm: Algorithm, message: bytes, position: int
) -> None:
    key = SigningKey.from_private_bytes(algorithm, b"\x07" * 32)
    signature = bytearray(key.sign(message))
    verify(algorithm, key.public_key, bytes(signature), message)
    signature[position // 8] ^= 1 << position % 8
    with pytest.raises(InvalidSignature):
        verify(algorithm, key.public_key, bytes(signature), message)
    with pytest.raises(InvalidSignature):
        verify(algorithm, key.public_key, key.sign(message), message + b"\x00")


def test_the_low_order_encodings_are_all_of_order_8_or_less() -> None:
    assert len(LOW_ORDER_ENCODINGS) == 14
    points = set()
    for encoding in LOW_ORDER_ENCODINGS:
        y = (int.from_bytes(encoding, "little") & (2**255 - 1)) % P
        square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        x = pow(square, (P + 3) // 8, P)
        if x * x % P != square:
            x = x * pow(2, (P - 1) // 4, P) % P
        assert x * x % P == square
        points |= {(x, y), (-x % P, y)}
        eightfold = (x, y)
        for _ in range(3):
            eightfold = add(eightfold, eightfold)
        assert eightfold == (0, 1)
    assert len(points) == 8  # the whole torsion group: none is left out


@pytest.mark.parametrize("point", sorted(LOW_ORDER_ENCODINGS), ids=bytes.hex)
def test_low_order_key_or_r_is_refused(point: bytes) -> None:
    # With A of order 1, R = A and S = 0 satisfies the bare equation for every message.
    with pytest.raises(InvalidSignature):
        verify("ed25519", point, point + bytes(32), b"any message")
    with pytest.raises(MalformedKey):
        check_public_key("ed25519", point)
    key = SigningKey.from_private_bytes("ed25519", b"\x07" * 32)
    with pytest.raises(InvalidSignature):
        verify("ed25519", key.public_key, point + key.sign(b"m")[32:], b"m")


def test_s_that_is_not_reduced_is_refused() -> None:
    key = SigningKey.from_private_bytes("ed25519", b"\x07" * 32)
    signature = key.sign(b"m")
    s = int.from_bytes(signature[32:], "little") + L
    with pytest.raises(InvalidSignature):
        verify("ed25519", key.public_key, signature[:32] + s.to_bytes(32, "little"), b"m")


def mixed_order_key(a: int) -> tuple[bytes, tuple[int, int]]:
    """The point aB plus a point of order 8: on the curve, reduced, and not of low order itself."""
    mixed = add(times(a, BASE), torsion()[1])
    return encode(mixed), mixed


def verdict(by: str, public_key: bytes, signature: bytes, message: bytes) -> bool:
    """What one library says, under the strict rule that stands before both."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "HAS_LIBSODIUM", by == "libsodium")
        try:
            verify("ed25519", public_key, signature, message)
        except InvalidSignature:
            return False
        return True


def both(public_key: bytes, signature: bytes, message: bytes) -> set[bool]:
    """The verdicts of both libraries."""
    return {verdict(by, public_key, signature, message) for by in ("libsodium", "openssl")}


def test_both_libraries_agree_where_cofactors_matter() -> None:
    """A key of mixed order: the bare equation holds for one message in eight, and only then."""
    assert keys.HAS_LIBSODIUM
    a, r = 0x1234567890ABCDEF << 64 | 7, 0xFEDCBA0987654321 << 64 | 5
    public_key, _ = mixed_order_key(a)
    big_r = encode(times(r, BASE))
    verdicts = []
    for number in range(64):
        message = number.to_bytes(2, "big")
        h = int.from_bytes(hashlib.sha512(big_r + public_key + message).digest(), "little") % L
        signature = big_r + ((r + h * a) % L).to_bytes(32, "little")
        found = both(public_key, signature, message)
        assert len(found) == 1, message
        verdicts.append((h % 8 == 0, *found))
    assert set(verdicts) == {(True, True), (False, False)}


@given(message=st.binary(max_size=64), noise=st.binary(min_size=96, max_size=96), at=st.data())
def test_both_libraries_agree_on_what_is_bent(
    message: bytes, noise: bytes, at: st.DataObject
) -> None:
    key = SigningKey.from_private_bytes("ed25519", noise[:32])
    signed = key.public_key + key.sign(message)
    assert both(signed[:32], signed[32:], message) == {True}
    bent = bytearray(signed)
    for place in at.draw(st.lists(st.integers(0, 95), min_size=1, max_size=4)):
        bent[place] = noise[place]
    assert len(both(bytes(bent[:32]), bytes(bent[32:]), message)) == 1
    assert both(noise[:32], noise[32:], message) == {False}


def test_key_that_is_not_reduced_is_refused() -> None:
    unreduced = (2**255 - 19 + 3).to_bytes(32, "little")
    with pytest.raises(InvalidSignature):
        verify("ed25519", unreduced, bytes(64), b"m")


@pytest.mark.parametrize("algorithm", [*ALGORITHMS, "rsa", ""])
@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), bytes(33), bytes(65), b"\x04" * 65])
@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64])
def test_malformed_keys_and_lengths(algorithm: str, key: bytes, signature: bytes) -> None:
    with pytest.raises(InvalidSignature):
        verify(algorithm, key, signature, b"m")


@pytest.mark.parametrize("argument", [1, 2, 3])
def test_anything_but_bytes_is_an_invalid_signature(argument: int) -> None:
    arguments: list[object] = ["ed25519", bytes(32), bytes(64), b"m"]
    arguments[argument] = "text"
    with pytest.raises(InvalidSignature):
        verify(*arguments)  # type: ignore[arg-type]  # what a careless caller would pass


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (P256_N, 1), (1, P256_N)])
def test_p256_range(r: int, s: int) -> None:
    with pytest.raises(InvalidSignature):
        verify(
            "p256",
            bytes.fromhex(P256_PUBLIC),
            r.to_bytes(32, "big") + s.to_bytes(32, "big"),
            b"sample",
        )


@pytest.mark.parametrize("prefix", ["02", "03", "06"])
def test_p256_takes_only_uncompressed_points(prefix: str) -> None:
    compressed = bytes.fromhex(prefix + P256_PUBLIC[2:66])
    padded = bytes.fromhex(prefix + P256_PUBLIC[2:])
    for public_key in (compressed, padded):
        with pytest.raises(InvalidSignature):
            verify("p256", public_key, bytes.fromhex(P256_SIGNATURE), b"sample")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_key_files_open_only_with_their_passphrase(algorithm: Algorithm) -> None:
    key = SigningKey.generate(algorithm)
    pem = key.to_pem("平湖 2026")
    assert b"ENCRYPTED" in pem
    assert SigningKey.from_pem(pem, "平湖 2026").public_key == key.public_key
    assert SigningKey.from_private_bytes(algorithm, key.private_bytes()).sign(b"m")
    for wrong in ("", "other"):
        with pytest.raises(MalformedKey):
            SigningKey.from_pem(pem, wrong)
    with pytest.raises(MalformedKey):
        key.to_pem("")
    with pytest.raises(MalformedKey):
        SigningKey.from_pem(b"no key", "x")


def test_the_secret_is_not_shown() -> None:
    key = SigningKey.from_private_bytes("ed25519", b"\x07" * 32)
    assert (b"\x07" * 8).hex() not in repr(key)


@pytest.mark.parametrize("secret", [b"", bytes(31), bytes(33)])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_private_bytes_of_a_wrong_length(algorithm: Algorithm, secret: bytes) -> None:
    with pytest.raises(MalformedKey):
        SigningKey.from_private_bytes(algorithm, secret)
