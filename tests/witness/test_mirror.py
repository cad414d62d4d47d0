"""A mirror follows honest logs of any growth, and raises an alarm for each way of cheating."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.witness.__main__ import look
from api.witness.mirror import FetchOverHttp
from tests.ledger.sample_ledger import (
    REGISTRAR_KEY,
    Device,
    MemoryTiles,
    SampleLedger,
    key,
    sample_policy,
    small_ledger,
)
from tests.serving import application, serving
from waste_trace.ledger.cosignature import cosigner_vkey
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.tiles import (
    append,
    encode_entries,
    parse_tile_path,
)
from waste_trace.ledger.verify import TrustedKeys, load_keys, verify_bundle
from waste_trace.services.deployment import Deployment
from waste_trace.witness.mirror import Mirror
from waste_trace.witness.mirror_errors import LogMisbehaved, MirrorDamaged, MirrorUnreachable
from waste_trace.witness.mirror_folder import ALARM

DAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
TRUSTED = TrustedKeys(sample_policy(), log_vkey("registrar.example", REGISTRAR_KEY), {})


@dataclass
class Served:
    """The first ``size`` leaves of a ledger as served; ``spoil`` may alter a file."""

    ledger: SampleLedger
    size: int
    spoil: Callable[[str, bytes], bytes] = lambda _, data: data
    asked: int = 0

    def __call__(self, path: str) -> bytes:
        self.asked += 1
        if path == "checkpoint":
            data = self.ledger.checkpoint(self.size).encode()
        else:
            level, index, width = parse_tile_path(path)
            hashes = self.size >> (8 * (level or 0))
            if index * 256 + width > hashes:
                raise MirrorUnreachable("没有", f"no {path}")
            if level is None:
                data = encode_entries(self.ledger.leaves[index * 256 : index * 256 + width])
            else:
                tiles = MemoryTiles()
                leaves = self.ledger.leaves[: self.size]
                tiles.keep(append(0, tiles, [leaf_hash(leaf) for leaf in leaves]))
                data = tiles.read(level, index, width)[: width * 32]
        return self.spoil(path, data)


def mirror(folder: Path, served: Served, trusted: TrustedKeys = TRUSTED) -> Mirror:
    return Mirror(folder, trusted, served, lambda: DAY)


def rewritten(ledger: SampleLedger, index: int) -> SampleLedger:
    """The same log with one event exchanged by the owner of all keys: chains, signatures good."""
    other = SampleLedger()
    other.append_leaves(ledger.leaves[:index])
    forger = Device("gun-01", key(21), seq=10_000, prev=bytes(32))
    other.log(forger.event("weigh", {"weight_kg": "1.000"}), ms=2_000_000_000_000)
    while other.size < ledger.size:
        other.log(forger.event("weigh", {"weight_kg": "2.000"}), ms=2_000_000_000_000)
    return other


def test_it_follows_a_log_across_every_boundary(tmp_path: Path) -> None:
    ledger = small_ledger(600)
    served = Served(ledger, 1)
    follower = mirror(tmp_path / "m", served)
    before = 0
    for size in (1, 2, 2, 255, 256, 257, 300, 511, 512, 513, 604):
        served.size = size
        step = follower.step()
        assert (step.size, step.new_entries, step.quorum_met) == (size, size - before, True)
        before = size
    follower.export(tmp_path / "bundle")
    report = verify_bundle(tmp_path / "bundle")
    assert report.problem is None
    assert report.size == 604
    kept = sorted(p.name for p in (tmp_path / "m/tile/0").rglob("*") if p.is_file())
    assert kept == ["000", "001", "92"]  # outgrown partial tiles are gone


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    ledger = small_ledger(300)
    mirror(tmp_path, Served(ledger, 280)).step()
    later = Served(ledger, 290)
    step = mirror(tmp_path, later).step()
    assert (step.size, step.new_entries) == (290, 10)
    assert later.asked == 2  # the checkpoint and one bundle


def test_a_fork_is_proven_and_the_alarm_stays(tmp_path: Path) -> None:
    ledger = small_ledger(300)
    follower = mirror(tmp_path, Served(ledger, 280))
    follower.step()
    for size in (280, 200, 304):
        forked = Served(rewritten(ledger, 150), size)
        with pytest.raises(LogMisbehaved, match="fork"):
            mirror(tmp_path, forked).step()
        text = (tmp_path / ALARM).read_text()
        assert ledger.checkpoint(280) in text
        assert forked.ledger.checkpoint(size) in text
        with pytest.raises(LogMisbehaved, match="alarm stands"):
            mirror(tmp_path, Served(ledger, 300)).step()
        (tmp_path / ALARM).unlink()
    assert mirror(tmp_path, Served(ledger, 300)).step().new_entries == 20


def test_a_fork_within_the_unfinished_bundle(tmp_path: Path) -> None:
    ledger = small_ledger(300)
    mirror(tmp_path, Served(ledger, 280)).step()
    with pytest.raises(LogMisbehaved, match="fork"):
        mirror(tmp_path, Served(rewritten(ledger, 270), 304)).step()


def test_a_key_that_the_registrars_thief_enrols_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It verifies, as it must: that nobody knows the device, people see who are told of it."""
    ledger = small_ledger(5)
    served = Served(ledger, ledger.size)
    follower = mirror(tmp_path / "m", served)
    assert [key.dev for key in follower.step().enrolled] == ["gun-01", "gun-02"]
    ledger.enrol(Device("ghost-01", key(77)))
    served.size = ledger.size
    (found,) = mirror(tmp_path / "m", served).step().enrolled  # also after a restart
    assert (found.dev, found.ep, found.index) == ("ghost-01", 0, ledger.size - 1)
    assert look(follower)
    assert f"ghost-01/0 {found.org} #{ledger.size - 1}" in capfd.readouterr().err
    assert follower.step().enrolled == ()


def test_a_rollback_is_an_alarm(tmp_path: Path) -> None:
    ledger = small_ledger(300)
    mirror(tmp_path, Served(ledger, 280)).step()
    with pytest.raises(LogMisbehaved, match="rollback"):
        mirror(tmp_path, Served(ledger, 279)).step()


def test_a_checkpoint_kept_elsewhere_is_compared(tmp_path: Path) -> None:
    ledger = small_ledger(30)
    pinned = {"letter": ledger.checkpoint(20).encode()}
    trusted = replace(TRUSTED, pinned=pinned)
    assert mirror(tmp_path / "good", Served(ledger, 30), trusted).step().size == 30
    with pytest.raises(LogMisbehaved, match="kept"):
        mirror(tmp_path / "bad", Served(rewritten(ledger, 10), 30), trusted).step()


def test_an_entry_that_no_enrolled_key_signed_is_an_alarm(tmp_path: Path) -> None:
    ledger = small_ledger(20)
    ledger.log(Device("ghost-01", key(90)).event("weigh", {"weight_kg": "1.000"}))
    with pytest.raises(LogMisbehaved, match="entry"):
        mirror(tmp_path, Served(ledger, ledger.size)).step()


@pytest.mark.parametrize("part", ["checkpoint", "tile/entries"])
def test_spoiled_answers_are_no_accusation_and_change_nothing(tmp_path: Path, part: str) -> None:
    ledger = small_ledger(300)
    served = Served(ledger, 280)
    follower = mirror(tmp_path, served)
    follower.step()
    served.size = 300

    def flip(path: str, data: bytes) -> bytes:
        return data if not path.startswith(part) else data[:50] + b"\x00" + data[51:]

    served.spoil = flip
    with pytest.raises(MirrorUnreachable):
        follower.step()
    served.spoil = lambda path, data: data[:-1] if path.startswith(part) else data
    with pytest.raises(MirrorUnreachable):
        follower.step()
    served.spoil = lambda _, data: data
    assert follower.step().new_entries == 20
    assert not (tmp_path / ALARM).exists()


def test_a_damaged_copy_is_noticed(tmp_path: Path) -> None:
    ledger = small_ledger(300)
    mirror(tmp_path, Served(ledger, 280)).step()
    for path in ("tile/entries/000", "tile/0/000", "tile/0/001.p/24", "tile/1/000.p/1"):
        place = tmp_path / path
        good = place.read_bytes()
        place.write_bytes(good[:10] + bytes([good[10] ^ 1]) + good[11:])
        with pytest.raises(MirrorDamaged):
            mirror(tmp_path, Served(ledger, 280))
        place.write_bytes(good)
    place.unlink()
    with pytest.raises(MirrorDamaged):
        mirror(tmp_path, Served(ledger, 280))


def test_an_unwitnessed_log_is_followed_and_called_so(tmp_path: Path) -> None:
    ledger = small_ledger(5)
    ledger_note = ledger.checkpoint(witnesses=()).encode()
    served = Served(ledger, ledger.size)
    served.spoil = lambda path, data: ledger_note if path == "checkpoint" else data
    assert not mirror(tmp_path, served).step().quorum_met


def test_over_http_from_the_product(deployment: Deployment, tmp_path: Path) -> None:
    """The real server, the real command, and its exit codes."""
    deployment.write_public_keys(tmp_path / "keys")
    with serving(application(deployment)) as url:
        with httpx.Client() as client:
            trusted = load_keys(tmp_path / "keys")
            fetch = FetchOverHttp(client, f"{url}/log")
            follower = Mirror(tmp_path / "m", trusted, fetch, lambda: DAY)
            first = follower.step()
            assert first.new_entries == first.size > 0
            with pytest.raises(MirrorUnreachable, match="404"):
                fetch("tile/0/999")
        arguments = [f"{url}/log", "--keys", str(tmp_path / "keys")]
        arguments += ["--folder", str(tmp_path / "m"), "--export", str(tmp_path / "b")]
        command = [sys.executable, "-m", "api.witness", "mirror", *arguments]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        assert done.returncode == 0, done.stderr
        assert verify_bundle(tmp_path / "b", tmp_path / "keys").exit_code == 0
        policy = tmp_path / "keys" / "policy.txt"
        witness = f"witness w1 {cosigner_vkey('w1.example', key(11)).text}\nquorum w1\n"
        policy.write_text(policy.read_text().replace("quorum none\n", witness))
        done = subprocess.run(command[:-2], capture_output=True, check=False, text=True)
        assert done.returncode == 2
        assert "NOT WITNESSED" in done.stderr
        (tmp_path / "m" / ALARM).write_text("fork: kept by hand\n")
        done = subprocess.run(command, capture_output=True, check=False, text=True)
        assert done.returncode == 1
    done = subprocess.run(
        [*command[:4], "http://127.0.0.1:9/log", *command[5:-3], str(tmp_path / "other")],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 2
