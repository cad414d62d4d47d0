"""The ledger's addresses: how far it is witnessed, bundles to take away, the verifier page."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import ClientOf
from tests.cast import (
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    Cast,
    fill,
    open_manifest,
    produce,
    transport,
    weigh_in,
)
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_result import Report, Verdict

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


def _told(cast: Cast) -> tuple[str, str, str]:
    """A container of the factory on a manifest, and one that has nothing to do with it."""
    mine, other = cast.containers(2)
    factory = cast.device(FACTORY)
    factory.tell("produce", produce())
    factory.tell("fill", fill(mine))
    factory.tell("fill", fill(other))
    factory.tell("store_in", {"containers": [mine, other]})
    factory.tell("store_out", {"containers": [mine]})
    number = cast.manifest()
    factory.tell("open_manifest", open_manifest(number, [mine]))
    for verb in ("load", "depart", "arrive"):
        cast.device(CARRIER).tell(verb, transport(number, [mine]))
    cast.device(PLANT).tell("weigh_in", weigh_in(number, [mine]))
    cast.manifest(GARAGE)  # somebody else's business
    return mine, other, number


def _proven(cast: Cast, data: bytes, folder: Path) -> Report:
    packed = folder / "bundle.zip"
    packed.write_bytes(data)
    cast.deployment.write_public_keys(folder / "keys")
    report = verify_bundle(packed, folder / "keys")
    assert report.verdict is Verdict.PROVEN, report.problem
    return report


def test_a_party_takes_the_proof_of_its_container_and_manifest(
    cast: Cast, client_of: ClientOf, tmp_path: Path
) -> None:
    mine, _, number = _told(cast)
    clients = {name: client_of(name) for name in ("producer", "transporter", "treatment")}
    for username, asked in (
        ("producer", {"container": mine}),
        ("transporter", {"container": mine}),
        ("treatment", {"manifest": number}),
        ("producer", {"org": FACTORY, "from": "2026-11-23", "to": "2026-11-23"}),
    ):
        answer = clients[username].get("/v1/ledger/bundle", params=asked)
        assert answer.status_code == 200, answer.text
        report = _proven(cast, answer.content, tmp_path)
        assert report.scope is not None
        assert report.scope["value"] in asked.values()
        shown: Any = report.scope["shown"]
        numbered = sum(last - first + 1 for first, last in shown.get("numbering/0", []))
        assert numbered == (1 if "manifest" in asked else 0)  # and not the number of the garage


def test_what_one_does_not_see_cannot_be_taken_away(cast: Cast, client_of: ClientOf) -> None:
    mine, other, number = _told(cast)
    garage, carrier, regulator = (client_of(n) for n in ("garage", "transporter", "regulator"))
    days = {"from": "2026-11-23", "to": "2026-11-23"}
    for client, asked, status in (
        (garage, {"container": mine}, 404),
        (garage, {"manifest": number}, 404),
        (carrier, {"container": other}, 404),
        (garage, {"org": FACTORY, **days}, 403),
        (garage, {}, 403),
        (garage, {"org": GARAGE}, 422),
        (garage, {"container": mine, "manifest": number}, 422),
        (client_of(""), {"container": mine}, 401),
        (regulator, {"org": FACTORY, **days}, 200),
        (regulator, {"container": other}, 200),
        (regulator, {}, 200),
    ):
        assert client.get("/v1/ledger/bundle", params=asked).status_code == status, asked


def test_the_verifier_is_a_page_for_everybody_that_may_connect_to_nothing(
    client_of: ClientOf,
) -> None:
    answer = client_of("").get("/verify", headers=HTML)
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert "unsafe" not in policy
    script = re.search(r"<script>(.*)</script>", answer.text, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy


def test_the_pages_lead_to_the_proofs(cast: Cast, client_of: ClientOf) -> None:
    mine, _, number = _told(cast)
    client = client_of("producer")
    trace = client.get(f"/containers/{mine}", headers=HTML).text
    assert f'href="/v1/ledger/bundle?container={mine}"' in trace
    manifest = client.get(f"/manifests/{number}", headers=HTML).text
    assert f'href="/v1/ledger/bundle?manifest={number}"' in manifest
    assert 'href="/verify"' in client.get("/ledger", headers=HTML).text
