"""Edge cases of both signature schemes, built from the definitions, as public suites have them.

Every library must give one answer under our strict rule: the plain curve in ``curves`` says which,
and libsodium (PyNaCl) must never accept what the rule refuses or refuse what it accepts.
"""

import hashlib
import itertools

import pytest
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from tests.ledger import curves
from tests.ledger.curves import BASE, IDENTITY, G, L, N, Nist, P, Point, Q
from waste_trace.ledger.errors import InvalidSignature, MalformedKey
from waste_trace.ledger.keys import LOW_ORDER_ENCODINGS, SigningKey, check_public_key, verify

A, R = 0x1234567890ABCDEF, 0xFEDCBA0987654321
TORSION = curves.torsion()


def accepts(key: bytes, signature: bytes, message: bytes, algorithm: str = "ed25519") -> bool:
    """Our verdict."""
    try:
        verify(algorithm, key, signature, message)
    except InvalidSignature:
        return False
    return True


def sodium_accepts(key: bytes, signature: bytes, message: bytes) -> bool:
    """libsodium's verdict, under the part of our rule that it leaves to its caller."""
    if key in LOW_ORDER_ENCODINGS or signature[:32] in LOW_ORDER_ENCODINGS:
        return False
    if int.from_bytes(signature[32:], "little") >= L:
        return False
    try:
        VerifyKey(key).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True


def signed(a: Point, r: Point, message: bytes, *, extra: int = 0) -> tuple[bytes, bytes]:
    """Key and signature that satisfy the equation up to points of low order; S + extra * L."""
    key, commitment = curves.encode(a), curves.encode(r)
    s = (R + curves.challenge(commitment, key, message) * A) % L + extra * L
    return key, commitment + s.to_bytes(32, "little")


def agree(key: bytes, signature: bytes, message: bytes) -> bool:
    """What all say; fails if they do not say the same."""
    expected = curves.strictly_valid(key, signature, message)
    assert accepts(key, signature, message) is expected
    assert sodium_accepts(key, signature, message) is expected
    return expected


def test_a_multiple_is_a_sum() -> None:
    for point in (BASE, curves.times(A, BASE), *TORSION, curves.add(BASE, TORSION[3])):
        total = IDENTITY
        for scalar in range(40):
            assert curves.times(scalar, point) == total
            total = curves.add(total, point)


def test_the_plain_curve_is_the_one_of_rfc8032() -> None:
    secret = SigningKey.from_private_bytes("ed25519", bytes(31) + b"\x07")
    assert curves.times(L, BASE) == IDENTITY
    assert len({curves.times(2, point) for point in TORSION}) == 4
    assert curves.strictly_valid(secret.public_key, secret.sign(b"m"), b"m")
    assert not curves.strictly_valid(secret.public_key, secret.sign(b"m"), b"n")


@pytest.mark.parametrize("torsion_a", range(8))
def test_keys_and_commitments_with_a_part_of_low_order(torsion_a: int) -> None:
    """Verifiers that multiply by the cofactor accept all of these; ours and libsodium do not."""
    a = curves.add(curves.times(A, BASE), TORSION[torsion_a])
    answers = set()
    for torsion_r, number in itertools.product(range(8), range(4)):
        r = curves.add(curves.times(R, BASE), TORSION[torsion_r])
        message = b"mixed %d" % number
        key, signature = signed(a, r, message)
        answers.add(agree(key, signature, message))
        assert curves.valid_with_cofactor(key, signature, message)
    assert answers == {True, False}


def test_s_of_every_size_above_the_order() -> None:
    a, r = curves.times(A, BASE), curves.times(R, BASE)
    assert agree(*signed(a, r, b"m"), b"m")
    for extra in range(1, 8):
        key, signature = signed(a, r, b"m", extra=extra)
        assert not agree(key, signature, b"m")
    for s in (0, 1, L - 1, L, L + 1, 2**252, 2**253 - 1, 2**255, 2**256 - 1):
        key, signature = signed(a, r, b"m")
        assert not agree(key, signature[:32] + s.to_bytes(32, "little"), b"m")


def _unreduced() -> list[bytes]:
    """Every encoding whose y is p or more, of a point or of none, with both signs."""
    return [(y | sign << 255).to_bytes(32, "little") for y in range(P, 2**255) for sign in (0, 1)]


@pytest.mark.parametrize("encoding", _unreduced(), ids=bytes.hex)
def test_an_encoding_that_is_not_reduced_is_neither_key_nor_commitment(encoding: bytes) -> None:
    key, signature = signed(curves.times(A, BASE), curves.times(R, BASE), b"m")
    assert not accepts(encoding, signature, b"m")
    assert not accepts(key, encoding + signature[32:], b"m")
    assert not sodium_accepts(key, encoding + signature[32:], b"m")
    with pytest.raises(MalformedKey):
        check_public_key("ed25519", encoding)


@pytest.mark.parametrize("point", sorted(LOW_ORDER_ENCODINGS), ids=bytes.hex)
def test_low_order_points_with_signatures_that_satisfy_the_equation(point: bytes) -> None:
    """A of low order: S = r satisfies it for every message with 8 | k; R of low order: S = k a."""
    a = curves.times(A, BASE)
    for number in range(8):
        message = b"low %d" % number
        honest = curves.encode(curves.times(R, BASE)) + R.to_bytes(32, "little")
        assert not accepts(point, honest, message)
        assert not sodium_accepts(point, honest, message)
        key = curves.encode(a)
        s = curves.challenge(point, key, message) * A % L
        assert not accepts(key, point + s.to_bytes(32, "little"), message)
        assert not accepts(point, point + bytes(32), message)


MESSAGE = b"p-256 edges"


def raw(r: int, s: int) -> bytes:
    """r and s as WebCrypto joins them."""
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _points() -> dict[str, Nist]:
    """Points whose x is remarkable: the smallest, around n, the largest."""
    found: dict[str, Nist] = {}
    for name, xs in {
        "small": range(1, 100),
        "below n": range(N - 1, N - 100, -1),
        "above n": range(N + 1, N + 100),
        "largest": range(Q - 1, Q - 100, -1),
    }.items():
        found[name] = next(point for x in xs if (point := curves.nist_point(x)) is not None)
    return found


@pytest.mark.parametrize("where", ["small", "below n", "above n", "largest"])
@pytest.mark.parametrize("s", [1, 2, N // 2, N // 2 + 1, N - 1])
def test_p256_at_the_ends_of_r_and_s(where: str, s: int) -> None:
    point = _points()[where]
    assert point.x is not None
    key = curves.key_for(point, s, MESSAGE).encoded
    r = point.x % N
    assert accepts(key, raw(r, s), MESSAGE, "p256")
    assert accepts(key, raw(r, N - s), MESSAGE, "p256")
    assert not accepts(key, raw(r, s), MESSAGE + b"x", "p256")
    # The same numbers modulo n, and x itself instead of its remainder, are other spellings.
    spellings = [(r + N, s), (r, s + N), (r + N, s + N), (point.x, s)]
    for other_r, other_s in spellings:
        if (other_r, other_s) != (r, s) and max(other_r, other_s) < 2**256:
            assert not accepts(key, raw(other_r, other_s), MESSAGE, "p256")


def test_p256_where_the_sum_is_infinity_or_the_two_points_are_one() -> None:
    digest = int.from_bytes(hashlib.sha256(MESSAGE).digest(), "big")
    r = G.times(5).x
    assert r is not None
    # u1 G + u2 Q = 0 for Q = -(e / r) G: there is no x to compare, whatever s is.
    key = G.times(-digest * pow(r, -1, N)).encoded
    for s in (1, 5, N - 1):
        assert not accepts(key, raw(r, s), MESSAGE, "p256")
    # u1 = u2 with Q = G: a naive addition of equal points divides by zero.
    s = 2 * digest * pow(3, -1, N) % N
    assert accepts(G.encoded, raw(*_with_equal_terms(digest)), MESSAGE, "p256") is _exists(digest)
    assert not accepts(G.encoded, raw(r, s), MESSAGE, "p256")


def _with_equal_terms(digest: int) -> tuple[int, int]:
    """r = e makes u1 = u2; it is a signature only if some point has that x."""
    return digest % N, pow(2, -1, N)


def _exists(digest: int) -> bool:
    r, s = _with_equal_terms(digest)
    total = G.times(digest * pow(s, -1, N)) + G.times(r * pow(s, -1, N))
    return total.x is not None and total.x % N == r


@pytest.mark.parametrize(
    "key",
    [
        b"\x00", b"\x04" + bytes(64), b"\x04" + Q.to_bytes(32, "big") + bytes(32),
        b"\x04" + b"\xff" * 64, G.encoded[:-1] + bytes([G.encoded[-1] ^ 1]),
        b"\x06" + G.encoded[1:], G.encoded + b"\x00", G.encoded[1:],
    ],
    ids=lambda key: key.hex()[:12] + f"/{len(key)}",
)  # fmt: skip
def test_p256_keys_that_are_no_points(key: bytes) -> None:
    signature = SigningKey.from_private_bytes("p256", bytes(31) + b"\x07").sign(MESSAGE)
    assert not accepts(key, signature, MESSAGE, "p256")
    with pytest.raises(MalformedKey):
        check_public_key("p256", key)
