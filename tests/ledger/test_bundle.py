"""Audit bundles: what is written, that anyone can check it, and what a reader refuses."""

import hashlib
import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.ledger.sample_ledger import SampleLedger, small_ledger
from waste_trace.ledger.bundle import write_bundle
from waste_trace.ledger.bundle_layout import (
    MAX_FILE_BYTES,
    format_manifest,
    is_pinned,
    parse_manifest,
    pinned_path,
)
from waste_trace.ledger.bundle_reader import BundleTiles, open_bundle
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.errors import IncompleteBundle, LedgerError, MalformedBundle
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify import verify_bundle


@pytest.fixture(scope="module")
def ledger() -> SampleLedger:
    return small_ledger(300)


def zipped(folder: Path) -> bytes:
    target = io.BytesIO()
    zip_bundle(folder, target)
    return target.getvalue()


def test_the_files_of_a_bundle(ledger: SampleLedger, tmp_path: Path) -> None:
    folder = ledger.write(tmp_path / "b", pinned={"regulator-2026": ledger.checkpoint(100)})
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert files == {
        "MANIFEST.sha256",
        "README.txt",
        "checkpoint",
        "pinned/regulator-2026.checkpoint",
        "policy.txt",
        "registrar.vkey",
        "tile/0/000",
        "tile/0/001.p/48",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/48",
    }
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "sha256sum -c MANIFEST.sha256" in readme
    assert "审计包" in readme


def test_anyone_can_check_the_copy_with_sha256sum(ledger: SampleLedger, tmp_path: Path) -> None:
    folder = ledger.write(tmp_path / "b")
    command = ["sha256sum", "--check", "--strict", "--quiet", "MANIFEST.sha256"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    (folder / "tile/0/000").write_bytes(b"x")
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    assert done.returncode == 1


def test_two_exports_of_one_checkpoint_are_the_same_bytes(
    ledger: SampleLedger, tmp_path: Path
) -> None:
    one, two = ledger.write(tmp_path / "one"), ledger.write(tmp_path / "two")
    assert zipped(one) == zipped(two)


def test_an_older_checkpoint_can_be_exported_after_the_log_has_grown(tmp_path: Path) -> None:
    ledger = small_ledger(10)
    older = ledger.checkpoint()
    size, root = ledger.size, ledger.root
    ledger.append_leaves([b"later"] * 400)
    folder = ledger.write(tmp_path / "b", checkpoint=older)
    with open_bundle(folder) as bundle:
        assert TreeReader(BundleTiles(bundle, size), size).root() == root


def test_a_bundle_can_be_read_back_as_tiles_and_entries(
    ledger: SampleLedger, tmp_path: Path
) -> None:
    folder = ledger.write(tmp_path / "b")
    archive = tmp_path / "b.zip"
    archive.write_bytes(zipped(folder))
    for path in (folder, archive):
        with open_bundle(path) as bundle:
            tiles = BundleTiles(bundle, ledger.size)
            assert TreeReader(tiles, ledger.size).root() == ledger.root
            assert list(tiles.entries(260, 270)) == ledger.leaves[260:270]
            assert leaf_hash(tiles.entries(0, 1)[0]) == tiles.read(0, 0, 1)[:32]
            with pytest.raises(IncompleteBundle):
                bundle.read("no/such/file")


def test_an_export_does_not_mix_with_other_files(ledger: SampleLedger, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "old").write_text("x")
    with pytest.raises(MalformedBundle):
        ledger.write(tmp_path / "b")


class Lacking:
    """A store that has lost something."""

    def __init__(self, ledger: SampleLedger, *, tiles: bool) -> None:
        self._ledger, self._tiles = ledger, tiles

    def read(self, level: int, index: int, width: int) -> bytes:
        data = self._ledger.tiles.read(level, index, width)
        return data[:-32] if self._tiles else data

    def entries(self, start: int, end: int) -> list[bytes]:
        return self._ledger.leaves[start : end if self._tiles else end - 1]


@pytest.mark.parametrize("tiles", [True, False])
def test_an_export_from_a_store_that_has_lost_something(tmp_path: Path, tiles: bool) -> None:
    ledger = small_ledger(10)
    good = ledger.write(tmp_path / "good")
    lacking = Lacking(ledger, tiles=tiles)
    with pytest.raises(IncompleteBundle):
        write_bundle(
            tmp_path / "b",
            checkpoint=ledger.checkpoint(),
            tiles=lacking,
            entries=lacking,
            policy=(good / "policy.txt").read_text(),
            registrar_vkey=(good / "registrar.vkey").read_text(),
        )
    assert not (tmp_path / "b" / "MANIFEST.sha256").exists()


def test_a_standard_unzip_reads_our_zip(ledger: SampleLedger, tmp_path: Path) -> None:
    folder = ledger.write(tmp_path / "b")
    with zipfile.ZipFile(io.BytesIO(zipped(folder))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(archive.namelist())
        assert archive.read("checkpoint") == (folder / "checkpoint").read_bytes()


DIGESTS = {"a": "0" * 64, "tile/0/000.p/1": "f" * 64}
MANIFEST = format_manifest(DIGESTS)


def test_a_manifest_byte_by_byte() -> None:
    assert MANIFEST == b"0" * 64 + b"  a\n" + b"f" * 64 + b"  tile/0/000.p/1\n"
    assert parse_manifest(MANIFEST) == DIGESTS
    assert parse_manifest(b"") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\n", b"\r\n"),
        (b"  a", b" a"),
        (b"  a", b" *a"),
        (b"  a", b"  ../a"),
        (b"  a", b"  /a"),
        (b"  a", b"  a//b"),
        (b"  a", b"  ./a"),
        (b"  a", b"  a\\b"),
        (b"  a", b"  z"),
        (b"  a", b"  MANIFEST.sha256"),
        (b"  a", b"  \xc3\xa9"),
        (b"f" * 64, b"F" * 64),
        (b"f" * 64, b"f" * 63),
        (b"p/1\n", b"p/1"),
        (b"p/1\n", b"p/1\n\n"),
        (b"  tile/0/000.p/1", b"  a"),
    ],
)
def test_malformed_manifests(old: bytes, new: bytes) -> None:
    assert old in MANIFEST
    with pytest.raises(MalformedBundle):
        parse_manifest(MANIFEST.replace(old, new))


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".x", "a b", "x" * 65])
def test_names_that_no_pinned_checkpoint_has(name: str) -> None:
    assert is_pinned(pinned_path("2026-11-23"))
    with pytest.raises(MalformedBundle):
        pinned_path(name)


def test_links_are_refused(tmp_path: Path) -> None:
    folder = small_ledger(2).write(tmp_path / "b")
    secret = tmp_path / "secret"
    secret.write_text("x")
    (folder / "link").symlink_to(secret)
    with open_bundle(folder) as bundle:
        with pytest.raises(MalformedBundle):
            bundle.names()
        with pytest.raises(IncompleteBundle):
            bundle.read("link")


def test_giants_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    folder.mkdir()
    with (folder / "giant").open("wb") as stream:
        stream.truncate(MAX_FILE_BYTES + 1)
    with open_bundle(folder) as bundle, pytest.raises(MalformedBundle):
        bundle.read("giant")
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.write(folder / "giant", "giant")
    with open_bundle(archive) as bundle, pytest.raises(MalformedBundle):
        bundle.read("giant")


def test_broken_zips(tmp_path: Path) -> None:
    folder = small_ledger(2).write(tmp_path / "b")
    whole = zipped(folder)
    archive = tmp_path / "b.zip"
    for data in (b"", b"PK\x03\x04", whole[: len(whole) // 2]):
        archive.write_bytes(data)
        with pytest.raises(IncompleteBundle):
            open_bundle(archive)
    damaged = bytearray(whole)
    damaged[whole.index("README.txt审计包".encode()) + 20] ^= 1
    archive.write_bytes(damaged)
    with open_bundle(archive) as bundle, pytest.raises(LedgerError):
        bundle.read("README.txt")


def test_a_name_that_stands_twice_in_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("a", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            target.writestr("a", "2")
    with open_bundle(archive) as bundle, pytest.raises(MalformedBundle):
        bundle.names()


def test_a_name_without_a_letter_in_a_zip(tmp_path: Path) -> None:
    """One changed byte of a zip's directory makes one; found by a campaign."""
    archive = tmp_path / "b.zip"
    archive.write_bytes(zipped(small_ledger(2).write(tmp_path / "b")))
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr(zipfile.ZipInfo(""), b"x")
    report = verify_bundle(archive)
    assert report.exit_code == 1
    assert report.problem is not None


def test_the_manifest_holds_sha256(tmp_path: Path) -> None:
    folder = small_ledger(2).write(tmp_path / "b")
    listed = parse_manifest((folder / "MANIFEST.sha256").read_bytes())
    checkpoint = (folder / "checkpoint").read_bytes()
    assert listed["checkpoint"] == hashlib.sha256(checkpoint).hexdigest()
