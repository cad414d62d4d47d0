"""A verifier that somebody could write from docs/ledger.md alone: nothing of the product in it.

It is as short as it is because it stops at the first thing that is wrong, with an AssertionError.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

EVENT = "application/vnd.waste-trace.event.v1+json"
BY_REGISTRAR = {
    *("ledger.open", "org.register", "site.register", "key.enrol", "key.revoke", "log.key"),
    *("pii.erased", "evidence.device_fork"),
}


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


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


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
    """Who may sign, and what each has said, entry by entry.

    ``whole``: every entry is here. ``warnings``: what, and of which entry.
    """

    registrar: InitVar[bytes]  # its first key
    origin: str
    whole: bool = True
    keys: dict[str, bytes] = field(default_factory=dict)  # by "<dev>/<ep>"
    ended: dict[str, tuple[int, str]] = field(default_factory=dict)  # last good seq, why
    registrar_ep: int = 0
    log_keys: list[tuple[int, str]] = field(default_factory=list)  # index, verifier key
    chains: dict[str, dict[int, str]] = field(default_factory=dict)  # hash of each seq
    placed: dict[int, tuple[str, int, str]] = field(default_factory=dict)  # key, seq, hash
    leaves: list[bytes] = field(default_factory=list)
    warnings: list[tuple[str, int]] = field(default_factory=list)
    ms: int = 0

    def __post_init__(self, registrar: bytes) -> None:
        self.keys["registrar/0"] = registrar

    def check(self, index: int, entry: bytes) -> dict[str, Any]:
        leaf = canonical(entry)
        assert leaf["v"] == 1
        assert leaf["ms"] >= self.ms
        self.ms = leaf["ms"]
        envelope = leaf["env"]
        assert envelope["payloadType"] == EVENT
        payload = unbase64(envelope["payload"])
        (signature,) = envelope["signatures"]
        event: dict[str, Any] = canonical(payload)
        key_id, seq = signature["keyid"], event["seq"]
        assert (event["log"], key_id) == (self.origin, f"{event['dev']}/{event['ep']}")
        self.check_signature(key_id, payload, unbase64(signature["sig"]))
        last_good, why = self.ended.get(key_id, (seq, ""))
        if seq > last_good:
            self.warnings.append((why, index))
        assert (index == 0) == (event["typ"] == "ledger.open")
        assert event["dev"] == "registrar" or event["typ"] not in BY_REGISTRAR
        self.apply(index, event, revoked=seq > last_good)
        self.place(index, event, b64url(sha256(payload)))
        self.look_at_seen(index, event["seen"])
        self.leaves.append(sha256(b"\x00" + entry))
        return event

    def check_signature(self, key_id: str, payload: bytes, signature: bytes) -> None:
        signed = b"DSSEv1 %d %s %d %s" % (len(EVENT), EVENT.encode(), len(payload), payload)
        key = self.keys[key_id]
        (check_ed25519 if len(key) == 32 else check_p256)(key, signature, signed)

    def apply(self, index: int, event: dict[str, Any], *, revoked: bool) -> None:
        body, typ = event["body"], event["typ"]
        if typ == "key.enrol":
            assert body["dev"] != "registrar"
            self.enrol(body["dev"], body)
        elif typ == "key.rotate":
            assert not revoked, "a revoked key names no next one"
            assert body["ep"] == event["ep"] + 1
            assert (body["last_seq"], body["last_hash"]) == (event["seq"] - 1, event["prev"])
            self.enrol(event["dev"], body)
            self.ended[f"{event['dev']}/{event['ep']}"] = event["seq"], "after_rotation"
            if event["dev"] == "registrar":
                del self.keys[f"registrar/{self.registrar_ep}"]
                self.registrar_ep = body["ep"]
        elif typ == "key.revoke":
            key_id, last_good = f"{body['dev']}/{body['ep']}", body["last_good_seq"]
            assert body["dev"] != "registrar"
            assert key_id in self.keys
            assert last_good <= self.ended.get(key_id, (last_good, ""))[0]
            self.ended[key_id] = last_good, "late_after_revoke"
        elif typ == "log.key":
            self.log_keys = self.log_keys or [(-1, body["replaces"])]
            assert (body["ep"], body["replaces"]) == (len(self.log_keys), self.log_keys[-1][1])
            self.log_keys.append((index, body["vkey"]))
        elif typ == "evidence.device_fork":
            self.check_fork(index, body)

    def enrol(self, dev: str, body: dict[str, Any]) -> None:
        before = f"{dev}/{body['ep'] - 1}"
        assert f"{dev}/{body['ep']}" not in self.keys
        assert body["ep"] == 0 or before in self.keys
        self.keys[f"{dev}/{body['ep']}"] = unbase64(body["pub"])

    def check_fork(self, index: int, body: dict[str, Any]) -> None:
        key_id, seq = f"{body['dev']}/{body['ep']}", body["seq"]
        assert body["first"] != body["second"]
        assert body["index"] < index
        if self.whole:
            assert self.placed[body["index"]] == (key_id, seq, body["first"])
        if "payload" in body:
            payload = unbase64(body["payload"])
            second = canonical(payload)
            assert (f"{second['dev']}/{second['ep']}", second["seq"]) == (key_id, seq)
            assert b64url(sha256(payload)) == body["second"]
            self.check_signature(key_id, payload, unbase64(body["sig"]))
        self.warnings.append(("device_fork", index))

    def place(self, index: int, event: dict[str, Any], digest: str) -> None:
        """Put an event into its chain. A gap would be a warning only; the examples have none."""
        key_id, seq, prev = f"{event['dev']}/{event['ep']}", event["seq"], event["prev"]
        chain = self.chains.setdefault(key_id, {})
        assert seq not in chain
        assert seq == len(chain) or not (self.whole or event["dev"] == "registrar")
        assert (prev == "") == (seq == 0)
        if chain.get(seq - 1, prev) != prev:
            self.warnings.append(("prev_mismatch", index))
        chain[seq] = digest
        self.placed[index] = key_id, seq, digest

    def look_at_seen(self, index: int, seen: dict[str, Any]) -> None:
        size = seen["n"]
        if size and self.whole:
            known = size <= index and tree_root(self.leaves[:size]) == unbase64(seen["root"])
            if not known:
                self.warnings.append(("seen", index))


#: Raises unless a checkpoint (epoch, size, root) is of the history in question.
OfHistory = Callable[[int, int, bytes], None]


def follow_log_key(keys: Keys, known: str, handovers: dict[int, str], check: OfHistory) -> str:
    """The log's newest key, for somebody who knows one of its keys."""
    names = [vkey for _, vkey in keys.log_keys] or [known]
    for ep in range(names.index(known) + 1, len(names)):
        text, lines = signature_lines(handovers[ep])
        for name, key_id, kind, key in map(read_vkey, names[ep - 1 : ep + 1]):
            assert (name, kind) == (keys.origin, 1)
            check_ed25519(key, lines[name, key_id], text.encode())
        origin, size, root = text.splitlines()
        assert origin == keys.origin
        assert int(size) > keys.log_keys[ep][0]
        check(ep, int(size), unbase64(root))
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
