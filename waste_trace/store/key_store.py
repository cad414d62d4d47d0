"""Where private keys live, of a ledger's services and of a witness: encrypted files, or a token."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol

from waste_trace.errors import WasteTraceError
from waste_trace.ledger.keys import SigningKey
from waste_trace.settings import Settings
from waste_trace.store.key_files import KeyFiles

#: Private keys by name.
KeyOf = Callable[[str], SigningKey]


class KeyStoreUnusable(WasteTraceError):
    """The token that WASTE_TRACE_KEY_STORE names cannot be used, or will not do this."""

    code: ClassVar[str] = "key-store-unusable"
    default_do_zh = "请按 docs/operations.md 的“密钥”一节核对 WASTE_TRACE_KEY_STORE、模块和口令。"
    default_do_en = (
        "Check WASTE_TRACE_KEY_STORE, its module and its PIN against docs/operations.md, Keys."
    )


def service_key_name(dev: str, ep: int) -> str:
    """The name of a service's key; the first of a service is called like the service."""
    return f"{dev}.{ep}" if ep else dev


def own_names(keys: "KeyStore", dev: str) -> list[str]:
    """The names of a service's keys that are here, by epoch; makes none but the first."""
    names = [service_key_name(dev, 0)]
    while keys.has(service_key_name(dev, len(names))):
        names.append(service_key_name(dev, len(names)))
    return names


class KeyStore(Protocol):
    """Keys by name ("log", "registrar", "issuer", ...), made on first use."""

    def key(self, name: str) -> SigningKey:
        """The Ed25519 key of that name."""
        ...

    def has(self, name: str) -> bool:
        """True if there is such a key; makes none."""
        ...

    def adopt(self, name: str, key: SigningKey) -> None:
        """Take over the key of another ledger; one that is here already stays."""
        ...

    def secret(self, name: str) -> bytes:
        """32 secret bytes for encryption, always the same for one name."""
        ...


def open_key_store(settings: Settings, folder: Path | None = None) -> KeyStore:
    """The store of the settings.

    Args:
        folder: of the key files, and where processes take turns at a token; in the data folder.

    Raises:
        KeyStoreUnusable: the token is not there, or does not open.
    """
    folder = folder or settings.data_dir / "keys"
    passphrase = settings.key_passphrase.get_secret_value()
    if not settings.key_store:
        return KeyFiles(folder, passphrase)
    try:
        from waste_trace.store.token_keys import TokenKeys
    except ImportError as error:
        raise KeyStoreUnusable(
            "缺少 PKCS #11 支持。",
            "The support for PKCS #11 is not installed.",
            do_zh="请安装可选包：pip install 'waste-trace[hsm]'。",
            do_en="Install the extra: pip install 'waste-trace[hsm]'.",
        ) from error
    return TokenKeys(settings.key_store, passphrase, folder)
