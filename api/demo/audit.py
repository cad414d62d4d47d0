"""The regulator: trace end to end, export, verify without us, and see a single byte's change."""

import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from api.demo.cast import BUREAU, PLANT
from api.demo.direct import Drum
from api.demo.milk_run import MilkRun
from api.demo.stage import Stage, prove
from waste_trace.reports.check_certificate import check_certificate

_LIFE = ("issue", "fill", "store_in", "store_out", "open_manifest", "load", "depart", "arrive",
         "weigh_in", "accept", "treat")  # fmt: skip


def trace(stage: Stage, drum: Drum, run: MilkRun) -> str:
    """一码溯源: the drum's whole life in order, and the merged container's two sources."""
    life = stage.call(BUREAU, "GET", f"/v1/containers/{drum.code}/trace")
    verbs = tuple(event["typ"] for event in life["events"])
    prove(verbs == _LIFE, f"the drum's life is {verbs}")
    prove(life["complete"], "the drum's chain is not complete")
    merged = stage.call(BUREAU, "GET", f"/v1/containers/{run.merged}/trace")
    sources = {row["container"] for row in merged["sources"]}
    prove(sources == set(run.collected.values()), f"the sources are {sources}")
    small = stage.call(BUREAU, "GET", f"/v1/containers/{run.collected['garage']}/trace")
    prove(small["complete"], "the small producer's waste has no end")
    return f"{len(verbs)} 个环节闭环 steps · 小微来源 {len(sources)} 家 sources of the merged one"


def export(stage: Stage, bundle: Path, keys: Path) -> str:
    """The audit bundle as the regulator downloads it, and the public keys beside it."""
    with stage.client(BUREAU) as client:
        data = stage.checked(client.get("/v1/ledger/bundle")).content
    with zipfile.ZipFile(BytesIO(data)) as archive:
        archive.extractall(bundle)
    stage.deployment.write_public_keys(keys)
    files = [path for path in bundle.rglob("*") if path.is_file()]
    return f"{len(files)} files, {len(data)} B"


def verify_offline(bundle: Path, keys: Path) -> tuple[str, dict[str, Any]]:
    """A separate process that has nothing but the bundle and the public keys."""
    code, report = run_verifier(bundle, keys)
    prove(code == 0 and report["verdict"] == "proven", f"exit {code}: {report}")
    checks = [check["name"] for check in report["checks"]]
    return f"{report['size']} entries proven · {len(checks)} checks", report


def balance(stage: Stage, bundle: Path, keys: Path) -> str:
    """物料平衡: the plant's certificate recomputed from the bundle; a changed figure is named."""
    days = {"from": f"{stage.clock.now() - timedelta(days=7):%Y-%m-%d}", "format": "certificate"}
    path = "/v1/reports/mass-balance"
    certificate = stage.call(BUREAU, "GET", path, params={"org": PLANT.org, **days})
    checked = check_certificate(certificate, bundle, keys)
    prove(checked.exit_code == 0, f"exit {checked.exit_code}: {checked.en}")
    forged = json.loads(json.dumps(certificate).replace('"182.300"', '"183.300"'))
    prove(forged != certificate, "the plant's first drum is not in its certificate")
    found = check_certificate(forged, bundle, keys)
    prove(found.exit_code == 1, "a certificate with a changed figure passes")
    named = found.difference.zh if found.difference else found.zh
    return f"{len(certificate['lines'])} 种废物 wastes · {named}"


def flip(bundle: Path, keys: Path) -> str:
    """One byte of one entry changed: the verifier names the place and fails."""
    forged = bundle.with_name("forged")
    shutil.copytree(bundle, forged)
    target = next(path for path in sorted((forged / "tile/entries").rglob("*")) if path.is_file())
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 0x01
    target.write_bytes(data)
    code, report = run_verifier(forged, keys)
    shutil.rmtree(forged)
    problem = report.get("problem") or {}
    prove(code == 1 and report["verdict"] == "tampered", f"exit {code}: {report}")
    prove(isinstance(problem.get("index"), int), f"no place was named: {problem}")
    return f"exit 1 · {problem['file']} · entry #{problem['index']} · {problem['detail_zh']}"


def run_verifier(bundle: Path, keys: Path) -> tuple[int, dict[str, Any]]:
    """Run the verifier alone: isolated Python, empty environment, its own folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-m", "waste_trace.ledger.verify", str(bundle.resolve()),
         "--keys", str(keys.resolve()), "--json"],
        cwd=bundle.parent, env={}, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    return done.returncode, report
