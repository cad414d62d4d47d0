"""Sigstore's Python client reads our proofs; securesystemslib reads our DSSE envelopes.

Both are looser than we are, in ways that are named here: the tests would fail if they changed.
"""

import binascii
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.databases import unavailable
from tests.ledger.foreign_cases import (
    Inclusion,
    good_inclusions,
    spoiled_inclusions,
    whole,
)
from tests.ledger.sample_ledger import key
from waste_trace.ledger.dsse import Envelope, envelope_value
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.vkey import parse_vkey

DEVICES = {"gun-01/0": key(21), "gun-02/0": key(22, "p256"), "registrar/0": key(2)}


def sigstore_accepts(case: Inclusion) -> bool:
    """Whether its checkpoint and Merkle checks both pass."""
    try:
        from sigstore._internal.merkle import verify_merkle_inclusion
        from sigstore._internal.rekor.checkpoint import verify_checkpoint
        from sigstore._internal.trust import Keyring
        from sigstore.errors import VerificationError
        from sigstore_models.common.v1 import PublicKey, PublicKeyDetails, TimeRange
    except ImportError as error:
        unavailable(f"sigstore is missing: pip install sigstore ({error})")
    vkey = parse_vkey(case.vkey)
    spki = Ed25519PublicKey.from_public_bytes(vkey.public_key).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    public = PublicKey(
        raw_bytes=b64(spki).encode(),
        key_details=PublicKeyDetails.PKIX_ED25519,
        valid_for=TimeRange(start=datetime(2026, 1, 1, tzinfo=UTC)),
    )
    try:
        entry: Any = _entry(case, vkey.key_id)
        verify_checkpoint(Keyring([public]), entry)  # type: ignore[arg-type]  # a NewType
        verify_merkle_inclusion(entry)
    except (VerificationError, ValueError, binascii.Error):
        return False
    return True


def _entry(case: Inclusion, key_id: bytes) -> SimpleNamespace:
    """What of an entry the two checks read; the size and root as the checkpoint claims them."""
    _, size, root, *_ = case.note.split("\n")
    proof = SimpleNamespace(
        log_index=case.index,
        tree_size=int(size),
        root_hash=binascii.a2b_base64(root),
        hashes=list(case.proof),
        checkpoint=SimpleNamespace(envelope=case.note),
    )
    inner = SimpleNamespace(
        inclusion_proof=proof,
        canonicalized_body=case.leaf,
        log_id=SimpleNamespace(key_id=key_id),
    )
    return SimpleNamespace(_inner=inner)


def test_sigstore_accepts_every_proof_of_ours() -> None:
    assert all(sigstore_accepts(case) for case in good_inclusions())


def test_sigstore_rejects_every_spoiled_proof() -> None:
    """It finds keys by their id alone, so the name on a signature line does not matter to it."""
    accepted = Counter(case.kind for case in spoiled_inclusions() if sigstore_accepts(case))
    assert set(accepted) == {"signer name"}


def securesystemslib_accepts(envelope: Envelope) -> bool:
    """Whether it verifies the envelope with the enrolled key."""
    from securesystemslib.dsse import Envelope as Other
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer._key import SSlibKey

    known = DEVICES[envelope.key_id]
    if known.algorithm == "ed25519":
        public = SSlibKey(envelope.key_id, "ed25519", "ed25519", {"public": known.public_key.hex()})
        theirs = envelope
    else:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), known.public_key)
        pem = point.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        public = SSlibKey(envelope.key_id, "ecdsa", "ecdsa-sha2-nistp256", {"public": pem.decode()})
        r, s = (int.from_bytes(envelope.signature[i : i + 32], "big") for i in (0, 32))
        theirs = replace(envelope, signature=encode_dss_signature(r, s))  # it wants DER, not r‖s
    try:
        return bool(Other.from_dict(envelope_value(theirs)).verify([public], 1))
    except VerificationError:
        return False


@pytest.fixture(scope="module")
def envelopes() -> list[Envelope]:
    return [parse_leaf(leaf).envelope for leaf in whole().leaves[:40]]


def test_securesystemslib_accepts_every_envelope_of_ours(envelopes: list[Envelope]) -> None:
    assert {envelope.key_id for envelope in envelopes} == set(DEVICES)
    assert all(securesystemslib_accepts(envelope) for envelope in envelopes)


@pytest.mark.parametrize("part", ["payload", "signature", "payload_type"])
def test_securesystemslib_rejects_every_flipped_byte(envelopes: list[Envelope], part: str) -> None:
    for good in envelopes[2:6]:
        data = getattr(good, part)
        raw = data.encode() if isinstance(data, str) else data
        for position in range(0, len(raw), 5 if part == "payload" else 1):
            flipped = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
            value = flipped.decode() if isinstance(data, str) else flipped
            changed: dict[str, Any] = {part: value}
            assert not securesystemslib_accepts(replace(good, **changed))
