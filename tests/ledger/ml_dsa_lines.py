"""ML-DSA-44 lines for checkpoints, and what the two verifiers say of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import mldsa
from playwright.sync_api import Page

from tests.ledger.page_checks import check, zipped
from tests.ledger.sample_ledger import ORIGIN, START_MS, SampleLedger, sample_policy
from tests.ledger.test_log_keys import keys_for
from tests.ledger.test_partial import reseal, write
from waste_trace.ledger.checkpoint import add_signatures, read_checkpoint
from waste_trace.ledger.cosignature import ml_dsa_message
from waste_trace.ledger.note import NoteSignature
from waste_trace.ledger.policy import Group, Party, Policy
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report
from waste_trace.ledger.vkey import COSIGNATURE_ML_DSA_44, VerifierKey

SECOND = START_MS // 1000
WITNESS = "pq.example"
SECRET = mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(32))


def public(name: str, secret: mldsa.MLDSA44PrivateKey = SECRET) -> VerifierKey:
    return VerifierKey(name, COSIGNATURE_ML_DSA_44, secret.public_key().public_bytes_raw())


OF_WITNESS, OF_LOG = public(WITNESS), public(ORIGIN)


def line(note: str, name: str = WITNESS, *, stamp: int = SECOND) -> NoteSignature:
    """What this key signs of a checkpoint."""
    signature = SECRET.sign(ml_dsa_message(name, read_checkpoint(note), stamp))
    return NoteSignature(name, public(name).key_id, stamp.to_bytes(8, "big") + signature)


def signed(note: str, *more: NoteSignature) -> str:
    return add_signatures(note, more)


def policy(threshold: int, key: VerifierKey = OF_WITNESS) -> Policy:
    """So many of w1, w2, w3 and ``pq``, who signs with ML-DSA-44."""
    known = {**sample_policy().witnesses, "pq": Party(key)}
    groups = {"witnesses": Group(threshold, ("pq", "w1", "w2", "w3"))}
    return replace(sample_policy(), witnesses=known, groups=groups)


def both(page: Page, folder: Path, whom: Policy) -> tuple[Report, dict[str, Any]]:
    """What the two verifiers say of a bundle, with keys of one's own."""
    given = keys_for(folder.with_name("given"), whom)
    return verify_bundle(folder, given), check(page, zipped(folder), given)


def said(report: dict[str, Any]) -> list[str]:
    """The page's warnings of signatures that it cannot check."""
    return [one["en"] for one in report["warnings"] if "ML-DSA-44" in one["en"]]


def partial(ledger: SampleLedger, folder: Path, *more: NoteSignature) -> Path:
    """A bundle of one entry, its checkpoint with further lines."""
    write(ledger, folder, [11])
    note = (folder / "checkpoint").read_text()
    for file in (folder / "checkpoint", *folder.glob("entry/*.tlog-proof")):
        file.write_text(file.read_text().replace(note, signed(note, *more)))
    reseal(folder)
    return folder
