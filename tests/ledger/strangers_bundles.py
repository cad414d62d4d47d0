"""The stranger's verifier goes on: whole and partial bundles, as docs/ledger.md tells of them.

A bundle is a dictionary of its files. What a period leaves unproven is not computed here.
"""

import base64
import json
import re
from typing import Any

from tests.ledger.strangers_verifier import (
    Keys,
    b64url,
    canonical,
    check_ed25519,
    check_note,
    check_receipt,
    follow_log_key,
    read_vkey,
    sha256,
    signature_lines,
    tree_root,
    unbase64,
)

Files = dict[str, bytes]


def check_files(files: Files) -> None:
    listed = files["MANIFEST.sha256"].decode()
    others = sorted(files.keys() - {"MANIFEST.sha256"})
    assert listed == "".join(f"{sha256(files[path]).hex()}  {path}\n" for path in others)


def handovers(files: Files) -> dict[int, str]:
    names = (re.fullmatch(r"log-keys/(\d+)\.checkpoint", path) for path in files)
    return {int(name[1]): files[name[0]].decode() for name in names if name}


def claimed(files: Files) -> tuple[int, bytes]:
    """Size and root as the checkpoint says them: nobody's word until its signature is checked."""
    _, size, root = signature_lines(files["checkpoint"].decode())[0].splitlines()
    return int(size), unbase64(root)


def tile_files(leaves: list[bytes], bundles: list[bytes]) -> Files:
    """All that is below ``tile/``, from the leaf hashes and the entries after their lengths."""
    found: Files = {}

    def put(level: str, items: list[bytes]) -> None:
        for start in range(0, len(items), 256):
            part = items[start : start + 256]
            edge = f".p/{len(part)}" if len(part) < 256 else ""
            found[f"tile/{level}/{start // 256:03}{edge}"] = b"".join(part)  # up to 256,000 entries

    put("entries", bundles)
    level, hashes = 0, leaves
    while hashes:
        put(str(level), hashes)
        full = len(hashes) // 256
        hashes = [tree_root(hashes[256 * n : 256 * n + 256]) for n in range(full)]
        level += 1
    return found


def split_entries(data: bytes) -> list[bytes]:
    entries = []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        assert len(data) >= end
        entries.append(data[2:end])
        data = data[end:]
    return entries


def check_disclosures(files: Files, entries: dict[int, bytes]) -> None:
    """Each piece of personal data that is shown stands as a digest in its entry."""
    for line in files.get("disclosures.jsonl", b"").splitlines():
        shown = canonical(line)
        text = shown["disclosure"]
        array = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        assert b64url(array) == text, "not the one spelling"
        payload = unbase64(json.loads(entries[shown["index"]])["env"]["payload"])
        assert b64url(sha256(array)) in canonical(payload)["body"]["pii"]


def check_whole(files: Files, registrar: str, known: str, witness: str, pinned: str = "") -> Keys:
    """``known``: a verifier key of the log, the newest or one before; ``pinned``: a kept note."""
    check_files(files)
    keys = Keys(read_vkey(registrar)[3], read_vkey(known)[0])
    bundles = sorted(path for path in files if path.startswith("tile/entries/"))
    entries = [entry for path in bundles for entry in split_entries(files[path])]
    for index, entry in enumerate(entries):
        keys.check(index, entry)
    check_disclosures(files, dict(enumerate(entries)))
    leaves = keys.leaves
    made = tile_files(leaves, [len(entry).to_bytes(2, "big") + entry for entry in entries])
    assert made == {path: data for path, data in files.items() if path.startswith("tile/")}
    assert claimed(files) == (len(leaves), tree_root(leaves))

    def by_tiles(_: int, size: int, root: bytes) -> None:
        assert root == tree_root(leaves[:size])

    newest = follow_log_key(keys, known, handovers(files), by_tiles)
    check_note(files["checkpoint"].decode(), newest, witness)
    if pinned:
        size, root, _ = check_note(pinned, known, witness)
        assert root == tree_root(leaves[:size])
    return keys


def check_consistency(size1: int, root1: bytes, size2: int, root2: bytes, proof: bytes) -> None:
    """RFC 9162 section 2.1.4.2."""
    path = [unbase64(line) for line in proof.decode().splitlines()]
    if size1 == size2:
        assert (root1, path) == (root2, [])
        return
    assert 0 < size1 < size2
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    node, last = size1 - 1, size2 - 1
    while node % 2:
        node, last = node // 2, last // 2
    first = second = path[0]
    for sibling in path[1:]:
        assert last > 0
        if node % 2 or node == last:
            first, second = sha256(b"\x01" + sibling + first), sha256(b"\x01" + sibling + second)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            second = sha256(b"\x01" + second + sibling)
        node, last = node // 2, last // 2
    assert (first, second, last) == (root1, root2, 0)


def check_partial(files: Files, registrar: str, known: str, witness: str) -> Keys:
    check_files(files)
    keys = Keys(read_vkey(registrar)[3], read_vkey(known)[0], whole=False)
    scope = canonical(files["scope.json"].removesuffix(b"\n"))
    names = (re.fullmatch(r"entry/(\d+)\.json", path) for path in files)
    indices = sorted(int(name[1]) for name in names if name)
    entries = {index: files[f"entry/{index}.json"] for index in indices}
    check_scope(scope, [(keys.check(index, entries[index]), entries[index]) for index in indices])
    check_disclosures(files, entries)
    newest_of_all = claimed(files)

    def by_proof(ep: int, size: int, root: bytes) -> None:
        check_consistency(size, root, *newest_of_all, files[f"log-keys/{ep}.consistency"])

    newest = follow_log_key(keys, known, handovers(files), by_proof)
    note = files["checkpoint"].decode()
    for index in indices:
        receipt, leaf = files[f"entry/{index}.tlog-proof"].decode(), json.loads(entries[index])
        ms = base64.b64encode(b'{"ms":%d}' % leaf["ms"]).decode()
        head = f"c2sp.org/tlog-proof@v1\nextra {ms}\nindex {index}\n"
        assert receipt.startswith(head)
        assert receipt.endswith(f"\n\n{note}")
        assert check_receipt(receipt, leaf["env"], newest, witness) == index
    shown = {key_id: runs(sorted(chain)) for key_id, chain in keys.chains.items()}
    assert scope["shown"] == shown
    if "registrations.json" in files:
        check_registrations(files, keys, entries)
    return keys


def check_registrations(files: Files, keys: Keys, entries: dict[int, bytes]) -> None:
    """The registrar's word on how many entries say who may sign."""
    envelope = canonical(files["registrations.json"].removesuffix(b"\n"))
    kind = envelope["payloadType"]
    assert kind == "application/vnd.waste-trace.registrations.v1+json"
    (signature,) = envelope["signatures"]
    assert signature["keyid"] == f"registrar/{keys.registrar_ep}"
    payload = unbase64(envelope["payload"])
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    check_ed25519(keys.keys[signature["keyid"]], unbase64(signature["sig"]), signed)
    payloads = [canonical(unbase64(json.loads(one)["env"]["payload"])) for one in entries.values()]
    here = sum(one["dev"] == "registrar" or one["typ"] == "key.rotate" for one in payloads)
    size, root = claimed(files)
    root_text = base64.b64encode(root).decode()
    said = {"entries": here, "log": keys.origin, "n": size, "root": root_text, "v": 1}
    assert canonical(payload) == said


def runs(numbers: list[int]) -> list[list[int]]:
    found: list[list[int]] = []
    for seq in numbers:
        if found and found[-1][1] == seq - 1:
            found[-1][1] = seq
        else:
            found.append([seq, seq])
    return found


def check_scope(scope: Any, entries: list[tuple[dict[str, Any], bytes]]) -> None:
    """Each entry is the registrar's, a rotation, or fits."""
    told = [(event, json.loads(entry)) for event, entry in entries]
    spans: dict[str, tuple[set[int], set[int]]] = {}  # seqs before the period, and in it
    for event, leaf in told:
        before, inside = spans.setdefault(f"{event['dev']}/{event['ep']}", (set(), set()))
        if leaf["ms"] < scope["from_ms"]:
            before.add(event["seq"])
        elif leaf["ms"] < scope["until_ms"] and event["org"] == scope["value"]:
            inside.add(event["seq"])
    for event, leaf in told:
        if event["dev"] == "registrar" or event["typ"] == "key.rotate":
            continue
        if scope["kind"] != "organisation":
            value = json.dumps(scope["value"], ensure_ascii=False).encode()
            assert value in unbase64(leaf["env"]["payload"])
            continue
        before, inside = spans[f"{event['dev']}/{event['ep']}"]
        seq, last = event["seq"], max(before, default=-1)
        assert event["org"] == scope["value"]
        assert seq in inside or (
            bool(inside & {seq - 1, seq + 1}) if inside else seq in (last, last + 1)
        )
