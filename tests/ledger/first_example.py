"""The first example of docs/ledger.md, made by the product: three entries, byte by byte."""

import hashlib

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
from waste_trace.ledger.canonical import JsonValue
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
CONTAINER = "91330482MA2CXYZ12A9002140820261123001"


def first_ledger() -> tuple[SampleLedger, Device]:
    """Opening, enrolment, one weighing; and the device, which may go on."""
    ledger = SampleLedger()
    ledger.log(ledger.registrar.event("ledger.open", opening_body()))
    device = Device("gun-01", key(21))
    ledger.log(ledger.registrar.event("key.enrol", enrol_body(device)))
    ledger.log(device.event("weigh", weighed("182.500"), seen=Seen(ledger.size, ledger.root)))
    return ledger, device


def weighed(weight_kg: str) -> dict[str, JsonValue]:
    """What a weighing of the drum says."""
    return {"container": CONTAINER, "weight_kg": weight_kg}


def reader_policy() -> Policy:
    """That of somebody who knows the log's first key and wants the witness."""
    witness = cosigner_vkey("w1.example", WITNESSES["w1"])
    log = Party(log_vkey(ORIGIN, LOG_KEY))
    return Policy((log,), {"regulator": Party(witness)}, {}, "regulator")


def first_blocks() -> dict[str, str]:
    """The text of every block of the first example, by name, each ending in a newline."""
    ledger, _ = first_ledger()
    envelope = parse_leaf(ledger.leaves[2]).envelope
    hashes = [leaf_hash(leaf) for leaf in ledger.leaves]
    note = ledger.checkpoint(witnesses=("w1",), ms=START_MS + 3000)
    whole = pae(PAYLOAD_TYPE, envelope.payload)
    bundle = encode_entries(ledger.leaves)
    log = log_vkey(ORIGIN, LOG_KEY)
    witness = cosigner_vkey("w1.example", WITNESSES["w1"])
    proof = TreeReader(ledger.tiles, 3).inclusion(2)
    return {
        "keys": lines(log.text, log_vkey("registrar.example", REGISTRAR_KEY).text, witness.text),
        "payload": lines(envelope.payload.decode()),
        "identity": lines(payload_hash(envelope.payload).hex()),
        "pae": lines(whole[: -len(envelope.payload)].decode()),
        "entry": lines(ledger.leaves[2].decode()),
        "payloads": lines(
            *(parse_leaf(leaf).envelope.payload.decode() for leaf in ledger.leaves[:2])
        ),
        "earlier": lines(*(leaf.decode() for leaf in ledger.leaves[:2])),
        "bundle": lines(f"{len(bundle)} {hashlib.sha256(bundle).hexdigest()}"),
        "leaves": lines(*(digest.hex() for digest in hashes)),
        "root": lines(node_hash(*hashes[:2]).hex(), ledger.root.hex()),
        "checkpoint": note,
        "receipt": build_receipt(2, START_MS + 2000, proof, note),
        "policy": format_policy(reader_policy()),
        "disclosure": disclosure_block(),
        "mldsa": lines(ml_dsa_message("w1.example", read_checkpoint(note), SECONDS).hex()),
        "mixed": mixed_order_block(),
    }


def disclosure_block() -> str:
    """The canonical array, the disclosure, and the digest in the event."""
    told = make_disclosure("driver_name", "张三", bytes(range(16)))
    array = decode_b64url(told.text).decode()
    return lines(array, told.text, told.digest)


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
    return lines(public_key.hex(), found[True], found[False])


def lines(*given: str) -> str:
    """Each with its newline."""
    return "".join(line + "\n" for line in given)
