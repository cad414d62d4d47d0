"""Change bundles byte by byte and ask the verifier: nothing passes, and the entry is named.

``./run python -m tests.campaigns.bundle_changes --count 10000 --seed 1 [--json]``

Whole bundle, partial bundle and zip. Each file is changed as an accident would (the manifest says
so) and as a forger would, who writes the manifest anew: then the tree, the receipts and the
signatures alone must show it. Verified with keys of one's own, as everybody should.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.changes import Change, changes
from tests.campaigns.tally import Tally
from tests.ledger.sample_ledger import REGISTRAR_KEY, SampleLedger, sample_policy, small_ledger
from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.partial import write_partial
from waste_trace.ledger.policy import format_policy
from waste_trace.ledger.tiles import HASH_BYTES, TILE_WIDTH, TreeReader
from waste_trace.ledger.verify import verify_bundle

#: Not signed and not trusted: with keys of one's own they prove nothing, and only the manifest
#: guards them. The manifest itself is what a forger rewrites.
UNTRUSTED = {layout.README, layout.POLICY, layout.REGISTRAR, layout.MANIFEST}


@dataclass(frozen=True, slots=True)
class Specimen:
    """A bundle that verifies, and the keys to verify it with."""

    name: str
    folder: Path
    keys: Path

    def files(self) -> list[str]:
        """Its files by their names in the bundle."""
        found = (p.relative_to(self.folder) for p in self.folder.rglob("*") if p.is_file())
        return sorted(path.as_posix() for path in found)


def whole(ledger: SampleLedger, target: Path, name: str) -> Specimen:
    """A whole bundle with a pinned checkpoint that only the log has signed."""
    pinned = {"early": ledger.checkpoint(5, witnesses=())}
    ledger.write(target, pinned=pinned)
    return Specimen(name, target, target.with_name(target.name + "-keys"))


def partial(ledger: SampleLedger, keys: Path, target: Path) -> Specimen:
    """The only event of one manifest, with everything of the registrar."""
    number = 3
    write_partial(
        target,
        kind="manifest",
        value=f"2026330482{number:06d}",
        checkpoint=ledger.checkpoint(),
        tree=TreeReader(ledger.tiles, ledger.size),
        entries={index: ledger.leaves[index] for index in (0, 1, 2, 3, 4 + number)},
        policy=format_policy(sample_policy()),
        registrar_vkey=log_vkey("registrar.example", REGISTRAR_KEY).text,
        registrar_key=lambda _: REGISTRAR_KEY,
    )
    return Specimen("partial", target, keys)


def reseal(folder: Path) -> None:
    """What a forger does after a change: write the manifest anew."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.name != layout.MANIFEST]
    digests = {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    (folder / layout.MANIFEST).write_bytes(layout.format_manifest(digests))


def expected_index(name: str, original: bytes, change: Change) -> tuple[int, int] | None:
    """First and last index that may be named for a change of this file; None if there is none."""
    folder, _, number = name.rpartition("/")
    if folder == "entry":
        index = int(number.split(".")[0])
        return index, index
    if not name.startswith("tile/"):
        return None
    level = name.split("/")[1]
    start = int(name.split("/")[2].split(".")[0]) * TILE_WIDTH
    if level == "entries":
        index = start + _entry_at(original, change.first)
        return max(0, index - 1), index  # a cut before it: the entry, or the one that lacks an end
    position = start + min(change.first, len(original) - 1) // HASH_BYTES
    width = TILE_WIDTH ** int(level)
    return position * width, (position + 1) * width - 1


def _entry_at(bundle: bytes, offset: int) -> int:
    index = end = 0
    while True:
        end += 2 + int.from_bytes(bundle[end : end + 2], "big")
        if offset < end or end >= len(bundle):
            return index
        index += 1


def change_files(specimen: Specimen, count: int, seed: int, tally: Tally) -> None:
    """``count`` changes of each kind of file of a folder, by accident and by a forger."""
    names = specimen.files()
    manifest = specimen.folder / layout.MANIFEST
    whole_manifest = manifest.read_bytes()
    each = -(-count // (2 * len(names) - len(UNTRUSTED)))
    for name in names:
        path = specimen.folder / name
        original = path.read_bytes()
        for forged in (False, True):
            if forged and name in UNTRUSTED:
                continue
            seal = "forged" if forged else "plain"
            for change in changes(original, each, f"{seed} {specimen.name} {name} {seal}"):
                path.write_bytes(change.data)
                if forged:
                    reseal(specimen.folder)
                words = f"{specimen.name} {seal} {name}"
                _ask(specimen, words, expected_index(name, original, change), change, tally)
                if forged:
                    manifest.write_bytes(whole_manifest)
        path.write_bytes(original)


def change_zip(specimen: Specimen, archive: Path, count: int, seed: int, tally: Tally) -> None:
    """``count`` changes of the zip of a bundle, wherever they fall."""
    with archive.open("wb") as target:
        zip_bundle(specimen.folder, target)
    original = archive.read_bytes()
    zipped = Specimen("zip", archive, specimen.keys)
    for change in changes(original, count, f"{seed} zip"):
        archive.write_bytes(change.data)
        _ask(zipped, "zip plain", None, change, tally)


def _ask(
    specimen: Specimen, words: str, expected: tuple[int, int] | None, change: Change, tally: Tally
) -> None:
    tally.tried[words] += 1
    began = time.monotonic()
    report = verify_bundle(specimen.folder, specimen.keys)
    tally.took(time.monotonic() - began)
    said = f"{words}: {change.kind} at {change.first}"
    if report.exit_code == 0 or report.problem is None:
        tally.fail(f"{said} was not noticed")
    elif expected is not None:
        index = report.problem.index
        if index is None or not expected[0] <= index <= expected[1]:
            tally.fail(f"{said} belongs to {expected}, and {index} was named")


def run(folder: Path, count: int, seed: int, *, large: int = 280) -> Tally:
    """The campaign: at least ``count`` changes, a sixth of them on a bundle with full tiles.

    ``large``: events of the larger ledger; 0 leaves it out.
    """
    tally = Tally("bundle changes")
    ledger = small_ledger(8)
    small = whole(ledger, folder / "small", "small")
    specimens = [small, partial(ledger, small.keys, folder / "partial")]
    if large:
        specimens.append(whole(small_ledger(large), folder / "large", "large"))
    for specimen in specimens:
        if verify_bundle(specimen.folder, specimen.keys).exit_code != 0:
            tally.fail(f"{specimen.name} does not verify before it is touched")
    change_files(small, count * 35 // 100, seed, tally)
    change_files(specimens[1], count * 30 // 100, seed, tally)
    if large:
        change_files(specimens[2], count * 15 // 100, seed, tally)
    # What is left, a fifth or so: the shares above are rounded, and there may be no large bundle.
    change_zip(small, folder / "small.zip", max(0, count - tally.total), seed, tally)
    for specimen in specimens:
        if verify_bundle(specimen.folder, specimen.keys).exit_code != 0:
            tally.fail(f"{specimen.name} does not verify after it was put back")
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the exit code is 1 if anything passed unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="waste-trace-") as folder:
        return run(Path(folder), options.count, options.seed).report(as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
