"""The verifier in a web page compares disclosed personal data as the one in Python does."""

import hashlib
from pathlib import Path

from playwright.sync_api import Page

from tests.cast import BUREAU, person
from tests.ledger.conftest import browser, page
from tests.ledger.page_checks import check
from tests.privacy.conftest import Loading
from tests.privacy.test_bundles import seal_again
from waste_trace.ledger.bundle_layout import DISCLOSURES
from waste_trace.ledger.bundle_zip import zip_bundle
from waste_trace.ledger.disclosure import format_shown, make_disclosure
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle

__all__ = ["browser", "page"]


def test_shown_and_false_personal_data(
    deployment: Deployment, loading: Loading, page: Page, tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    export_bundle(deployment, folder, disclose_to=person(BUREAU))
    good = [one.text for one in loading.disclosures]
    false = make_disclosure("driver_name", "李四", hashlib.sha256(b"x").digest()[:16]).text
    for number, (shown, index) in enumerate(
        [({loading.index: good}, None), ({loading.index: [*good, false]}, loading.index),
         ({10**6: good}, 10**6)]
    ):  # fmt: skip
        (folder / DISCLOSURES).write_bytes(format_shown(shown))
        seal_again(folder)
        bundle = tmp_path / f"{number}.zip"
        with bundle.open("wb") as file:
            zip_bundle(folder, file)
        theirs, ours = check(page, bundle), verify_bundle(bundle)
        assert theirs["verdict"] == str(ours.verdict)
        problem = theirs["problem"]
        assert (problem and (problem["what"], problem["index"])) == (
            None if index is None else ("disclosures", index)
        )
