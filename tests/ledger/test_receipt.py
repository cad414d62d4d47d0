"""Receipts: the tlog-proof text, and that it proves one envelope at one place and nothing else."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.sample_ledger import LOG_KEY, ORIGIN, START_MS, SampleLedger, key, small_ledger
from waste_trace.ledger.dsse import Envelope
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import InvalidProof, InvalidSignature, LedgerError, MalformedReceipt
from waste_trace.ledger.leaf import Leaf, parse_leaf
from waste_trace.ledger.merkle import inclusion_proof, list_reader
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.receipt import (
    Receipt,
    build_receipt,
    build_receipts,
    format_receipt,
    parse_receipt,
    verify_receipt,
)
from waste_trace.ledger.tiles import TreeReader

VKEY = log_vkey(ORIGIN, LOG_KEY)
LEDGER = small_ledger(20)


def receipt_for(index: int, ledger: SampleLedger = LEDGER) -> tuple[str, Leaf]:
    leaf = parse_leaf(ledger.leaves[index])
    proof = TreeReader(ledger.tiles, ledger.size).inclusion(index)
    return build_receipt(index, leaf.ms, proof, ledger.checkpoint()), leaf


def test_a_receipt_byte_by_byte() -> None:
    text = build_receipt(3, 77, [b"\x01" * 32], "origin\n4\n...")
    assert text == (
        "c2sp.org/tlog-proof@v1\n"
        "extra eyJtcyI6Nzd9\n"
        "index 3\n"
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n"
        "\n"
        "origin\n4\n..."
    )
    assert parse_receipt(text) == Receipt(3, (b"\x01" * 32,), "origin\n4\n...", b'{"ms":77}')


@pytest.mark.parametrize("index", [0, 1, 7, 23])
def test_every_receipt_proves_its_envelope(index: int) -> None:
    text, leaf = receipt_for(index)
    proven = verify_receipt(text, leaf.envelope, VKEY)
    assert (proven.index, proven.ms, proven.checkpoint.size) == (index, leaf.ms, LEDGER.size)
    assert proven.ms == START_MS + 1000 * index
    assert verify_receipt(text.encode(), leaf.envelope, VKEY.text) == proven


@given(st.data())
def test_the_receipts_of_a_batch_are_those_of_its_leaves_one_by_one(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 600))
    start = data.draw(st.integers(0, size - 1))
    end = data.draw(st.integers(start + 1, min(size, start + 40)))
    read = list_reader([hashlib.sha256(b"%d" % number).digest() for number in range(size)])
    assert build_receipts(start, end, 77, size, read, "note") == [
        build_receipt(index, 77, inclusion_proof(index, size, read), "note")
        for index in range(start, end)
    ]


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 9), (5, 4)])
def test_there_are_no_receipts_outside_the_tree(start: int, end: int) -> None:
    read = list_reader([bytes(32)] * 8)
    with pytest.raises(InvalidProof):
        build_receipts(start, end, 77, 8, read, "note")


def test_a_receipt_without_extra_parses() -> None:
    text = format_receipt(Receipt(0, (), "note"))
    assert text == "c2sp.org/tlog-proof@v1\nindex 0\n\nnote"
    assert parse_receipt(text) == Receipt(0, (), "note")
    with pytest.raises(LedgerError):
        verify_receipt(text, receipt_for(0)[1].envelope, VKEY)


def test_a_receipt_proves_nothing_else() -> None:
    text, leaf = receipt_for(5)
    other = receipt_for(6)[1].envelope
    bent = Envelope(
        leaf.envelope.payload, leaf.envelope.payload_type, leaf.envelope.key_id, bytes(64)
    )
    later = text.replace(b64(b'{"ms":%d}' % leaf.ms), b64(b'{"ms":%d}' % (leaf.ms + 1)))
    assert later != text
    for changed, envelope in [
        (text, other),
        (text, bent),
        (later, leaf.envelope),
        (text.replace("index 5", "index 6"), leaf.envelope),
        (text.replace("index 5", "index 24"), leaf.envelope),
    ]:
        with pytest.raises(InvalidProof):
            verify_receipt(changed, envelope, VKEY)
    with pytest.raises(InvalidSignature):
        verify_receipt(text, leaf.envelope, log_vkey(ORIGIN, key(9)))


def test_every_altered_byte_of_a_receipt_is_noticed() -> None:
    # Cosignatures are not looked at without a policy, so the log's own line is the last one here.
    text, leaf = receipt_for(5)
    log_only = text[: text.index("— w1.example")].encode()
    assert verify_receipt(log_only, leaf.envelope, VKEY).index == 5
    for position in range(len(log_only)):
        for bit in (1, 32):
            changed = bytearray(log_only)
            changed[position] ^= bit
            with pytest.raises(LedgerError):
                verify_receipt(bytes(changed), leaf.envelope, VKEY)


def test_a_printed_receipt_fits_into_a_qr_code() -> None:
    text, _ = receipt_for(5, small_ledger(300))
    assert len(text.encode()) < 2_900


H = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
HEAD = "c2sp.org/tlog-proof@v1\n"
MALFORMED = {
    "empty": "",
    "other version": "c2sp.org/tlog-proof@v2\nindex 0\n\nnote",
    "no checkpoint": f"{HEAD}index 0\n{H}\n",
    "no index": f"{HEAD}{H}\n\nnote",
    "index before extra": f"{HEAD}index 0\nextra e30=\n\nnote",
    "empty extra": f"{HEAD}extra \nindex 0\n\nnote",
    "extra that is no base64": f"{HEAD}extra !\nindex 0\n\nnote",
    "leading zero": f"{HEAD}index 01\n\nnote",
    "plus": f"{HEAD}index +1\n\nnote",
    "negative": f"{HEAD}index -1\n\nnote",
    "other digits": f"{HEAD}index ١\n\nnote",
    "space at the end": f"{HEAD}index 1 \n\nnote",
    "huge index": f"{HEAD}index 99999999999999999999\n\nnote",
    "hash of 31 bytes": f"{HEAD}index 1\n{b64(bytes(31))}\n\nnote",
    "hash of 33 bytes": f"{HEAD}index 1\n{b64(bytes(33))}\n\nnote",
    "stray bits": f"{HEAD}index 1\n{H[:-2]}F=\n\nnote",
    "carriage return": f"{HEAD}index 1\r\n\nnote",
    "64 hashes": HEAD + "index 1\n" + f"{H}\n" * 64 + "\nnote",
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_receipts(case: str) -> None:
    with pytest.raises(MalformedReceipt):
        parse_receipt(MALFORMED[case])


def test_a_receipt_that_is_not_utf8() -> None:
    with pytest.raises(MalformedReceipt):
        parse_receipt(b"\xff")


@pytest.mark.parametrize(
    "extra", [b"{}", b'{"ms":"1"}', b'{"ms":-1}', b'{"ms":1,"n":1}', b"1", b" "]
)
def test_extra_data_that_holds_no_time(extra: bytes) -> None:
    text, leaf = receipt_for(5)
    receipt = parse_receipt(text)
    changed = format_receipt(Receipt(5, receipt.proof, receipt.checkpoint, extra))
    with pytest.raises(MalformedReceipt):
        verify_receipt(changed, leaf.envelope, VKEY)
