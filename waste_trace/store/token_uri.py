"""The address of a token: the parts of a PKCS #11 URI (RFC 7512) that matter here."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from waste_trace.store.key_store import KeyStoreUnusable

_PATH = {"token", "object"}
_QUERY = {"module-path", "pin-source"}


@dataclass(frozen=True, slots=True)
class TokenUri:
    """``pkcs11:token=LABEL[;object=PREFIX]?module-path=FILE[&pin-source=FILE]``.

    Attributes:
        module: the token's library. token: its label. prefix: begins the label of each key, so that
            several ledgers can share a token. pin_source: a file with the PIN, or None.
    """

    module: str
    token: str
    prefix: str
    pin_source: Path | None

    def pin(self, otherwise: str) -> str:
        """The user PIN: from its file, or ``otherwise``.

        Raises:
            KeyStoreUnusable: there is none.
        """
        try:
            found = self.pin_source.read_text("utf-8").strip() if self.pin_source else otherwise
        except (OSError, UnicodeError) as error:
            raise KeyStoreUnusable(
                f"口令文件 {self.pin_source} 无法读取。",
                f"The PIN file {self.pin_source} cannot be read: {error}.",
            ) from error
        if not found:
            raise KeyStoreUnusable(
                "没有给出令牌口令：请设置 pin-source 或 WASTE_TRACE_KEY_PASSPHRASE。",
                "No PIN was given: by pin-source, or in WASTE_TRACE_KEY_PASSPHRASE.",
            )
        return found


def parse_token_uri(text: str) -> TokenUri:
    """Read a URI strictly; a part that is not known here could have been meant to matter.

    Raises:
        KeyStoreUnusable
    """
    scheme, _, rest = text.partition(":")
    path, _, query = rest.partition("?")
    found = _pairs(path, ";", _PATH) | _pairs(query, "&", _QUERY)
    if scheme != "pkcs11" or "token" not in found or "module-path" not in found:
        raise _malformed("pkcs11:token=...?module-path=...")
    source = found.get("pin-source", "").removeprefix("file:")
    return TokenUri(
        found["module-path"],
        found["token"],
        found.get("object", "waste-trace"),
        Path(source) if source else None,
    )


def _pairs(text: str, separator: str, known: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in text.split(separator) if text else []:
        name, equals, value = part.partition("=")
        if not equals or name not in known or name in found:
            raise _malformed(name)
        found[name] = unquote(value)
    return found


def _malformed(what: str) -> KeyStoreUnusable:
    return KeyStoreUnusable(
        f"WASTE_TRACE_KEY_STORE 不是可用的 PKCS #11 URI（{what}）。",
        f"WASTE_TRACE_KEY_STORE is not a PKCS #11 URI that can be used ({what}).",
    )
