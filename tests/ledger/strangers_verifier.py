"""A verifier that somebody could write from docs/ledger.md alone: nothing of the product in it.

It is as short as it is because it stops at the first thing that is wrong, with an AssertionError.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature


def check_ed25519(key: bytes, signature: bytes, message: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(key).verify(signature, message)


def check_p256(key: bytes, signature: bytes, message: bytes) -> None:
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def unbase64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    assert base64.b64encode(data).decode() == text, "not the one spelling"
    return data


def canonical(text: bytes) -> Any:
    value = json.loads(text)
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert again.encode() == text, "not canonical"
    return value


def read_vkey(line: str) -> tuple[str, str, int, bytes]:
    name, key_id, encoded = line.split("+", 2)
    material = unbase64(encoded)
    assert sha256(name.encode() + b"\n" + material)[:4].hex() == key_id, "key id"
    return name, key_id, material[0], material[1:]


def tree_root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:]))


def signature_lines(note: str) -> tuple[str, dict[tuple[str, str], bytes]]:
    text, lines = note.rsplit("\n\n", 1)
    found = {}
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        assert dash == "\u2014"
        raw = unbase64(encoded)
        found[name, raw[:4].hex()] = raw[4:]
    return text + "\n", found


def check_note(note: str, log: str, witness: str) -> tuple[int, bytes, int]:
    """(size, root, time of the cosignature)."""
    text, lines = signature_lines(note)
    origin, size, root = text.splitlines()
    name, key_id, kind, key = read_vkey(log)
    assert (name, kind) == (origin, 1)
    check_ed25519(key, lines[name, key_id], text.encode())
    name, key_id, kind, key = read_vkey(witness)
    assert kind == 4
    stamp = lines[name, key_id]
    seconds = int.from_bytes(stamp[:8], "big")
    check_ed25519(key, stamp[8:], f"cosignature/v1\ntime {seconds}\n{text}".encode())
    return int(size), unbase64(root), seconds


@dataclass
class Keys:
    """Who may sign, entry by entry."""

    registrar: bytes  # its newest key
    origin: str
    registrar_ep: int = 0
    log_keys: list[tuple[int, str]] = field(default_factory=list)  # index, verifier key
    devices: dict[str, bytes] = field(default_factory=dict)
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)
    ms: int = 0

    def check(self, index: int, entry: bytes) -> dict[str, Any]:
        leaf = canonical(entry)
        assert leaf["v"] == 1
        assert leaf["ms"] >= self.ms
        self.ms = leaf["ms"]
        envelope = leaf["env"]
        payload = unbase64(envelope["payload"])
        kind = envelope["payloadType"]
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
        (signature,) = envelope["signatures"]
        event: dict[str, Any] = canonical(payload)
        assert event["log"] == self.origin
        assert signature["keyid"] == f"{event['dev']}/{event['ep']}"
        by_registrar = signature["keyid"] == f"registrar/{self.registrar_ep}"
        key = self.registrar if by_registrar else self.devices[signature["keyid"]]
        (check_ed25519 if len(key) == 32 else check_p256)(key, unbase64(signature["sig"]), signed)
        assert (index == 0) == (event["typ"] == "ledger.open")
        if event["typ"] == "key.enrol":
            assert by_registrar
            body = event["body"]
            self.devices[f"{body['dev']}/{body['ep']}"] = unbase64(body["pub"])
        if event["typ"] == "key.rotate" and by_registrar:
            assert event["body"]["ep"] == self.registrar_ep + 1
            self.registrar_ep, self.registrar = event["body"]["ep"], unbase64(event["body"]["pub"])
        if event["typ"] == "log.key":
            assert by_registrar
            body = event["body"]
            self.log_keys = self.log_keys or [(-1, body["replaces"])]
            assert (body["ep"], body["replaces"]) == (len(self.log_keys), self.log_keys[-1][1])
            self.log_keys.append((index, body["vkey"]))
        expected = self.chains.get(signature["keyid"], (0, ""))
        assert (event["seq"], event["prev"]) == expected, "chain"
        digest = base64.urlsafe_b64encode(sha256(payload)).decode().rstrip("=")
        self.chains[signature["keyid"]] = (event["seq"] + 1, digest)
        return event


def follow_log_key(keys: Keys, known: str, handovers: dict[int, str], leaves: list[bytes]) -> str:
    """The log's newest key, for somebody who knows one of its keys; ``leaves``: all leaf hashes."""
    names = [vkey for _, vkey in keys.log_keys]
    for ep in range(names.index(known) + 1, len(names)):
        text, lines = signature_lines(handovers[ep])
        for name, key_id, kind, key in map(read_vkey, names[ep - 1 : ep + 1]):
            assert (name, kind) == (keys.origin, 1)
            check_ed25519(key, lines[name, key_id], text.encode())
        origin, size, root = text.splitlines()
        assert origin == keys.origin
        assert int(size) > keys.log_keys[ep][0]
        assert unbase64(root) == tree_root(leaves[: int(size)])
    return names[-1]


def check_receipt(receipt: str, envelope: Any, log: str, witness: str) -> int:
    """The index at which the envelope is proven to stand."""
    head, note = receipt.split("\n\n", 1)
    version, extra, index_line, *path = head.splitlines()
    assert version == "c2sp.org/tlog-proof@v1"
    ms = canonical(unbase64(extra.removeprefix("extra ")))["ms"]
    entry = json.dumps(
        {"env": envelope, "ms": ms, "v": 1}, sort_keys=True, separators=(",", ":")
    ).encode()
    size, root, _ = check_note(note, log, witness)
    index = int(index_line.removeprefix("index "))
    assert index < size
    current, node, last = sha256(b"\x00" + entry), index, size - 1
    for line in path:
        sibling = unbase64(line)
        assert last > 0
        if node % 2 or node == last:
            current = sha256(b"\x01" + sibling + current)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            current = sha256(b"\x01" + current + sibling)
        node, last = node // 2, last // 2
    assert last == 0
    assert current == root
    return index
