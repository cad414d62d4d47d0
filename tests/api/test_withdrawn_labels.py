"""A replaced label is refused by a handheld that has no network, as far as its last sync knew."""

from pathlib import Path

import httpx
import pytest

from scanner.agent import Handheld, enrol, sync
from tests.api.conftest import ClientOf
from tests.cast import FACTORY, Cast
from waste_trace.codes import digital_id
from waste_trace.codes.errors import ForgedLabel, WithdrawnLabel
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import reissue_label, sign_label


@pytest.fixture
def handheld_online(client_of: ClientOf, tmp_path: Path) -> tuple[Handheld, httpx.Client]:
    """A device that was enrolled over HTTP."""
    person, device = client_of("producer"), client_of("")
    code = person.post("/v1/devices/codes", json={}).json()["code"]
    handheld = Handheld(tmp_path / "device", "tests")
    enrol(handheld, device, code, "手持端")
    return handheld, device


def test_a_replaced_label_is_refused_offline(
    deployment: Deployment, cast: Cast, handheld_online: tuple[Handheld, httpx.Client]
) -> None:
    handheld, client = handheld_online
    kept, replaced = cast.containers(2)
    old = sign_label(deployment, digital_id.parse(replaced), 0).text
    assert handheld.read_label(old).rotation == 0
    new = reissue_label(deployment, replaced, "lost", FACTORY).tokens[0].text
    assert handheld.read_label(old).rotation == 0, "it has not heard of it yet"
    sync(handheld, client)
    with pytest.raises(WithdrawnLabel) as caught:
        handheld.read_label(old)
    assert caught.value.facts == {"container": replaced, "rotation": 0}
    assert handheld.read_label(new).rotation == 1
    assert handheld.read_label(sign_label(deployment, digital_id.parse(kept), 0).text).host
    handheld.close()


def test_what_was_learnt_stays_without_a_network(
    deployment: Deployment, cast: Cast, handheld_online: tuple[Handheld, httpx.Client]
) -> None:
    handheld, client = handheld_online
    [code] = cast.containers(1)
    reissue_label(deployment, code, "copied", FACTORY)
    sync(handheld, client)
    nowhere = httpx.Client(base_url="http://127.0.0.1:1", timeout=1)
    sync(handheld, nowhere)
    with pytest.raises(WithdrawnLabel):
        handheld.read_label(sign_label(deployment, digital_id.parse(code), 0).text)
    nowhere.close()
    handheld.close()


def test_the_list_names_no_container(
    deployment: Deployment, cast: Cast, client_of: ClientOf
) -> None:
    [code] = cast.containers(1)
    reissue_label(deployment, code, "lost", FACTORY)
    answer = client_of("").get("/v1/labels/withdrawn")
    assert len(answer.json()["digests"]) == 1
    assert code not in answer.text
    again = client_of("").get("/v1/labels/withdrawn", params={"since": answer.json()["upto"]})
    assert again.json()["digests"] == []


def test_a_forged_signature_is_refused_with_a_reason(
    deployment: Deployment, cast: Cast, handheld_online: tuple[Handheld, httpx.Client]
) -> None:
    handheld, _ = handheld_online
    [code] = cast.containers(1)
    genuine = sign_label(deployment, digital_id.parse(code), 0).text
    forged = genuine.replace(".0.", ".1.")
    with pytest.raises(ForgedLabel) as caught:
        handheld.read_label(forged)
    assert caught.value.zh
    assert caught.value.do_zh
    handheld.close()
