"""The ledger's addresses: how far it is witnessed, on pages and for programs."""

import pytest

from tests.api.conftest import ClientOf

HTML = {"accept": "text/html"}


@pytest.mark.parametrize("path", ["/", "/ledger"])
def test_the_pages_say_plainly_that_nobody_has_witnessed(client_of: ClientOf, path: str) -> None:
    text = client_of("producer").get(path, headers=HTML).text
    assert "尚未见证" in text
    assert "已见证" not in text


def test_how_far_it_is_witnessed_is_for_everybody(client_of: ClientOf) -> None:
    shown = client_of("").get("/v1/ledger/witnessing").json()
    assert shown["waiting"] == shown["size"] > 0
    assert (shown["quorum_met"], shown["witnessed_size"], shown["alarms"]) == (False, None, [])
