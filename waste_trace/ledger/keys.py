"""Signatures of devices and of the log: Ed25519 (RFC 8032) and ECDSA P-256 with SHA-256.

Ed25519 is verified by a strict rule on top of RFC 8032, so that every library gives the same
answer: neither the key nor R may be one of the 14 encodings of low-order points, y < p, S < L.
P-256 signatures are raw r‖s as WebCrypto makes them; high S is accepted, so signature bytes are
never an identity.

Where PyNaCl (libsodium) is installed it verifies Ed25519, about twice as fast as cryptography
(OpenSSL) and with the same answers under that rule; the standalone verifier does without it.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

from cryptography.exceptions import InvalidSignature as LibraryInvalidSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from waste_trace.ledger.errors import InvalidSignature, MalformedKey

try:
    from nacl.bindings import crypto_sign_open
    from nacl.exceptions import BadSignatureError
except ImportError:
    HAS_LIBSODIUM = False
else:
    HAS_LIBSODIUM = True

Algorithm = Literal["ed25519", "p256"]
ALGORITHMS: tuple[str, ...] = get_args(Algorithm)

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _y(value: int, sign: int = 0) -> bytes:
    return (value | sign << 255).to_bytes(32, "little")


_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# y = 0, 1, -1 and the two of order 8 (each the negative of the other), and p and p+1, which are
# 0 and 1 unreduced; each with both signs.
LOW_ORDER_ENCODINGS = frozenset(
    _y(value, sign)
    for value in (0, 1, _P - 1, _P, _P + 1, _ORDER_8, _P - _ORDER_8)
    for sign in (0, 1)
)


def verify(algorithm: str, public_key: bytes, signature: bytes, message: bytes) -> None:
    """Return None if ``signature`` of ``message`` is good; else InvalidSignature.

    ``algorithm``: "ed25519" (32-byte key) or "p256" (65-byte uncompressed point). ``signature``:
    64 bytes. Malformed keys and wrong lengths are InvalidSignature too.
    """
    if algorithm not in ALGORITHMS:
        raise _invalid("不支持的签名算法。", f"Unsupported algorithm {algorithm!r}.")
    for part in (public_key, signature, message):
        if not isinstance(part, bytes):
            raise _invalid("公钥、签名和原文必须是字节。", "Key, signature and message are bytes.")
    if len(signature) != 64:
        raise _invalid("签名必须为 64 字节。", "A signature has 64 bytes.")
    try:
        if algorithm == "ed25519":
            _verify_ed25519(public_key, signature, message)
        else:
            _verify_p256(public_key, signature, message)
    except (LibraryInvalidSignature, ValueError, UnsupportedAlgorithm) as error:
        raise _invalid("签名与原文或公钥不符。", "The signature does not match.") from error


def _verify_ed25519(public_key: bytes, signature: bytes, message: bytes) -> None:
    if len(public_key) != 32:
        raise _invalid("Ed25519 公钥必须为 32 字节。", "An Ed25519 key has 32 bytes.")
    if public_key in LOW_ORDER_ENCODINGS or signature[:32] in LOW_ORDER_ENCODINGS:
        raise _invalid("公钥或签名使用了低阶点。", "The key or R is a low-order point.")
    if int.from_bytes(public_key, "little") & (2**255 - 1) >= _P:
        raise _invalid("公钥编码不规范。", "The key's encoding is not reduced modulo p.")
    if int.from_bytes(signature[32:], "little") >= _L:
        raise _invalid("签名的 S 值不规范。", "S is not reduced modulo the group order.")
    if HAS_LIBSODIUM:
        _verify_by_libsodium(public_key, signature, message)
    else:
        _verify_by_openssl(public_key, signature, message)


def _verify_by_libsodium(public_key: bytes, signature: bytes, message: bytes) -> None:
    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError as error:
        raise LibraryInvalidSignature from error


def _verify_by_openssl(public_key: bytes, signature: bytes, message: bytes) -> None:
    _load_ed25519(public_key).verify(signature, message)


def _verify_p256(public_key: bytes, signature: bytes, message: bytes) -> None:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < _N and 0 < s < _N):
        raise _invalid("签名的 r 或 s 超出范围。", "r or s is outside 1..n-1.")
    der = utils.encode_dss_signature(r, s)
    _load_p256(public_key).verify(der, message, ec.ECDSA(hashes.SHA256()))


@lru_cache(maxsize=1024)
def _load_ed25519(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


@lru_cache(maxsize=1024)
def _load_p256(public_key: bytes) -> ec.EllipticCurvePublicKey:
    if len(public_key) != 65 or public_key[0] != 4:
        raise _invalid("P-256 公钥必须为 65 字节未压缩点。", "A P-256 key is a 65-byte point.")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public_key)


def _invalid(zh: str, en: str) -> InvalidSignature:
    return InvalidSignature(zh, en)


def check_public_key(algorithm: str, public_key: bytes) -> None:
    """MalformedKey unless ``public_key`` is one that `verify` could ever accept."""
    try:
        if algorithm == "ed25519" and len(public_key) == 32:
            reduced = int.from_bytes(public_key, "little") & (2**255 - 1) < _P
            if reduced and public_key not in LOW_ORDER_ENCODINGS:
                return
        elif algorithm == "p256":
            _load_p256(public_key)
            return
    except (InvalidSignature, ValueError):
        pass
    raise MalformedKey("公钥无效。", f"Not a valid {algorithm} public key.")


def _public_bytes(private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    if isinstance(private, Ed25519PrivateKey):
        return private.public_key().public_bytes_raw()
    return private.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that signs. Its representation never shows the secret.

    ``public_key``: 32 bytes (ed25519) or the 65-byte uncompressed point (p256).
    """

    algorithm: Algorithm
    _private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    public_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", _public_bytes(self._private))

    def __repr__(self) -> str:
        return f"SigningKey({self.algorithm}, public={self.public_key.hex()[:16]}...)"

    @classmethod
    def generate(cls, algorithm: Algorithm = "ed25519") -> "SigningKey":
        """A new key from the operating system's random source."""
        if algorithm == "ed25519":
            return cls(algorithm, Ed25519PrivateKey.generate())
        return cls(algorithm, ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_private_bytes(cls, algorithm: Algorithm, secret: bytes) -> "SigningKey":
        """From 32 bytes: an Ed25519 seed, or a big-endian P-256 scalar; else MalformedKey."""
        try:
            if len(secret) != 32:
                raise ValueError("a private key has 32 bytes")
            if algorithm == "ed25519":
                return cls(algorithm, Ed25519PrivateKey.from_private_bytes(secret))
            scalar = int.from_bytes(secret, "big")
            return cls(algorithm, ec.derive_private_key(scalar, ec.SECP256R1()))
        except ValueError as error:
            raise MalformedKey("私钥无效。", "Not a valid private key.") from error

    def sign(self, message: bytes) -> bytes:
        """64 signature bytes; deterministic for both algorithms (RFC 8032, RFC 6979)."""
        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.sign(message)
        der = self._private.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def private_bytes(self) -> bytes:
        """The 32 secret bytes that `from_private_bytes` reads."""
        if isinstance(self._private, Ed25519PrivateKey):
            return self._private.private_bytes_raw()
        return self._private.private_numbers().private_value.to_bytes(32, "big")

    def to_pem(self, passphrase: str) -> bytes:
        """PKCS#8 PEM, encrypted with a passphrase that must not be empty."""
        if not passphrase:
            raise MalformedKey("密钥口令不能为空。", "A key file needs a passphrase.")
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )

    @classmethod
    def from_pem(cls, data: bytes, passphrase: str) -> "SigningKey":
        """Read `to_pem`; MalformedKey for a wrong passphrase, plain file or other key kind."""
        try:
            private = serialization.load_pem_private_key(data, passphrase.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise MalformedKey(
                "密钥文件无法打开：口令错误或文件损坏。",
                "The key file does not open: wrong passphrase, or a damaged file.",
            ) from error
        if isinstance(private, Ed25519PrivateKey):
            return cls("ed25519", private)
        if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == "secp256r1":
            return cls("p256", private)
        raise MalformedKey("密钥类型不受支持。", "The key is neither Ed25519 nor P-256.")
