"""No byte of a bundle can change unseen: flips, cuts and insertions over every file and class."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from tests.ledger.sample_ledger import small_ledger
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.verify import verify_bundle

SAMPLES_PER_FILE = 24


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger = small_ledger(4)
    target = tmp_path_factory.mktemp("bundle") / "b"
    return ledger.write(target, pinned={"early": ledger.checkpoint(5)})


def mutations(data: bytes, seed: str) -> list[bytes]:
    """Sampled flips (all eight bits in turn), cuts, insertions, doublings; first and last byte."""
    chance = random.Random(seed)
    places = {0, len(data) - 1, *(chance.randrange(len(data)) for _ in range(SAMPLES_PER_FILE))}
    changed = []
    for turn, place in enumerate(sorted(places)):
        bent = data[place] ^ (1 << turn % 8)
        changed.append(data[:place] + bytes([bent]) + data[place + 1 :])
        other = (b"", data[place : place + 1] * 2, b"\x00" + data[place : place + 1])[turn % 3]
        changed.append(data[:place] + other + data[place + 1 :])
    return [mutated for mutated in [*changed, b"", data[: len(data) // 2]] if mutated != data]


def test_the_bundle_is_proven_before_it_is_touched(folder: Path) -> None:
    assert verify_bundle(folder, folder.with_name("b-keys")).exit_code == 0


def test_every_mutation_of_every_file_is_detected(folder: Path) -> None:
    keys = folder.with_name("b-keys")
    undetected, count = [], 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for mutated in mutations(data, path.name):
            path.write_bytes(mutated)
            for trusted in (keys, None):
                report = verify_bundle(folder, trusted)
                count += 1
                if report.exit_code == 0 or report.problem is None:
                    undetected.append((path.name, len(mutated)))
        path.write_bytes(data)
    assert undetected == []
    assert count > 600
    assert verify_bundle(folder, keys).exit_code == 0


def test_every_mutation_of_a_zip_is_detected(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    with archive.open("wb") as target:
        zip_bundle(folder, target)
    data = archive.read_bytes()
    keys = folder.with_name("b-keys")
    assert verify_bundle(archive, keys).exit_code == 0
    chance = random.Random("zip")
    directory = data.index(b"PK\x01\x02")
    places = [
        *range(60),
        *(chance.randrange(len(data)) for _ in range(120)),
        *(chance.randrange(directory, len(data)) for _ in range(120)),
        *range(len(data) - 22, len(data)),
    ]
    undetected = []
    for turn, place in enumerate(places):
        changed = bytearray(data)
        changed[place] ^= 1 << turn % 8
        archive.write_bytes(changed)
        if verify_bundle(archive, keys).exit_code == 0:
            undetected.append(place)
    assert undetected == []


def test_files_that_are_exchanged(folder: Path) -> None:
    names = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    for one, two in pairwise(names):
        a, b = one.read_bytes(), two.read_bytes()
        one.write_bytes(b)
        two.write_bytes(a)
        assert verify_bundle(folder).exit_code != 0
        one.write_bytes(a)
        two.write_bytes(b)
