"""The one-file verifier says of an organisation's period what the Python verifier says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.ledger.conftest import opened_page
from tests.ledger.page_checks import check, zipped
from tests.ledger.period_cases import CASES, FACTS, Case, tell
from tests.ledger.sample_ledger import sample_policy
from tests.ledger.test_log_keys import keys_for
from waste_trace.ledger.verify import verify_bundle


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One page for all cases."""
    with opened_page(browser, tmp_path_factory.mktemp("page")) as opened:
        yield opened


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_page_agrees(page: Page, case: Case, tmp_path: Path) -> None:
    keys = keys_for(tmp_path / "keys", sample_policy())
    folder = tell(case.story).write(tmp_path / "b", case.shown.split())
    ours, theirs = verify_bundle(folder, keys), check(page, zipped(folder), keys)
    assert theirs["verdict"] == ours.verdict
    if ours.problem is not None:
        for name in ("what", "index", "device"):
            assert theirs["problem"][name] == getattr(ours.problem, name)
        return
    assert ours.scope is not None
    assert theirs["scope"].items() <= ours.scope.items()
    assert {fact: theirs["scope"][fact] for fact in FACTS} == case.facts
    assert theirs["scope"]["statement_zh"] in page.inner_text("#details")
