"""Keys in a hardware token (PKCS #11): made in it, used in it, never seen outside of it.

To the formats a token's key is a `SigningKey` like any other: `_TokenPrivate` is a private key of
the cryptography library that signs by asking the token (CKM_EDDSA, PKCS #11 v3.0 §6.3).
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import pkcs11
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error

from waste_trace.ledger.keys import SigningKey
from waste_trace.store.key_store import KeyStoreUnusable
from waste_trace.store.token_uri import parse_token_uri

#: DER of the object identifier 1.3.101.112, id-Ed25519 (RFC 8410).
_ED25519 = bytes.fromhex("06032b6570")
_SECRET_BITS = 256


class TokenKeys:
    """The keys of the ledger's services in one token, labelled ``PREFIX/NAME``.

    Args:
        uri: as `token_uri.TokenUri` reads it. passphrase: the PIN, unless the URI has a source.
        folder: on this machine; two processes that start together take turns there.
    """

    def __init__(self, uri: str, passphrase: str, folder: Path) -> None:
        address = parse_token_uri(uri)
        self._prefix = address.prefix
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._session = _session(address.module, address.token, address.pin(passphrase))
        self._loaded: dict[str, SigningKey] = {}

    def key(self, name: str) -> SigningKey:
        """The key of that name, made in the token on first use."""
        if name not in self._loaded:
            with self._turn():
                public = self._find(ObjectClass.PUBLIC_KEY, name)
                private = self._find(ObjectClass.PRIVATE_KEY, name)
                if public is None or private is None:
                    public, private = self._make(name)
            point = bytes(public[Attribute.EC_POINT])[-32:]
            self._loaded[name] = SigningKey("ed25519", _TokenPrivate(private, point))
        return self._loaded[name]

    def has(self, name: str) -> bool:
        """True if there is such a key; makes none."""
        return self._find(ObjectClass.PRIVATE_KEY, name) is not None

    def adopt(self, name: str, key: SigningKey) -> None:
        """Nothing to do if it is this token's own key; no other one can be brought in.

        Raises:
            KeyStoreUnusable
        """
        if not self.has(name) or self.key(name).public_key != key.public_key:
            raise KeyStoreUnusable(
                f"令牌中没有密钥“{name}”，私钥不能移入或移出令牌。",
                f"The token does not hold the key {name!r}; keys do not move into or out of it.",
                do_zh="请为新台账使用同一令牌和同一 object 前缀。",
                do_en="Use the same token and the same object prefix for the new ledger.",
            )

    def secret(self, name: str) -> bytes:
        """32 secret bytes: HMAC-SHA256 of the name under a key that never leaves the token."""
        with self._turn():
            key = self._find(ObjectClass.SECRET_KEY, name) or self._session.generate_key(
                KeyType.GENERIC_SECRET,
                _SECRET_BITS,
                label=self._label(name),
                store=True,
                mechanism=Mechanism.GENERIC_SECRET_KEY_GEN,
                template={Attribute.SIGN: True},
            )
        info = f"waste-trace-secret-v1 {name}".encode()
        return bytes(key.sign(info, mechanism=Mechanism.SHA256_HMAC))

    def _label(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    def _find(self, kind: ObjectClass, name: str) -> Any:
        asked = {Attribute.CLASS: kind, Attribute.LABEL: self._label(name)}
        found = list(self._session.get_objects(asked))
        if len(found) > 1:
            raise KeyStoreUnusable(
                f"令牌中有多个名为“{self._label(name)}”的密钥。",
                f"The token holds more than one key {self._label(name)!r}.",
            )
        return found[0] if found else None

    def _make(self, name: str) -> Any:
        curve = self._session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519}, local=True
        )
        return curve.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=self._label(name)
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Labels in a token are not unique: without this, two processes could make a key each."""
        with (self._folder / "token.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class _TokenPrivate(Ed25519PrivateKey):
    """A private key of which only the signatures come out."""

    def __init__(self, key: Any, point: bytes) -> None:
        self._key = key
        self._public = Ed25519PublicKey.from_public_bytes(point)

    def public_key(self) -> Ed25519PublicKey:
        """The public half."""
        return self._public

    def sign(self, data: bytes) -> bytes:  # type: ignore[override]  # bytes are all we sign
        """64 bytes, made by the token."""
        return bytes(self._key.sign(data, mechanism=Mechanism.EDDSA))

    def private_bytes(self, *_: object, **__: object) -> NoReturn:
        """Never."""
        raise KeyStoreUnusable("私钥不能移出令牌。", "The key does not leave its token.")

    def private_bytes_raw(self) -> NoReturn:
        """Never."""
        self.private_bytes()

    def __copy__(self) -> "_TokenPrivate":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "_TokenPrivate":
        return self


@lru_cache(maxsize=8)
def _session(module: str, token: str, pin: str) -> Any:
    """One session for each token and process: a second log-in would be refused."""
    try:
        return pkcs11.lib(module).get_token(token_label=token).open(rw=True, user_pin=pin)
    except (PKCS11Error, RuntimeError, OSError) as error:
        raise KeyStoreUnusable(
            f"令牌“{token}”无法打开：{type(error).__name__}。",
            f"The token {token!r} of {module} does not open: {type(error).__name__} {error}.",
        ) from error
