"""Private keys at rest: one encrypted PEM file each, readable by their owner only."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from waste_trace.durable_names import flush_names
from waste_trace.ledger.keys import SigningKey

_OWN_FILE = "own-passphrase"


class KeyFiles:
    """The keys of the ledger's own services, by name, made on first use.

    Args:
        folder: where the files stand; made with mode 0700.
        passphrase: what encrypts them; empty makes a random one beside them (embedded default).
    """

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._passphrase = passphrase or self._own_passphrase()
        self._loaded: dict[str, SigningKey] = {}

    def key(self, name: str) -> SigningKey:
        """The key of that name."""
        if name not in self._loaded:
            path = self._folder / f"{name}.pem"
            if not path.exists():
                _write_private(path, SigningKey.generate().to_pem(self._passphrase))
            self._loaded[name] = SigningKey.from_pem(path.read_bytes(), self._passphrase)
        return self._loaded[name]

    def has(self, name: str) -> bool:
        """True if there is such a key; makes none."""
        return (self._folder / f"{name}.pem").exists()

    def adopt(self, name: str, key: SigningKey) -> None:
        """Take over a key of another folder; one that is here already stays."""
        path = self._folder / f"{name}.pem"
        if not path.exists():
            _write_private(path, key.to_pem(self._passphrase))

    def secret(self, name: str) -> bytes:
        """32 secret bytes for encryption, from a key file that nothing signs with (HKDF-SHA256)."""
        info = f"waste-trace-secret-v1 {name}".encode()
        own = self.key(name).private_bytes()
        return HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(own)

    def _own_passphrase(self) -> str:
        path = self._folder / _OWN_FILE
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32).encode())
        return path.read_text(encoding="ascii")


def _write_private(path: Path, data: bytes) -> None:
    """Write once: of two processes that start together, the first one's file stays."""
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.new")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    flush_names(path.parent)  # before anything is signed with it
