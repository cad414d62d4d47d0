"""Keys, pictures and the high-water mark: what stands beside the database."""

import hashlib
import json
import shutil
import stat
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Furnished, OpenDeployment
from tests.databases import Database, Databases
from tests.store.ledger_checks import check_ledger
from tests.store.power_cut import PowerCut
from tests.store.signer import Signer
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import MalformedKey
from waste_trace.ledger.keys import SigningKey
from waste_trace.services.deployment import Deployment
from waste_trace.store.blobs import Blobs
from waste_trace.store.key_files import KeyFiles
from waste_trace.store.sequencer import LedgerRolledBack
from waste_trace.store.sequencer.high_water import HighWater
from waste_trace.store.sequencer.mark_file import MarkUnreadable


def mode(path: Path) -> int:
    """The permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    keys = KeyFiles(tmp_path / "keys", "a passphrase")
    key = keys.key("log")
    assert mode(tmp_path / "keys") == 0o700
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["log.pem"]
    assert mode(tmp_path / "keys" / "log.pem") == 0o600
    assert b"ENCRYPTED" in (tmp_path / "keys" / "log.pem").read_bytes()
    assert keys.key("log") is key
    again = KeyFiles(tmp_path / "keys", "a passphrase").key("log")
    assert again.public_key == key.public_key
    assert keys.key("registrar").public_key != key.public_key


def test_without_a_passphrase_one_is_made_and_kept(tmp_path: Path) -> None:
    key = KeyFiles(tmp_path / "keys", "").key("log")
    own = tmp_path / "keys" / "own-passphrase"
    assert mode(own) == 0o600
    assert len(own.read_text()) > 30
    assert KeyFiles(tmp_path / "keys", "").key("log").public_key == key.public_key


def test_a_key_that_signs_outlives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger may stand on another disk, and would name a key that nobody has any more."""
    cut, folder = PowerCut(monkeypatch), tmp_path / "keys"
    keys = KeyFiles(folder, "")
    keys.key("log")
    assert cut.leaves(folder / "own-passphrase")
    assert cut.leaves(folder / "log.pem")
    keys.adopt("issuer", SigningKey.generate())
    assert cut.leaves(folder / "issuer.pem")


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(tmp_path: Path) -> None:
    KeyFiles(tmp_path / "keys", "right").key("log")
    before = (tmp_path / "keys" / "log.pem").read_bytes()
    with pytest.raises(MalformedKey, match="passphrase"):
        KeyFiles(tmp_path / "keys", "wrong").key("log")
    assert (tmp_path / "keys" / "log.pem").read_bytes() == before


def test_a_deployment_with_a_wrong_passphrase_does_not_open(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    with pytest.raises(MalformedKey):
        open_deployment(opened_database, data_dir, key_passphrase="another")


def test_those_who_start_at_once_have_one_key(tmp_path: Path) -> None:
    for number in range(10):
        folder = tmp_path / str(number)
        together = threading.Barrier(4)
        found: list[bytes] = []
        threads = [
            threading.Thread(target=take_key, args=(folder, together, found)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert len(set(found)) == 1
        assert sorted(path.name for path in folder.iterdir()) == ["log.pem", "own-passphrase"]


def take_key(folder: Path, together: threading.Barrier, found: list[bytes]) -> None:
    """Ask for a key at the same moment as others."""
    together.wait()
    found.append(KeyFiles(folder, "").key("log").public_key)


def test_pictures_are_kept_by_what_they_are(tmp_path: Path) -> None:
    blobs = Blobs("", tmp_path / "blobs")
    data = bytes(range(256)) * 100
    name = blobs.put(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert blobs.put(data) == name
    assert blobs.get(name) == data
    assert blobs.get("0" * 64) is None
    assert [path.name for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == [name]
    assert Blobs("", tmp_path / "blobs").get(name) == data


def backup(databases: Databases, database: Database, deployment: Deployment) -> Database:
    """A copy of the database as it is now; the deployment is closed for it."""
    deployment.close()
    return databases.copy(database)


@pytest.fixture
def databases(furnished: Furnished) -> Databases:
    """Where databases come from."""
    return furnished.databases


def test_a_restored_old_database_is_refused(
    databases: Databases, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    first = open_deployment(opened_database, data_dir)
    old = backup(databases, opened_database, first)
    second = open_deployment(opened_database, data_dir)
    signer = Signer(second.sequencer, "dev-signer")
    signer.append(5)
    vkey = second.sequencer.log_vkey
    second.close()
    restored = open_deployment(old, data_dir)
    assert restored.sequencer.read_only is not None
    item = signer.sign()
    with pytest.raises(LedgerRolledBack) as caught:
        restored.sequencer.submit(item)
    signed = caught.value.facts["signed"]
    size = caught.value.facts["size"]
    assert isinstance(signed, int)
    assert isinstance(size, int)
    assert signed == size + 6
    with pytest.raises(LedgerRolledBack):
        restored.sequencer.compose("registrar", lambda _: [])
    check_ledger(restored.engine, vkey)  # reading goes on
    restored.close()
    assert open_deployment(opened_database, data_dir).sequencer.read_only is None


def test_another_history_of_the_same_size_is_refused(
    databases: Databases, opened_database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    first = open_deployment(opened_database, data_dir)
    other = backup(databases, opened_database, first)
    elsewhere = data_dir.parent / "elsewhere"
    shutil.copytree(data_dir, elsewhere)
    for database, folder in ((opened_database, data_dir), (other, elsewhere)):
        deployment = open_deployment(database, folder)
        Signer(deployment.sequencer, "dev-signer").append(4)
        deployment.close()
    exchanged = open_deployment(other, data_dir)
    assert exchanged.sequencer.read_only is not None
    facts = exchanged.sequencer.read_only.facts
    assert facts["size"] == facts["signed"]
    with pytest.raises(LedgerRolledBack):
        exchanged.sequencer.compose("registrar", lambda _: [])


def test_a_database_that_goes_back_under_a_running_server_is_refused(
    opened_database: Database, data_dir: Path, open_deployment: OpenDeployment, databases: Databases
) -> None:
    """As when PostgreSQL fails over to a copy that was behind."""
    first = open_deployment(opened_database, data_dir)
    old = backup(databases, opened_database, first)
    running = open_deployment(opened_database, data_dir)
    signer = Signer(running.sequencer, "dev-signer")
    signer.append(3)
    if opened_database.kind == "sqlite":
        running.engine.dispose()  # an open file would still be the one that was deleted
    databases.put_back(opened_database, old)
    with pytest.raises(LedgerRolledBack):
        signer.append()
    assert running.sequencer.read_only is not None
    with pytest.raises(LedgerRolledBack):
        running.sequencer.submit(signer.sign())


def test_the_mark_is_never_lowered(tmp_path: Path) -> None:
    """Two processes that share the folder may come to the file in the wrong order."""
    path = tmp_path / "high-water"
    HighWater(path).raise_to("x/1", 11, b"b" * 32)
    HighWater(path).raise_to("x/1", 10, b"a" * 32)
    assert HighWater(path).reached("x/1") == (11, b"b" * 32)
    HighWater(path).raise_to("x/2", 1, b"c" * 32)  # a new ledger, opened on purpose
    assert HighWater(path).reached("x/2") == (1, b"c" * 32)


@given(which=st.integers(0, 1), torn=st.integers(0, 511), raised=st.integers(2, 7))
def test_a_write_that_a_power_cut_tears_leaves_the_mark_before(
    which: int, torn: int, raised: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "high-water"
        mark = HighWater(path)
        for size in range(1, raised + 1):
            mark.raise_to("x/1", size, bytes([size]) * 32)
        mark.close()
        data = bytearray(path.read_bytes())
        data[which * 512 + torn] ^= 0x80
        path.write_bytes(data)
        # The first write fills both places; every other one the place whose turn it is.
        newest = (raised + 1) % 2
        left = raised - 1 if which == newest else raised
        assert HighWater(path).reached("x/1") == (left, bytes([left]) * 32)


def test_a_mark_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut, path = PowerCut(monkeypatch), tmp_path / "high-water"
    mark = HighWater(path)
    for size in range(1, 5):  # the first one makes the file
        mark.raise_to("x/1", size, bytes([size]) * 32)
        assert cut.leaves(path)


def test_a_mark_that_is_no_mark_is_not_overlooked(tmp_path: Path) -> None:
    path = tmp_path / "high-water"
    HighWater(path).raise_to("x/1", 3, b"c" * 32)
    for data in (b"", b"{}", b"[]", bytes(1024), path.read_bytes()[:100]):
        path.write_bytes(data)
        with pytest.raises(MarkUnreadable):
            HighWater(path).reached("x/1")
        with pytest.raises(MarkUnreadable):
            HighWater(path).raise_to("x/1", 4, b"d" * 32)


def test_a_mark_in_the_older_form_is_read_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "high-water"
    path.write_text(json.dumps({"origin": "x/1", "size": 9, "root": b64(b"i" * 32)}))
    mark = HighWater(path)
    assert mark.reached("x/1") == (9, b"i" * 32)
    mark.raise_to("x/1", 8, b"h" * 32)
    assert mark.reached("x/1") == (9, b"i" * 32)
    mark.raise_to("x/1", 10, b"j" * 32)
    mark.raise_to("x/1", 11, b"k" * 32)
    assert HighWater(path).reached("x/1") == (11, b"k" * 32)


def test_a_mark_file_that_was_taken_away_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "high-water"
    mark = HighWater(path)
    mark.raise_to("x/1", 1, b"a" * 32)
    mark.raise_to("x/1", 2, b"b" * 32)
    path.unlink()
    mark.raise_to("x/1", 3, b"c" * 32)
    mark.raise_to("x/1", 4, b"d" * 32)
    assert HighWater(path).reached("x/1") == (4, b"d" * 32)


def test_many_raise_one_mark(tmp_path: Path) -> None:
    path = tmp_path / "high-water"

    def run(start: int) -> None:
        mark = HighWater(path)
        for size in range(start, 60, 4):
            mark.raise_to("x/1", size, bytes([size]) * 32)

    threads = [threading.Thread(target=run, args=(start,)) for start in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert HighWater(path).reached("x/1") == (59, bytes([59]) * 32)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["high-water", "high-water.lock"]


def test_without_a_mark_nothing_signed_leaves(deployment: Deployment) -> None:
    signer = Signer(deployment.sequencer, "dev-signer")
    item = signer.sign()
    mark = deployment.settings.data_dir / "high-water.lock"
    mark.unlink()
    mark.mkdir()
    with pytest.raises(OSError, match="directory"):
        deployment.sequencer.submit(item).result(30)
    mark.rmdir()
    recorded = deployment.sequencer.submit(item).result(30)
    assert recorded.duplicate  # it had been committed; the device asked again
    reached = HighWater(deployment.settings.data_dir / "high-water").reached(
        deployment.sequencer.origin
    )
    assert reached is not None
    assert reached[0] == recorded.index + 1
