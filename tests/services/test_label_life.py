"""The life of a label: issued, bound, void, replaced; and how a copy gives itself away."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.cast import BATCH, DAY, FACTORY, GARAGE, PLANT, PLATFORM, WASTE, Cast, person
from waste_trace.codes import digital_id
from waste_trace.custody.errors import MalformedBody
from waste_trace.services.account_labels import account_labels
from waste_trace.services.check_ledger import check_ledger
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels, reissue_label, sign_label
from waste_trace.services.look_up import list_containers
from waste_trace.services.trace_container import UnknownContainer, trace_container
from waste_trace.store.tables import EventIndex, Finding
from waste_trace.store.writing import table_of

FILL = {"batch": BATCH, "weight_kg": "180.000"}


def _open_findings(deployment: Deployment, rule: str) -> list[Any]:
    table = table_of(Finding)
    query = select(table).where(table.c.rule == rule, table.c.cleared_idx.is_(None))
    with deployment.engine.connect() as connection:
        return list(connection.execute(query))


def _text(deployment: Deployment, code: str, rotation: int) -> str:
    return sign_label(deployment, digital_id.parse(code), rotation).text


def test_every_issued_code_is_accounted_for(deployment: Deployment, cast: Cast) -> None:
    codes = cast.containers(5)
    factory = cast.device(FACTORY)
    factory.tell("fill", {"containers": codes[:2], **FILL})
    factory.tell("void_label", {"containers": codes[2:3], "reason": "lost"})
    factory.tell("void_label", {"containers": codes[3:4], "reason": "void"})
    expected = [
        {
            "unit": FACTORY,
            "waste_code": WASTE,
            "issued": 5,
            "waiting": 1,
            "bound": 2,
            "void": 1,
            "lost": 1,
        }
    ]
    assert account_labels(deployment, person(FACTORY)) == expected
    _spell_as_before(deployment)
    assert account_labels(deployment, person(FACTORY)) == expected


def _spell_as_before(deployment: Deployment) -> None:
    """The bodies in the event index as earlier versions wrote them, with spaces."""
    table = table_of(EventIndex)
    with deployment.engine.begin() as connection:
        for idx, body in connection.execute(select(table.c.idx, table.c.body)).all():
            text = json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True)
            connection.execute(update(table).where(table.c.idx == idx).values(body=text))


def test_an_index_of_an_earlier_version_is_no_forgery(deployment: Deployment, cast: Cast) -> None:
    factory = cast.device(FACTORY)
    factory.tell("fill", {"containers": cast.containers(1), **FILL})
    _spell_as_before(deployment)
    assert check_ledger(deployment.settings, full=True).problem is None
    table = table_of(EventIndex)
    with deployment.engine.begin() as connection:
        changed = func.replace(table.c.body, '": "', '":  "')
        connection.execute(update(table).values(body=changed))
    problem = check_ledger(deployment.settings, full=True).problem
    assert problem is not None
    assert problem.what == "event_index"


def test_a_void_code_that_is_used_is_a_finding(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    factory.tell("void_label", {"containers": [code], "reason": "void"})
    factory.tell("fill", {"containers": [code], **FILL})
    assert [row.subject for row in _open_findings(deployment, "custody_gap")] == [code]


def test_a_platform_sees_the_codes_that_it_asked_for(deployment: Deployment) -> None:
    issue_labels(deployment, GARAGE, WASTE, DAY, 2, asked_by=PLATFORM)
    for org in (GARAGE, PLATFORM):
        assert len(list_containers(deployment, person(org))) == 2
    assert list_containers(deployment, person(FACTORY)) == []


def test_relabelling_keeps_the_life_of_the_container(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    factory.tell("fill", {"containers": [code], **FILL})
    issued = reissue_label(deployment, code, "damaged", FACTORY)
    assert issued.tokens[0].rotation == 1
    assert issued.tokens[0].text == _text(deployment, code, 1)
    factory.tell("relabel", {"containers": [code], "labels": [issued.tokens[0].text]})
    factory.tell("store_in", {"containers": [code], "labels": [issued.tokens[0].text]})
    trace = trace_container(deployment, code)
    assert [event["typ"] for event in trace.events] == [
        "issue", "fill", "reissue", "relabel", "store_in",
    ]  # fmt: skip
    assert trace.container["rotation"] == 1
    assert trace.findings == ()


def test_a_label_that_was_replaced_gives_itself_away(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    factory.tell("fill", {"containers": [code], **FILL})
    reissued = reissue_label(deployment, code, "lost", FACTORY).recorded.index
    deployment.clock_ms.forward(hours=1)  # type: ignore[attr-defined]
    old = _text(deployment, code, 0)
    seen = factory.tell("store_in", {"containers": [code], "labels": [old]}).index
    [finding] = _open_findings(deployment, "copied_label")
    assert finding.subject == code
    assert f'"events": [{reissued}, {seen}]' in finding.facts


def test_a_replaced_label_scanned_before_it_was_replaced_is_no_finding(
    deployment: Deployment, cast: Cast
) -> None:
    """The scan was made offline, and came after the reissue."""
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    factory.tell("fill", {"containers": [code], **FILL})
    scanned_at = deployment.now()
    deployment.clock_ms.forward(hours=2)  # type: ignore[attr-defined]
    reissue_label(deployment, code, "lost", FACTORY)
    body = {"containers": [code], "labels": [_text(deployment, code, 0)]}
    factory.tell("store_in", body, at=scanned_at, offline=True)
    assert _open_findings(deployment, "copied_label") == []


def test_a_code_in_two_parties_custody(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory, plant = cast.device(FACTORY), cast.device(PLANT)
    factory.tell("fill", {"containers": [code], **FILL})
    here = factory.tell("store_in", {"containers": [code]}).index
    deployment.clock_ms.forward(hours=1)  # type: ignore[attr-defined]
    there = plant.tell("store_in", {"containers": [code]}).index
    [finding] = _open_findings(deployment, "copied_label")
    assert finding.org == PLANT
    assert f'"events": [{here}, {there}]' in finding.facts


def test_a_code_that_comes_back_after_its_end(deployment: Deployment, cast: Cast) -> None:
    [code] = cast.containers(1)
    factory, plant = cast.device(FACTORY), cast.device(PLANT)
    factory.tell("fill", {"containers": [code], **FILL})
    plant.tell("treat", {"containers": [code], "method": "R9", "weight_kg": "180.000"})
    deployment.clock_ms.forward(days=2)  # type: ignore[attr-defined]
    factory.tell("store_in", {"containers": [code]})
    assert [row.subject for row in _open_findings(deployment, "copied_label")] == [code]


def test_one_partys_missing_scan_is_no_copy(deployment: Deployment, cast: Cast) -> None:
    """A gap in one's own record is a gap, not a second container."""
    [code] = cast.containers(1)
    factory = cast.device(FACTORY)
    factory.tell("fill", {"containers": [code], **FILL})
    factory.tell("store_out", {"containers": [code]})
    assert len(_open_findings(deployment, "custody_gap")) == 1
    assert _open_findings(deployment, "copied_label") == []


def test_what_cannot_be_reissued(deployment: Deployment, cast: Cast) -> None:
    with pytest.raises(UnknownContainer):
        reissue_label(deployment, "91330100716105852F9002490820261123001", "lost", FACTORY)
    [code] = cast.containers(1)
    with pytest.raises(MalformedBody):
        reissue_label(deployment, code, "because", FACTORY)
