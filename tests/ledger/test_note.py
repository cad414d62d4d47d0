"""Signed notes, checkpoints and cosignatures: exact bytes, and every malformed case refused."""

import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa

from tests.ledger.sample_ledger import key
from waste_trace.ledger.checkpoint import (
    Checkpoint,
    add_signatures,
    open_checkpoint,
    parse_checkpoint_text,
    read_checkpoint,
    sign_checkpoint,
)
from waste_trace.ledger.cosignature import (
    cosign,
    cosignature_time,
    cosigner_vkey,
    note_verifier,
)
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.errors import InvalidSignature, MalformedKey, MalformedNote
from waste_trace.ledger.note import (
    Ed25519NoteVerifier,
    NoteSignature,
    format_note,
    log_vkey,
    open_note,
    parse_note,
    sign_text,
)
from waste_trace.ledger.vkey import COSIGNATURE_ML_DSA_44, VerifierKey, parse_vkey

# The example of Go's golang.org/x/mod/sumdb/note documentation, signed by its reference code.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n"
)
NAME = "example.com/log"
VKEY = log_vkey(NAME, key(1))
VERIFIER = Ed25519NoteVerifier(VKEY)
TEXT = "one\n\ntwo\n"
LINE = sign_text(TEXT, NAME, key(1)).line
ROOT = bytes.fromhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
CHECKPOINT = Checkpoint(NAME, 8, ROOT)


def test_a_note_signed_by_the_reference_implementation() -> None:
    note, signed_by = open_note(GO_NOTE, [Ed25519NoteVerifier(parse_vkey(GO_VKEY))])
    assert note.text.endswith("problem is.\n")
    assert [verifier.key.text for verifier in signed_by] == [GO_VKEY]
    assert note.full_text == GO_NOTE


def test_a_note_byte_by_byte() -> None:
    key_id = hashlib.sha256(NAME.encode() + b"\n\x01" + key(1).public_key).digest()[:4]
    assert VKEY.key_id == key_id
    expected = f"— {NAME} {b64(key_id + key(1).sign(TEXT.encode()))}\n"
    assert expected == LINE
    assert format_note(TEXT, [sign_text(TEXT, NAME, key(1))]) == TEXT + "\n" + LINE


def test_a_vkey_reads_back() -> None:
    assert VKEY.text == f"{NAME}+{VKEY.key_id.hex()}+{b64(bytes([1]) + key(1).public_key)}"
    assert parse_vkey(VKEY.text) == VKEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        VKEY.text + "\n",
        " " + VKEY.text,
        VKEY.text.replace(VKEY.key_id.hex(), VKEY.key_id.hex().upper()),
        VKEY.text.replace(VKEY.key_id.hex(), "00000000"),
        VKEY.text.replace("example.com/log", "example.com/other"),
        VKEY.text[:-4],
        VKEY.text.replace("+AU", "+BU", 1),
        GO_VKEY[:-1] + "X",
        "+" + VKEY.text,
        "a b" + VKEY.text,
    ],
    ids=lambda text: repr(text)[:30],
)
def test_malformed_vkeys(text: str) -> None:
    with pytest.raises(MalformedKey):
        parse_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\u3000b", "a\nb", "a\tb"])
def test_names_that_no_key_can_have(name: str) -> None:
    with pytest.raises(MalformedKey):
        VerifierKey(name, 1, key(1).public_key)


@pytest.mark.parametrize("kind", [0, 2, 3, 5, 6, 255])
def test_kinds_that_are_not_supported(kind: int) -> None:
    with pytest.raises(MalformedKey):
        VerifierKey(NAME, kind, key(1).public_key)


GOOD = TEXT + "\n" + LINE
MALFORMED = {
    "empty": "",
    "no signature": TEXT,
    "no signature line": TEXT + "\n",
    "no trailing newline": GOOD[:-1],
    "text after the signatures": GOOD + "x\n",
    "blank line at the end": GOOD + "\n",
    "no blank line": TEXT.replace("\n\n", "\n") + LINE,
    "no text": "\n" + LINE,
    "only an empty line of text": "\n\n" + LINE,
    "hyphen for dash": GOOD.replace("— ", "- "),
    "no space after dash": GOOD.replace("— ", "—"),
    "two spaces": GOOD.replace("— ", "—  "),
    "space at the end": GOOD[:-1] + " \n",
    "no name": GOOD.replace(f"— {NAME} ", "—  "),
    "plus in name": GOOD.replace(NAME, "a+b"),
    "carriage return": GOOD.replace("\n", "\r\n"),
    "tab": GOOD.replace("one", "o\tne"),
    "nul": GOOD.replace("one", "o\0ne"),
    "base64 without padding": GOOD.replace("=", ""),
    "base64 of url": GOOD[:-6] + "-_==\n",
    "signature of nothing": TEXT + f"\n— {NAME} {b64(VKEY.key_id)}\n",
    "key twice": GOOD + LINE,
    "101 signatures": TEXT
    + "\n"
    + "".join(NoteSignature(f"k{n}", b"abcd", b"s").line for n in range(101)),
    "a million bytes": "x" * 1_000_000 + "\n\n" + LINE,
    "surrogate": GOOD.replace("one", "\ud800"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_notes(case: str) -> None:
    assert parse_note(GOOD).full_text == GOOD
    with pytest.raises(MalformedNote):
        parse_note(MALFORMED[case])


def test_stray_bits_in_a_signature() -> None:
    raw = NoteSignature("k", b"abcd", b"12345")  # 9 bytes: no padding; 10 bytes: "=="
    line = NoteSignature("k", b"abcd", b"123456").line
    assert parse_note("t\n\n" + raw.line).signatures == (raw,)
    assert line.endswith("Ng==\n")
    with pytest.raises(MalformedNote):
        parse_note("t\n\n" + line.replace("Ng==", "Nh=="))


def test_notes_that_are_not_utf8() -> None:
    with pytest.raises(MalformedNote):
        parse_note(GOOD.encode().replace(b"one", b"\xff"))


def test_a_hundred_signatures_are_read() -> None:
    lines = [NoteSignature(f"k{n}", b"abcd", b"s") for n in range(100)]
    assert parse_note(format_note(TEXT, lines)).signatures == tuple(lines)


def test_unknown_keys_are_ignored_and_bad_signatures_of_known_ones_are_not() -> None:
    stranger = sign_text(TEXT, "example.com/stranger", key(2))
    same_name = sign_text(TEXT, NAME, key(2))
    note = format_note(TEXT, [stranger, same_name, sign_text(TEXT, NAME, key(1))])
    _, signed_by = open_note(note, [VERIFIER])
    assert signed_by == (VERIFIER,)
    with pytest.raises(InvalidSignature):
        open_note(format_note(TEXT, [stranger, same_name]), [VERIFIER])
    forged = NoteSignature(NAME, VKEY.key_id, bytes(64))
    good = sign_text(TEXT, "example.com/stranger", key(2))
    both = [VERIFIER, Ed25519NoteVerifier(log_vkey("example.com/stranger", key(2)))]
    with pytest.raises(InvalidSignature):
        open_note(format_note(TEXT, [good, forged]), both)


def test_verifiers_that_cannot_be_told_apart() -> None:
    with pytest.raises(MalformedKey):
        open_note(GOOD, [VERIFIER, VERIFIER])


def test_a_checkpoint_byte_by_byte() -> None:
    assert CHECKPOINT.text == f"{NAME}\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
    note = sign_checkpoint(CHECKPOINT, key(1))
    assert open_checkpoint(note, VKEY) == open_checkpoint(note, VKEY.text) == CHECKPOINT
    assert read_checkpoint(note.encode()) == CHECKPOINT


def test_the_checkpoint_of_the_specification_parses() -> None:
    text = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Z"
        "hcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
        "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    checkpoint = read_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert cosignature_time(parse_note(text).signatures[1].signature) == 1_679_315_147


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}\n8\n",
        f"{NAME}\n8\n{b64(ROOT)}",
        f"\n8\n{b64(ROOT)}\n",
        f"{NAME}\n08\n{b64(ROOT)}\n",
        f"{NAME}\n+8\n{b64(ROOT)}\n",
        f"{NAME}\n-8\n{b64(ROOT)}\n",
        f"{NAME}\n8 \n{b64(ROOT)}\n",
        f"{NAME}\n٨\n{b64(ROOT)}\n",
        f"{NAME}\n9223372036854775808\n{b64(ROOT)}\n",
        f"{NAME}\n0x8\n{b64(ROOT)}\n",
        f"{NAME}\n8\n{b64(ROOT[:31])}\n",
        f"{NAME}\n8\n{b64(ROOT + bytes(1))}\n",
        f"{NAME}\n8\n{b64(ROOT)[:-2]}h=\n",
        f"{NAME}\n8\n{b64(ROOT)}\n\n",
        f"{NAME}\n8\n{b64(ROOT)}\nextension\n\nmore\n",
    ],
    ids=lambda text: repr(text[15:40]),
)
def test_malformed_checkpoints(text: str) -> None:
    with pytest.raises(MalformedNote):
        parse_checkpoint_text(text)


def test_a_checkpoint_of_another_log_does_not_count() -> None:
    text = Checkpoint("example.com/other", 8, ROOT).text
    note = format_note(text, [sign_text(text, NAME, key(1))])
    with pytest.raises(InvalidSignature):
        open_checkpoint(note, VKEY)
    with pytest.raises(InvalidSignature):
        open_checkpoint(sign_checkpoint(CHECKPOINT, key(2)), VKEY)
    with pytest.raises(InvalidSignature):
        open_checkpoint(sign_checkpoint(CHECKPOINT, key(1)), cosigner_vkey(NAME, key(1)))


def test_extension_lines_are_kept() -> None:
    extended = Checkpoint(NAME, 8, ROOT, ("more",))
    assert open_checkpoint(sign_checkpoint(extended, key(1)), VKEY) == extended


def test_a_cosignature_byte_by_byte() -> None:
    seconds = 1_679_315_147
    line = cosign(CHECKPOINT.text, "witness.example", key(11), seconds)
    message = f"cosignature/v1\ntime {seconds}\n{CHECKPOINT.text}".encode()
    assert line.signature == struct.pack(">Q", seconds) + key(11).sign(message)
    public = b"witness.example\n\x04" + key(11).public_key
    assert line.key_id == hashlib.sha256(public).digest()[:4]
    verifier = note_verifier(cosigner_vkey("witness.example", key(11)))
    verifier.verify(CHECKPOINT.text, line.signature)
    moved = struct.pack(">Q", seconds + 1) + line.signature[8:]
    for text, signature in [
        (CHECKPOINT.text, moved),
        (CHECKPOINT.text.replace("8", "9", 1), line.signature),
        (CHECKPOINT.text, line.signature[:-1]),
        (CHECKPOINT.text, b"\xff" * 72),
    ]:
        with pytest.raises(InvalidSignature):
            verifier.verify(text, signature)


@pytest.mark.parametrize("seconds", [0, -1, 2**63])
def test_times_that_no_witness_has(seconds: int) -> None:
    with pytest.raises(MalformedNote):
        cosign(CHECKPOINT.text, "witness.example", key(11), seconds)


def test_an_ml_dsa_cosignature() -> None:
    secret = mldsa.MLDSA44PrivateKey.generate()
    public = VerifierKey(
        "pq.example", COSIGNATURE_ML_DSA_44, secret.public_key().public_bytes_raw()
    )
    message = (
        b"subtree/v1\n\0"
        + b"\x0apq.example"
        + struct.pack(">Q", 77)
        + bytes([len(NAME)])
        + NAME.encode()
        + struct.pack(">QQ", 0, 8)
        + ROOT
    )
    signature = struct.pack(">Q", 77) + secret.sign(message)
    line = NoteSignature("pq.example", public.key_id, signature)
    note = add_signatures(sign_checkpoint(CHECKPOINT, key(1)), [line])
    verifier = note_verifier(parse_vkey(public.text))
    _, signed_by = open_note(note, [VERIFIER, verifier])
    assert signed_by == (VERIFIER, verifier)
    bent = bytearray(signature)
    bent[100] ^= 1
    for bad in (bytes(bent), signature[:-1], struct.pack(">Q", 78) + signature[8:]):
        with pytest.raises(InvalidSignature):
            verifier.verify(CHECKPOINT.text, bad)


def test_signatures_are_added_once() -> None:
    note = sign_checkpoint(CHECKPOINT, key(1))
    line = cosign(CHECKPOINT.text, "witness.example", key(11), 77)
    once = add_signatures(note, [line])
    assert once == note + line.line
    assert add_signatures(once, [line]) == once


def test_only_ed25519_keys_sign_notes() -> None:
    with pytest.raises(MalformedKey):
        log_vkey(NAME, key(1, "p256"))
    with pytest.raises(MalformedKey):
        cosigner_vkey(NAME, key(1, "p256"))
