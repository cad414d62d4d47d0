"""The larger example of docs/ledger.md: made again from the page alone, verified, and damaged."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Page

from tests.ledger import strangers_bundles as bundles
from tests.ledger import strangers_verifier as stranger
from tests.ledger.larger_example import PARTIAL, larger_ledger, write_bundles
from tests.ledger.page_checks import check, zipped
from tests.ledger.test_document import fails
from tests.ledger.test_partial import reseal, without
from tests.ledger.worked_example import PAGE, read_blocks
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.registry_bodies import LOG_EVENT_TYPES
from waste_trace.ledger.verify import verify_bundle

WHOLE_AND_PARTIAL = ("whole", *PARTIAL)
Blocks = dict[str, str]


@pytest.fixture(scope="module")
def blocks() -> Blocks:
    return read_blocks(PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The three bundles, and the reader's keys."""
    write_bundles(tmp_path)
    return tmp_path


def test_every_type_of_event_that_the_log_knows_is_in_it() -> None:
    events = [parse_event(parse_leaf(leaf).envelope.payload) for leaf in larger_ledger().leaves]
    assert {event.typ for event in events} >= set(LOG_EVENT_TYPES)


def spelled(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def entries_of(blocks: Blocks) -> list[bytes]:
    """All 267, from the lines of the page and its rule of fillers; nothing of ours makes them."""
    told = [line.encode() for line in (blocks["earlier"] + blocks["entry"]).splitlines()]
    more = [line.encode() for line in blocks["larger_entries"].splitlines()]
    entries = [*told, *more[:7]]
    pattern = json.loads(stranger.unbase64(json.loads(more[6])["env"]["payload"]))
    signer = Ed25519PrivateKey.from_private_bytes((0x1F).to_bytes(32, "big"))
    started = int(pattern["id"].replace("-", "")[:12], 16)
    for seq in range(1, 250):
        before = stranger.unbase64(json.loads(entries[-1])["env"]["payload"])
        number = f"{started + seq:012x}"
        payload = spelled(
            pattern
            | {"seq": seq, "prev": stranger.b64url(stranger.sha256(before))}
            | {"id": f"{number[:8]}-{number[8:]}{pattern['id'][13:]}"}
            | {"body": {"weight_kg": f"{100 + seq}.000"}}
        )
        kind = stranger.EVENT
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
        signature = {"keyid": "gun-01/1", "sig": base64.b64encode(signer.sign(signed)).decode()}
        envelope = {"payload": base64.b64encode(payload).decode(), "payloadType": kind}
        ms = 1795420800000 + 1000 * len(entries)
        entries.append(spelled({"env": envelope | {"signatures": [signature]}, "ms": ms, "v": 1}))
    return entries + more[7:]


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 section 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return [*path_of(index, leaves[:half]), stranger.tree_root(leaves[half:])]
    return [*path_of(index - half, leaves[half:]), stranger.tree_root(leaves[:half])]


def bundle_of(blocks: Blocks, name: str) -> bundles.Files:
    """The files of a bundle, from the page alone; all but README.txt."""
    entries = entries_of(blocks)
    leaves = [stranger.sha256(b"\x00" + entry) for entry in entries]
    first, *rest = blocks["policy"].splitlines()
    policy = [first, f"log {blocks['larger_key'].strip()}", *rest]
    files = {
        "checkpoint": blocks["larger_checkpoint"].encode(),
        "log-keys/1.checkpoint": blocks["larger_handover"].encode(),
        "policy.txt": "".join(f"{line}\n" for line in policy).encode(),
        "registrar.vkey": blocks["keys"].splitlines()[1].encode() + b"\n",
    }
    if name == "whole":
        made = [len(entry).to_bytes(2, "big") + entry for entry in entries]
        return files | bundles.tile_files(leaves, made)
    files["registrations.json"] = blocks["larger_registrations"].encode()
    files["log-keys/1.consistency"] = blocks["larger_handover_proof"].encode()
    shared = [0, 1, *range(3, 7), 8, *range(259, 263), 264, 265]
    if name == "container":
        chosen = [*shared, 2, 7]
        files["scope.json"] = blocks["larger_scope"].encode()
        shown = {"disclosure": blocks["disclosure"].splitlines()[1], "index": 6}
        files["disclosures.jsonl"] = spelled(shown) + b"\n"
    else:
        chosen = [*shared, *range(99, 105)]
        files["scope.json"] = blocks["larger_period_scope"].encode()
    for index in chosen:
        files[f"entry/{index}.json"] = entries[index]
        path = [base64.b64encode(digest).decode() for digest in path_of(index, leaves)]
        extra = base64.b64encode(b'{"ms":%d}' % json.loads(entries[index])["ms"]).decode()
        head = ["c2sp.org/tlog-proof@v1", f"extra {extra}", f"index {index}", *path, ""]
        receipt = "".join(f"{line}\n" for line in head) + blocks["larger_checkpoint"]
        files[f"entry/{index}.tlog-proof"] = receipt.encode()
    return files


def sealed(files: bundles.Files) -> bundles.Files:
    listed = "".join(f"{stranger.sha256(files[path]).hex()}  {path}\n" for path in sorted(files))
    return files | {"MANIFEST.sha256": listed.encode()}


@pytest.mark.parametrize("name", WHOLE_AND_PARTIAL)
def test_a_stranger_makes_each_file_again(blocks: Blocks, name: str) -> None:
    files = bundle_of(blocks, name)
    made = [
        f"{len(data):6} {stranger.sha256(data).hex()}  {path}"
        for path, data in sorted(files.items())
    ]
    listed = blocks[f"larger_{name}"].splitlines()
    if name == "period":  # the page lists what the container's bundle does not have
        made = [line for line in made if line not in blocks["larger_container"].splitlines()]
    assert made == listed


def read_by_stranger(blocks: Blocks, name: str, files: bundles.Files) -> stranger.Keys:
    log, registrar, witness = blocks["keys"].splitlines()
    if name == "whole":
        return bundles.check_whole(files, registrar, log, witness, blocks["checkpoint"])
    return bundles.check_partial(files, registrar, log, witness)


@pytest.mark.parametrize("name", WHOLE_AND_PARTIAL)
def test_a_stranger_verifies_it_and_warns_of_the_same(
    blocks: Blocks, place: Path, name: str
) -> None:
    keys = read_by_stranger(blocks, name, sealed(bundle_of(blocks, name)))
    report = verify_bundle(place / name, place / "keys")
    assert report.exit_code == 0
    ours = [(one.what, one.index) for one in report.warnings if one.index is not None]
    assert keys.warnings == ours
    assert [what for what, _ in ours] == ["device_fork", "late_after_revoke", "prev_mismatch"]


@pytest.mark.parametrize("name", WHOLE_AND_PARTIAL)
def test_a_stranger_notices_a_changed_byte_of_each_file(blocks: Blocks, name: str) -> None:
    """But for the keys that a bundle proposes: the reader has his own."""
    good = bundle_of(blocks, name)
    for path in good.keys() - {"policy.txt", "registrar.vkey"}:
        data = bytearray(good[path])
        data[len(data) // 3] ^= 1
        files = sealed(good | {path: bytes(data)})
        assert fails(lambda files=files: read_by_stranger(blocks, name, files)), path  # type: ignore[misc]


def test_the_proofs_of_the_page_lead_to_the_root(blocks: Blocks) -> None:
    leaves = [stranger.sha256(b"\x00" + entry) for entry in entries_of(blocks)]
    root = stranger.tree_root(leaves)
    tile, whole = (bytes.fromhex(line) for line in blocks["larger_root"].splitlines())
    assert (tile, whole) == (stranger.tree_root(leaves[:256]), root)
    path = [stranger.unbase64(line) for line in blocks["larger_inclusion"].splitlines()]
    assert path == path_of(6, leaves)
    for size, proof in ((3, "larger_consistency"), (264, "larger_handover_proof")):
        before = stranger.tree_root(leaves[:size])
        bundles.check_consistency(size, before, 267, root, blocks[proof].encode())
        with pytest.raises(AssertionError):
            bundles.check_consistency(size, root, 267, root, blocks[proof].encode())


@pytest.mark.parametrize("name", WHOLE_AND_PARTIAL)
def test_the_verifier_in_a_browser_says_the_same(page: Page, place: Path, name: str) -> None:
    ours = verify_bundle(place / name, place / "keys")
    theirs = check(page, zipped(place / name), place / "keys")
    assert (ours.exit_code, theirs["verdict"]) == (0, "proven")
    assert [one["index"] for one in theirs["warnings"]] == [one.index for one in ours.warnings]


def edited(path: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        old = (folder / path).read_text(encoding="utf-8")
        new = change(old)
        assert new != old
        (folder / path).write_text(new, encoding="utf-8")

    return edit


def handover_in_its_place(folder: Path) -> None:
    (folder / "checkpoint").write_bytes((folder / "log-keys/1.checkpoint").read_bytes())


def another_entry(folder: Path) -> None:
    without("entry/7.json", "entry/7.tlog-proof")(folder)
    for suffix in ("json", "tlog-proof"):
        data = (folder.with_name("period") / f"entry/100.{suffix}").read_bytes()
        (folder / f"entry/100.{suffix}").write_bytes(data)


def newest_cut_off(folder: Path) -> None:
    without("entry/265.json", "entry/265.tlog-proof")(folder)
    edited("scope.json", lambda text: text.replace(',"registrar/1":[[0,0]]', ""))(folder)


def without_second_key(note: str) -> str:
    return "".join(line for line in note.splitlines(keepends=True) if "SnCbK" not in line)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "whole | `log-keys/1.checkpoint`, the only handover, is taken out: "
    "no key that the reader knows has signed": without("log-keys/1.checkpoint"),
    "whole | the line of the second key is taken out of `log-keys/1.checkpoint`": edited(
        "log-keys/1.checkpoint", without_second_key
    ),
    "whole | `checkpoint` is the handover: `tile/0/001.p/8` is not here": handover_in_its_place,
    "container | `entry/260.json` and its proof, the revocation, are taken out": without(
        "entry/260.json", "entry/260.tlog-proof"
    ),
    "container | `entry/7.json` and its proof are taken out": without(
        "entry/7.json", "entry/7.tlog-proof"
    ),
    "container | `entry/265.json` and its proof, the newest of the registrar, are taken out, "
    "and `shown` says so": newest_cut_off,
    "container | entry 7 becomes entry 100 of the other bundle, with its proof": another_entry,
    "period | `from_ms` is 1000 more": edited(
        "scope.json", lambda text: text.replace("1795420900000", "1795420901000")
    ),
}


@pytest.mark.parametrize("row", DAMAGES)
def test_what_is_changed_is_found_as_the_page_says(blocks: Blocks, place: Path, row: str) -> None:
    name = row.split(" ")[0]
    folder = place / name
    DAMAGES[row](folder)
    reseal(folder)
    report = verify_bundle(folder, place / "keys")
    assert f"| {row} | {report.exit_code} |" in PAGE.read_text(encoding="utf-8")
    assert report.exit_code != 0
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert fails(lambda: read_by_stranger(blocks, name, files))
