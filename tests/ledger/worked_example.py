"""The example of docs/ledger.md, made by the product. ``python -m tests.ledger.worked_example``
writes it into the page.
"""

import hashlib
import re
from pathlib import Path

from tests.ledger.curves import (
    BASE,
    L,
    add,
    challenge,
    encode,
    strictly_valid,
    times,
    torsion,
    valid_with_cofactor,
)
from tests.ledger.sample_ledger import (
    LOG_KEY,
    ORIGIN,
    REGISTRAR_KEY,
    START_MS,
    WITNESSES,
    Device,
    SampleLedger,
    enrol_body,
    key,
    opening_body,
)
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.cosignature import cosigner_vkey, ml_dsa_message
from waste_trace.ledger.disclosure import make_disclosure
from waste_trace.ledger.dsse import pae
from waste_trace.ledger.encoding import decode_b64url
from waste_trace.ledger.event import PAYLOAD_TYPE, Seen, payload_hash
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.merkle import leaf_hash, node_hash
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.policy import Party, Policy, format_policy
from waste_trace.ledger.receipt import build_receipt
from waste_trace.ledger.tiles import TreeReader, encode_entries

SECONDS = (START_MS + 3000) // 1000
PAGE = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"
_BLOCK = re.compile(r"(<!-- example: (\w+) -->\n```\n)(.*?)(```\n)", re.DOTALL)


def example_ledger() -> SampleLedger:
    """Opening, enrolment, one weighing."""
    ledger = SampleLedger()
    ledger.log(ledger.registrar.event("ledger.open", opening_body()))
    device = Device("gun-01", key(21))
    ledger.log(ledger.registrar.event("key.enrol", enrol_body(device)))
    body = {"container": "91330482MA2CXYZ12A9002140820261123001", "weight_kg": "182.500"}
    ledger.log(device.event("weigh", dict(body), seen=Seen(ledger.size, ledger.root)))
    return ledger


def example_blocks() -> dict[str, str]:
    """The text of every block of the page, by name, each ending in a newline."""
    ledger = example_ledger()
    envelope = parse_leaf(ledger.leaves[2]).envelope
    hashes = [leaf_hash(leaf) for leaf in ledger.leaves]
    note = ledger.checkpoint(witnesses=("w1",), ms=START_MS + 3000)
    whole = pae(PAYLOAD_TYPE, envelope.payload)
    bundle = encode_entries(ledger.leaves)
    log = log_vkey(ORIGIN, LOG_KEY)
    witness = cosigner_vkey("w1.example", WITNESSES["w1"])
    proof = TreeReader(ledger.tiles, 3).inclusion(2)
    policy = Policy((Party(log),), {"regulator": Party(witness)}, {}, "regulator")
    return {
        "keys": _lines(log.text, log_vkey("registrar.example", REGISTRAR_KEY).text, witness.text),
        "payload": _lines(envelope.payload.decode()),
        "identity": _lines(payload_hash(envelope.payload).hex()),
        "pae": _lines(whole[: -len(envelope.payload)].decode()),
        "entry": _lines(ledger.leaves[2].decode()),
        "payloads": _lines(
            *(parse_leaf(leaf).envelope.payload.decode() for leaf in ledger.leaves[:2])
        ),
        "earlier": _lines(*(leaf.decode() for leaf in ledger.leaves[:2])),
        "bundle": _lines(f"{len(bundle)} {hashlib.sha256(bundle).hexdigest()}"),
        "leaves": _lines(*(digest.hex() for digest in hashes)),
        "root": _lines(node_hash(*hashes[:2]).hex(), ledger.root.hex()),
        "checkpoint": note,
        "receipt": build_receipt(2, START_MS + 2000, proof, note),
        "policy": format_policy(policy),
        "disclosure": disclosure_block(),
        "mldsa": _lines(ml_dsa_message("w1.example", read_checkpoint(note), SECONDS).hex()),
        "mixed": mixed_order_block(),
    }


def disclosure_block() -> str:
    """The canonical array, the disclosure, and the digest in the event."""
    told = make_disclosure("driver_name", "张三", bytes(range(16)))
    array = decode_b64url(told.text).decode()
    return _lines(array, told.text, told.digest)


def mixed_order_block() -> str:
    """Of one key of mixed order: a signature to be accepted and one to be refused.

    The second satisfies the equation times eight, and not the equation.
    """
    a, r = 0x1234567890ABCDEF << 64 | 7, 0xFEDCBA0987654321 << 64 | 5
    public_key = encode(add(times(a, BASE), torsion()[1]))
    big_r = encode(times(r, BASE))
    found: dict[bool, str] = {}
    for number in range(64):
        message = b"message %d" % number
        k = challenge(big_r, public_key, message)
        signature = big_r + ((r + k * a) % L).to_bytes(32, "little")
        good = strictly_valid(public_key, signature, message)
        assert valid_with_cofactor(public_key, signature, message)
        found.setdefault(good, f"{message.decode()}: {signature.hex()}")
    return _lines(public_key.hex(), found[True], found[False])


def read_blocks(page: str) -> dict[str, str]:
    """The blocks as they stand in the page."""
    return {match[2]: match[3] for match in _BLOCK.finditer(page)}


def write_blocks(page: str, blocks: dict[str, str]) -> str:
    """The page with these blocks."""
    return _BLOCK.sub(lambda match: match[1] + blocks[match[2]] + match[4], page)


def _lines(*lines: str) -> str:
    return "".join(line + "\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(write_blocks(PAGE.read_text(encoding="utf-8"), example_blocks()), "utf-8")
