"""Keys in a token, with a real PKCS #11 module: SoftHSM, which keeps its tokens in files."""

from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import settings_for
from tests.databases import Database
from tests.store.signer import Signer, proven
from waste_trace.ledger.keys import SigningKey, verify
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.open_ledger import open_ledger
from waste_trace.store.key_files import KeyFiles
from waste_trace.store.key_store import KeyStoreUnusable, open_key_store
from waste_trace.store.token_uri import parse_token_uri


def opened(uri: str, folder: Path) -> Any:
    """The key store of settings that name the token."""
    return open_key_store(settings_for("", folder, key_store=uri))


def test_a_key_is_made_once_and_signs_in_the_token(token: str, tmp_path: Path) -> None:
    keys = opened(token % "one", tmp_path)
    assert not keys.has("log")
    key = keys.key("log")
    verify("ed25519", key.public_key, key.sign(b"checkpoint"), b"checkpoint")
    assert key.sign(b"checkpoint") == key.sign(b"checkpoint")
    again = opened(token % "one", tmp_path)
    assert again.has("log")
    assert again.key("log").public_key == key.public_key
    assert again.key("registrar").public_key != key.public_key
    assert opened(token % "another", tmp_path).key("log").public_key != key.public_key


def test_nothing_secret_comes_out(token: str, tmp_path: Path) -> None:
    key = opened(token % "one", tmp_path).key("log")
    with pytest.raises(KeyStoreUnusable):
        key.to_pem("a passphrase")
    with pytest.raises(KeyStoreUnusable):
        key.private_bytes()
    with pytest.raises(KeyStoreUnusable):
        KeyFiles(tmp_path / "files", "a passphrase").adopt("issuer", key)


def test_secrets_for_encryption_stay_the_same(token: str, tmp_path: Path) -> None:
    secret = opened(token % "one", tmp_path).secret("disclosure")
    assert len(secret) == 32
    assert opened(token % "one", tmp_path).secret("disclosure") == secret
    assert opened(token % "one", tmp_path).secret("other") != secret
    assert opened(token % "another", tmp_path).secret("disclosure") != secret


def test_a_key_of_another_store_is_not_taken_over(token: str, tmp_path: Path) -> None:
    keys = opened(token % "one", tmp_path)
    keys.adopt("issuer", keys.key("issuer"))
    with pytest.raises(KeyStoreUnusable):
        keys.adopt("issuer", SigningKey.generate())


def test_a_whole_ledger_with_its_keys_in_the_token(
    token: str, database: Database, data_dir: Path, tmp_path: Path
) -> None:
    settings = settings_for(database.url, data_dir, key_store=token % f"ledger-{database.kind}")
    deployment = Deployment.open(settings)
    try:
        assert open_ledger(deployment)
        signer = Signer(deployment.sequencer, "dev-signer")
        item = signer.sign()
        proven(deployment.sequencer, item, deployment.sequencer.submit(item).result(60))
        export_bundle(deployment, tmp_path / "bundle")
        deployment.write_public_keys(tmp_path / "keys")
    finally:
        deployment.close()
    assert check_ledger(settings, full=True).exit_code == 0
    assert verify_bundle(tmp_path / "bundle", tmp_path / "keys").exit_code == 0
    assert list(data_dir.rglob("*.pem")) == []
    assert check_ledger(settings.model_copy(update={"key_store": ""})).exit_code == 2


def _public_key(uri: str, folder: Path, answers: Any) -> None:
    answers.put(opened(uri, folder).key("log").public_key)


def test_two_processes_that_start_together_make_one_key(token: str, tmp_path: Path) -> None:
    context = SpawnContext()
    answers = context.Queue()
    asked = (token % "together", tmp_path, answers)
    started = [context.Process(target=_public_key, args=asked) for _ in range(2)]
    for process in started:
        process.start()
    found = {answers.get(timeout=60) for _ in started}
    for process in started:
        process.join(60)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("token=wt", "token=other"), ("libsofthsm2.so", "none.so"), ("/pin", "/no-pin")],
)
def test_a_token_that_cannot_be_opened_is_named(
    token: str, tmp_path: Path, old: str, new: str
) -> None:
    with pytest.raises(KeyStoreUnusable):
        opened((token % "one").replace(old, new), tmp_path)


@pytest.mark.parametrize(
    "uri",
    ["", "file:keys", "pkcs11:", "pkcs11:token=wt", "pkcs11:?module-path=/m.so",
     "pkcs11:token=wt;token=wt?module-path=/m.so", "pkcs11:token=wt;serial=1?module-path=/m.so",
     "pkcs11:token=wt?module-path=/m.so&pin-value=1234"],
)  # fmt: skip
def test_a_malformed_uri_is_refused(uri: str) -> None:
    with pytest.raises(KeyStoreUnusable):
        parse_token_uri(uri)


def test_a_uri_is_read() -> None:
    found = parse_token_uri("pkcs11:token=a%20b;object=p?module-path=/m.so&pin-source=file:/pin")
    assert (found.token, found.prefix, found.module) == ("a b", "p", "/m.so")
    assert found.pin_source == Path("/pin")
    assert parse_token_uri("pkcs11:token=a?module-path=/m.so").pin("1234") == "1234"
    with pytest.raises(KeyStoreUnusable):
        parse_token_uri("pkcs11:token=a?module-path=/m.so").pin("")
