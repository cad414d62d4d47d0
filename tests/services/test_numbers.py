"""Codes and manifest numbers: no gap and no double, however many ask at once."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.cast import CARRIER, DAY, FACTORY, GARAGE, PLATFORM, WASTE, Cast, fill
from tests.conftest import OpenDeployment
from tests.databases import Database
from waste_trace.codes import digital_id, label_token, uscc, waste_code
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.signature import key_id
from waste_trace.custody.errors import MalformedBody
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.verify import verify_bundle
from waste_trace.services.deployment import Deployment
from waste_trace.services.export_bundle import export_bundle
from waste_trace.services.issue_labels import CodesUsedUp, issue_labels, sign_label
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.rebuild import rebuild
from waste_trace.store.sequencer import Draft
from waste_trace.store.tiles import leaves

THREADS = 8


def at_once(act: Callable[[int], None]) -> None:
    """Do something in eight threads."""
    threads = [threading.Thread(target=act, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def sequences(deployment: Deployment, count: int = 1, unit: str = FACTORY) -> list[int]:
    """Issue codes; their running numbers."""
    issued = issue_labels(deployment, unit, WASTE, DAY, count)
    return [token.digital_id.sequence for token in issued.tokens]


def test_codes_are_numbered_from_one_for_each_unit_waste_and_day(deployment: Deployment) -> None:
    assert sequences(deployment, 3) == [1, 2, 3]
    assert sequences(deployment) == [4]
    assert sequences(deployment, unit=PLATFORM) == [1]
    other = issue_labels(deployment, FACTORY, "900-249-08", DAY).tokens[0]
    next_day = issue_labels(deployment, FACTORY, WASTE, date(2026, 11, 24)).tokens[0]
    assert (other.digital_id.sequence, next_day.digital_id.sequence) == (1, 1)
    assert sequences(deployment) == [5]


def test_a_label_is_signed_by_the_issuer_that_the_ledger_names(deployment: Deployment) -> None:
    token = issue_labels(deployment, FACTORY, WASTE, DAY).tokens[0]
    issuer = deployment.sequencer.registry.key_for("issuer", 0)
    assert issuer is not None
    parsed = label_token.parse(token.text)
    label_token.verify(parsed, {key_id(issuer.public_key): issuer.public_key})
    assert (parsed.digital_id, parsed.rotation) == (token.digital_id, 0)
    assert parsed.host == deployment.settings.label_host
    assert sign_label(deployment, token.digital_id, 0).text == token.text
    assert sign_label(deployment, token.digital_id, 1).text != token.text


def test_threads_that_ask_at_once_leave_no_gap(deployment: Deployment) -> None:
    found: list[list[int]] = []
    at_once(lambda number: found.append(sequences(deployment, 1 + number)))
    assert sorted(len(one) for one in found) == list(range(1, THREADS + 1))
    for one in found:
        assert one == list(range(one[0], one[0] + len(one)))
    numbers = sorted(number for one in found for number in one)
    assert numbers == list(range(1, sum(range(1, THREADS + 1)) + 1))


def test_the_999_numbers_of_a_day_are_used_up(deployment: Deployment) -> None:
    for _ in range(4):
        sequences(deployment, 200)
    assert sequences(deployment, 198)[-1] == 998
    with pytest.raises(CodesUsedUp) as caught:
        sequences(deployment, 2)
    assert caught.value.facts == {"left": 1}
    assert sequences(deployment) == [999]
    with pytest.raises(CodesUsedUp) as caught:
        sequences(deployment)
    assert caught.value.facts == {"left": 0}
    assert sequences(deployment, unit=PLATFORM) == [1]
    rebuild(deployment)
    with pytest.raises(CodesUsedUp):
        sequences(deployment)


@pytest.mark.parametrize("count", [0, -1, 201])
def test_so_many_codes_cannot_be_asked_for(deployment: Deployment, count: int) -> None:
    with pytest.raises(MalformedBody):
        sequences(deployment, count)
    assert sequences(deployment) == [1]


def test_what_is_no_code_is_refused(deployment: Deployment) -> None:
    with pytest.raises(InvalidCode):
        issue_labels(deployment, "91330482MA2CUX11X4", WASTE, DAY)
    with pytest.raises(InvalidCode):
        issue_labels(deployment, FACTORY, "900-214", DAY)


def test_a_code_that_nobody_issued_uses_no_number_up(cast: Cast) -> None:
    reported = digital_id.build(uscc.parse(FACTORY), waste_code.parse(WASTE), DAY, 999)
    cast.device(FACTORY).tell("fill", fill(str(reported)))
    assert sequences(cast.deployment) == [1]


def test_manifest_numbers_run_within_city_and_year(deployment: Deployment) -> None:
    numbers = [number_manifest(deployment, FACTORY, 2026) for _ in range(3)]
    assert numbers == ["20263304000001", "20263304000002", "20263304000003"]
    assert number_manifest(deployment, GARAGE, 2027) == "20273304000001"
    assert number_manifest(deployment, GARAGE, 2026) == "20263304000004"
    with pytest.raises(InvalidCode):
        number_manifest(deployment, "X", 2026)


def test_manifest_numbers_have_no_gap_under_threads(deployment: Deployment) -> None:
    found: list[str] = []
    at_once(lambda _: found.extend(number_manifest(deployment, FACTORY, 2026) for _ in range(3)))
    assert sorted(found) == [f"20263304{number:06d}" for number in range(1, 3 * THREADS + 1)]


def test_a_number_that_a_device_invents_is_not_skipped(cast: Cast) -> None:
    """Only numbers that were given out count; a device may report any."""
    body = {"containers": cast.containers(), "manifest": "20263304000500"}
    cast.device(CARRIER).tell("depart", body)
    assert cast.manifest() == "20263304000001"


def test_numbers_have_a_key_of_their_own_also_in_a_ledger_that_lacks_it(
    database: Database, data_dir: Path, open_deployment: OpenDeployment
) -> None:
    deployment = open_deployment(database, data_dir)
    before_there_was_the_service(deployment)
    numbers: list[str] = []
    at_once(lambda _: numbers.append(number_manifest(deployment, FACTORY, 2026)))
    assert sorted(numbers)[-1] == f"20263304{THREADS:06d}"
    with deployment.engine.connect() as connection:
        events = [
            parse_event(parse_leaf(leaf).envelope.payload) for leaf in leaves(connection, 0, 99)
        ]
    assert [event.typ for event in events[1:]] == ["key.enrol"] + ["number_manifest"] * THREADS
    assert {event.dev for event in events[2:]} == {"numbering"}
    export_bundle(deployment, data_dir / "bundle")
    deployment.write_public_keys(data_dir / "keys-for-all")
    assert verify_bundle(data_dir / "bundle", data_dir / "keys-for-all").exit_code == 0


def before_there_was_the_service(deployment: Deployment) -> None:
    """A ledger as it was opened by a version that numbered with the registrar's key."""
    opening: dict[str, object] = {
        "origin": deployment.sequencer.origin,
        "registrar": deployment.sequencer.registrar_vkey.text,
        "catalogue": "2021",
    }
    deployment.sequencer.compose("registrar", lambda _: [Draft("ledger.open", opening)])
