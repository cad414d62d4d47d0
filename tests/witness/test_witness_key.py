"""A witness's key lies where a server's keys may lie: in an encrypted file, or in a token."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from api.witness.__main__ import main, open_witness
from tests.ledger.sample_ledger import LOG_KEY, ORIGIN, small_ledger
from waste_trace.ledger.errors import MalformedKey
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.note import log_vkey
from waste_trace.ledger.policy import Party, Policy, format_policy
from waste_trace.ledger.witness import Submission, format_submission, read_answer
from waste_trace.store.key_files import KeyFiles
from waste_trace.store.key_store import KeyStoreUnusable
from waste_trace.witness.witness import OtherKey, Witness

NAME = "regulator.example/w1"


@dataclass
class Own:
    """A witness's own machine: its folder and the logs that it watches."""

    folder: Path
    policy: Path

    def open(self, name: str = NAME, passphrase_file: Path | None = None) -> Witness:
        """Start it."""
        return open_witness(name, self.policy, self.folder, passphrase_file)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Own:
    for name in ("KEY_STORE", "KEY_PASSPHRASE"):
        monkeypatch.delenv(f"WASTE_TRACE_{name}", raising=False)
    policy = tmp_path / "logs.txt"
    policy.write_text(format_policy(Policy((Party(log_vkey(ORIGIN, LOG_KEY)),))), "utf-8")
    return Own(tmp_path / "state", policy)


def cosigns(witness: Witness, size: int = 3) -> None:
    """It cosigns its first checkpoint of the log, verifiably."""
    note = small_ledger(0).checkpoint(size, witnesses=())
    answer = witness.add_checkpoint(format_submission(Submission(0, (), note)))
    assert read_answer(answer, note, witness.vkey).name == NAME


def test_in_a_file_that_the_passphrase_of_the_settings_opens(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WASTE_TRACE_KEY_PASSPHRASE", "correct horse")
    witness = own.open()
    cosigns(witness)
    pem = (own.folder / "witness.pem").read_bytes()
    assert b"ENCRYPTED" in pem
    assert SigningKey.from_pem(pem, "correct horse").public_key == witness.signing_key.public_key
    assert own.open().vkey == witness.vkey
    monkeypatch.setenv("WASTE_TRACE_KEY_PASSPHRASE", "another")
    with pytest.raises(MalformedKey):
        own.open()


def test_a_file_with_the_passphrase_goes_before_the_settings(
    own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a witness of the time before there were settings for it starts as it did."""
    written = tmp_path / "passphrase"
    written.write_text("correct horse\n", encoding="utf-8")
    before = KeyFiles(own.folder, "correct horse").key("witness")
    monkeypatch.setenv("WASTE_TRACE_KEY_PASSPHRASE", "another")
    assert own.open(passphrase_file=written).signing_key.public_key == before.public_key


def test_in_a_token_and_in_no_file(own: Own, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WASTE_TRACE_KEY_STORE", token % "w1")
    witness = own.open()
    cosigns(witness)
    assert list(own.folder.rglob("*.pem")) == []
    with pytest.raises(KeyStoreUnusable):
        witness.signing_key.private_bytes()
    assert own.open().vkey == witness.vkey
    monkeypatch.setenv("WASTE_TRACE_KEY_STORE", token % "w2")
    assert own.open("regulator.example/w2").signing_key.public_key != witness.signing_key.public_key


def test_two_processes_with_one_token_are_one_witness(own: Own, token: str) -> None:
    """They take turns, as a server does, so that neither makes a key of its own."""
    program = (
        "import sys; from pathlib import Path; from api.witness.__main__ import open_witness; "
        f"print(open_witness({NAME!r}, *map(Path, sys.argv[1:])).vkey.text)"
    )
    start: Callable[[], subprocess.Popen[str]] = partial(
        subprocess.Popen,
        [sys.executable, "-c", program, str(own.policy), str(own.folder)],
        env={**os.environ, "WASTE_TRACE_KEY_STORE": token % "both"},
        stdout=subprocess.PIPE,
        text=True,
    )
    texts = {process.communicate(timeout=60)[0] for process in [start(), start()]}
    assert len(texts) == 1
    assert texts.pop().startswith(f"{NAME}+")


def test_a_key_store_that_does_not_open_is_named(
    own: Own,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WASTE_TRACE_KEY_STORE", (token % "w1").replace("token=wt", "token=other"))
    given = ["--name", NAME, "--policy", str(own.policy), "--folder", str(own.folder)]
    assert main(["serve", *given]) == 2
    assert "other" in capsys.readouterr().err


def test_another_key_than_the_memory_knows_does_not_start(
    own: Own, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody forgot a setting: a witness with a new key would be of no use, and look well."""
    monkeypatch.setenv("WASTE_TRACE_KEY_STORE", token % "w3")
    cosigns(own.open())
    monkeypatch.delenv("WASTE_TRACE_KEY_STORE")
    with pytest.raises(OtherKey):
        own.open()
    other = own.open("regulator.example/new")  # a new name is a new witness with this memory
    assert other.vkey.name == "regulator.example/new"
