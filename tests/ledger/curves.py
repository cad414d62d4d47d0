"""Both curves by their definitions, slow and plain: what edge cases are built with and judged by.

Edwards25519 from RFC 8032 §5.1, P-256 from SP 800-186 §3.2.1.3 and ECDSA from FIPS 186-5 §6.4.
"""

import hashlib
from dataclasses import dataclass

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """Addition on edwards25519."""
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P)
    return x % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def times(scalar: int, point: Point) -> Point:
    """Scalar multiplication on edwards25519; a test holds it against ``add``.

    In RFC 8032 §5.1.4's coordinates, which divide once, at the end, and not at every step.
    """
    result, power = (0, 1, 1, 0), (*point, 1, point[0] * point[1] % P)
    while scalar:
        if scalar & 1:
            result = _add_extended(result, power)
        power, scalar = _add_extended(power, power), scalar >> 1
    x, y, z, _ = result
    divisor = pow(z, -1, P)
    return x * divisor % P, y * divisor % P


def _add_extended(
    one: tuple[int, int, int, int], two: tuple[int, int, int, int]
) -> tuple[int, int, int, int]:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, two
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def recover(y: int) -> Point | None:
    """The point of an even x with this y; None if there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return (P - x if x & 1 else x) % P, y


def encode(point: Point) -> bytes:
    """32 bytes: y, and the lowest bit of x."""
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decode(data: bytes) -> Point | None:
    """The point of a canonical encoding; None for anything else."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    point = recover(y) if y < P else None
    if point is None or (point[0] == 0 and sign):
        return None
    return (P - point[0], y) if sign else point


BASE = recover(4 * pow(5, -1, P) % P) or IDENTITY


def torsion() -> list[Point]:
    """The eight points whose order divides the cofactor, the identity first."""
    y = 3
    while True:
        point = recover(y)
        small = times(L, point) if point else IDENTITY
        if times(4, small) != IDENTITY:
            return [times(turn, small) for turn in range(8)]
        y += 1


def challenge(r: bytes, key: bytes, message: bytes) -> int:
    """k of RFC 8032 §5.1.7."""
    return int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L


def strictly_valid(key: bytes, signature: bytes, message: bytes) -> bool:
    """Our rule in its own words: canonical, no low order, S < L, the equation without cofactor."""
    a, r = decode(key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or IDENTITY in (times(8, a), times(8, r)):
        return False
    k = challenge(signature[:32], key, message)
    return times(s, BASE) == add(r, times(k, a))


def valid_with_cofactor(key: bytes, signature: bytes, message: bytes) -> bool:
    """The equation that RFC 8032 also allows: eight times both sides."""
    a, r = decode(key), decode(signature[:32])
    if a is None or r is None:
        return False
    s, k = int.from_bytes(signature[32:], "little"), challenge(signature[:32], key, message)
    return times(8 * s, BASE) == times(8, add(r, times(k, a)))


Q = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


@dataclass(frozen=True, slots=True)
class Nist:
    """A point of P-256; None of both coordinates is infinity."""

    x: int | None = None
    y: int | None = None

    def __add__(self, other: "Nist") -> "Nist":
        if self.x is None or self.y is None:
            return other
        if other.x is None or other.y is None:
            return self
        if self.x == other.x:
            if (self.y + other.y) % Q == 0:
                return Nist()
            slope = (3 * self.x * self.x - 3) * pow(2 * self.y, -1, Q)
        else:
            slope = (other.y - self.y) * pow(other.x - self.x, -1, Q)
        x = (slope * slope - self.x - other.x) % Q
        return Nist(x, (slope * (self.x - x) - self.y) % Q)

    def times(self, scalar: int) -> "Nist":
        """Scalar multiplication."""
        result, point = Nist(), self
        scalar %= N
        while scalar:
            if scalar & 1:
                result = result + point
            point, scalar = point + point, scalar >> 1
        return result

    @property
    def encoded(self) -> bytes:
        """65 bytes, uncompressed."""
        assert self.x is not None
        assert self.y is not None
        return b"\x04" + self.x.to_bytes(32, "big") + self.y.to_bytes(32, "big")


G = Nist(
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def nist_point(x: int) -> Nist | None:
    """A point of P-256 with this x; None if there is none."""
    square = (x**3 - 3 * x + _B) % Q
    y = pow(square, (Q + 1) // 4, Q)
    return Nist(x, y) if y * y % Q == square else None


def key_for(point: Nist, s: int, message: bytes) -> Nist:
    """The public key under which (x mod n of ``point``, ``s``) signs ``message``."""
    assert point.x is not None
    r, digest = point.x % N, int.from_bytes(hashlib.sha256(message).digest(), "big")
    return (point.times(s) + G.times(-digest)).times(pow(r, -1, N))
