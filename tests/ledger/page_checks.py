"""Hand a bundle to the one-file verifier, and read what it says."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from waste_trace.ledger.bundle_zip import zip_bundle


def zipped(folder: Path) -> Path:
    target = folder.with_suffix(".zip")
    with target.open("wb") as file:
        zip_bundle(folder, file)
    return target


def brought(keys: Path) -> list[Path]:
    """The files that a reader takes from a folder of keys."""
    files = [keys / "policy.txt", keys / "registrar.vkey", *keys.glob("pinned/*.checkpoint")]
    return [file for file in files if file.exists()]


def check(page: Page, bundle: Path, keys: Path | None = None) -> dict[str, Any]:
    """What the page says about a zip, by its own keys or those of a folder."""
    page.set_input_files("#bundle", [])
    page.set_input_files("#keys", [] if keys is None else brought(keys))
    page.set_input_files("#bundle", bundle)
    page.wait_for_selector("#report[data-json]", timeout=30_000)
    report: dict[str, Any] = json.loads(page.get_attribute("#report", "data-json") or "")
    return report
