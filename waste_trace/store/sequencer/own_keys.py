"""The private keys with which this server signs: those that the log knows, or none."""

from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.registry import KeyRegistry
from waste_trace.store.key_store import KeyOf, KeyStoreUnusable, service_key_name

LOG = "log"


def service_key(registry: KeyRegistry, author: str, ep: int, key_of: KeyOf) -> SigningKey:
    """The service's key; never another one than the log knows: what it signed would be false.

    Raises:
        KeyStoreUnusable: this server's keys are not those of the ledger.
    """
    name = service_key_name(author, ep)
    key, known = key_of(name), registry.key_for(author, ep)
    return _known(name, key, None if known is None else known.public_key)


def log_signers(registry: KeyRegistry, start: int, key_of: KeyOf) -> list[SigningKey]:
    """The keys that sign the first checkpoint after the one of ``start`` leaves.

    It is one, unless a leaf from ``start`` on names another: then the one before signs too, so that
    whoever knows only that is led to the new one.

    Args:
        registry: with every leaf that the checkpoint covers.

    Raises:
        KeyStoreUnusable: this server's keys are not those of the ledger.
    """
    keys = registry.log_keys
    signers = []
    for ep in range(keys.epoch_at(start), keys.epoch + 1):
        name = service_key_name(LOG, ep)
        known = keys.known[ep].public_key if keys.known else None
        signers.append(_known(name, key_of(name), known))
    return signers


def _known(name: str, key: SigningKey, public_key: bytes | None) -> SigningKey:
    if public_key is not None and key.public_key != public_key:
        raise KeyStoreUnusable(
            f"本机的密钥“{name}”不是台账登记的那一把。",
            f"The key {name!r} of this server is not the one that the ledger has enrolled.",
            do_zh="请从更换密钥的服务器复制密钥文件夹，覆盖本机的，再重启。",
            do_en="Copy the key folder from the server that renewed it over this one; restart.",
        )
    return key
