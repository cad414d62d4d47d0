"""``waste-trace balance``: a certificate made and checked at the terminal; a false one is named."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from api.cli.opening import opened
from tests.cast import FACTORY, SITES, person
from tests.cli.program import run_program
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.register_party import register_organisation, register_site
from waste_trace.settings import Settings

pytestmark = pytest.mark.long


def cli(folder: Path, *arguments: str) -> CompletedProcess[str]:
    return run_program("balance", *arguments, WASTE_TRACE_DATA_DIR=str(folder / "data"))


def opening_stock(folder: Path) -> None:
    """A ledger with one container of 120.5 kg, and its bundle beside it."""
    with opened(Settings(data_dir=folder / "data", database_url="", broker_url="")) as deployment:
        open_ledger(deployment)
        register_organisation(deployment, FACTORY, "平湖机械", ["producer"], "330482")
        register_site(deployment, SITES[FACTORY], FACTORY, "危废库", "贮存库")
        day = deployment.now().date()
        code = str(issue_labels(deployment, FACTORY, "900-214-08", day).tokens[0].digital_id)
        body = {"containers": [code], "weight_kg": "120.500", "stored_since": day.isoformat()}
        record_at_desk(deployment, person(FACTORY), "open_stock", body, site=SITES[FACTORY])
        export_bundle(deployment, folder / "bundle")


def test_a_certificate_is_made_proven_and_a_false_one_named(tmp_path: Path) -> None:
    opening_stock(tmp_path)
    made = cli(tmp_path, "certify", FACTORY, "--from", "2026-01-01", "--to", "2030-12-31")
    assert made.returncode == 0, made.stderr
    file = tmp_path / "cert.json"
    file.write_text(made.stdout, encoding="utf-8")
    done = cli(tmp_path, "check", str(file), str(tmp_path / "bundle"))
    assert done.returncode == 0, done.stderr
    file.write_text(made.stdout.replace('"closing_kg": "120.500"', '"closing_kg": "20.500"'))
    done = cli(tmp_path, "check", str(file), str(tmp_path / "bundle"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["difference"] == {
        "where": "900-214-08 closing_kg",
        "certificate": "20.500",
        "ledger": "120.500",
    }


def test_what_is_no_certificate_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "cert.json").write_text("[]")
    done = cli(tmp_path, "check", str(tmp_path / "cert.json"), str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert "certificate" in done.stderr
