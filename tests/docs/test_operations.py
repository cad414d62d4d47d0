"""The operations page names settings, commands and alarms that exist."""

import re
import subprocess
from pathlib import Path

from typer.main import get_command

from api.cli.ledger import ledger
from api.cli.main import COMMANDS
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.keys import SigningKey
from waste_trace.services.witness_alarm import FILE
from waste_trace.services.witness_proof import WitnessAhead
from waste_trace.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs/operations.md").read_text(encoding="utf-8")


def test_every_setting_that_it_names_exists() -> None:
    named = set(re.findall(r"WASTE_TRACE_([A-Z_]+)", TEXT))
    assert len(named) > 8
    assert named - {name.upper() for name in Settings.model_fields} == set()


def test_every_command_that_it_names_exists() -> None:
    named = set(re.findall(r"waste-trace ([a-z]+)", TEXT))
    assert {"ledger", "rebuild", "settings"} <= named
    assert named - set(COMMANDS) == set()
    named = set(re.findall(r"waste-trace ledger ([a-z-]+)", TEXT))
    assert {"check", "renew-key"} <= named
    assert named - set(get_command(ledger).commands) == set()  # type: ignore[attr-defined]
    assert FILE in TEXT


def test_every_alarm_that_it_explains_can_happen() -> None:
    known = {kind.code for kind in _all_below(WasteTraceError)} | {WitnessAhead.code}
    named = re.findall(r"^\| `([a-z-]+-[a-z-]+)`", TEXT, re.MULTILINE)
    assert len(named) >= 6
    assert [code for code in named if code not in known] == []


def test_a_key_can_be_given_another_passphrase_with_openssl(tmp_path: Path) -> None:
    key = SigningKey.generate()
    (tmp_path / "old.pem").write_bytes(key.to_pem("old words"))
    subprocess.run(
        ["openssl", "pkey", "-aes256", "-in", "old.pem", "-passin", "pass:old words",
         "-out", "new.pem", "-passout", "pass:new words"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    again = SigningKey.from_pem((tmp_path / "new.pem").read_bytes(), "new words")
    assert again.public_key == key.public_key


def _all_below(kind: type[WasteTraceError]) -> set[type[WasteTraceError]]:
    return {kind}.union(*(_all_below(below) for below in kind.__subclasses__()))
