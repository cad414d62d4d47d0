"""What the read tables say of facts: the same whatever order they arrive in, and however late."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from tests.cast import (
    CARRIER,
    FACTORY,
    PLANT,
    PLATFORM,
    Cast,
    fill,
    merge,
    open_manifest,
    produce,
    transport,
    treat,
    weigh_in,
)
from tests.devices import Clock, Device
from tests.services.lives import drum
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.keys import SigningKey
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.look_up import list_events
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Batch, Container, Finding, Frame, GenealogyEdge, Manifest
from waste_trace.store.writing import table_of

BUREAU = Person("bureau", "局", "regulator", "", "usr_bureau01")


def rows(deployment: Deployment, model: type[Any]) -> list[dict[str, Any]]:
    """A table, in the order of its key."""
    table = table_of(model)
    with deployment.engine.connect() as connection:
        query = select(table).order_by(*table.primary_key.columns)
        return [dict(row) for row in connection.execute(query).mappings()]


def open_findings(deployment: Deployment) -> dict[str, str]:
    """Rule to subject of what is not cleared."""
    found = rows(deployment, Finding)
    return {row["rule"]: row["subject"] for row in found if row["cleared_idx"] is None}


def one_drum(cast: Cast, clock: Clock, received_kg: str) -> tuple[str, str, list[bytes]]:
    """A drum's whole life, signed on devices that had no network; nothing is sent yet."""
    code, number = cast.containers()[0], cast.manifest()
    told = [
        (FACTORY, "produce", produce()),
        (FACTORY, "fill", fill(code)),
        (FACTORY, "store_in", {"containers": [code]}),
        (FACTORY, "store_out", {"containers": [code]}),
        (FACTORY, "open_manifest", open_manifest(number, [code])),
        (CARRIER, "load", transport(number, [code])),
        (CARRIER, "arrive", transport(number, [code])),
        (PLANT, "weigh_in", weigh_in(number, [code], received_kg)),
        (PLANT, "accept", {"containers": [code], "manifest": number}),
    ]
    signed = []
    for org, typ, body in told:
        clock.forward(minutes=10)
        signed.append(cast.device(org).sign(typ, body, offline=True))
        if typ == "load":
            clock.forward(minutes=10)
            signed.append(cast.device(org).sign("depart", transport(number, [code])))
    return code, number, signed


@pytest.mark.parametrize("order", ["as it was", "backwards", "receiver first", "fill last"])
def test_the_order_of_arrival_changes_nothing(cast: Cast, clock: Clock, order: str) -> None:
    _, number, signed = one_drum(cast, clock, "150.000")
    arrival = {
        "as it was": signed,
        "backwards": signed[::-1],
        "receiver first": signed[8:] + signed[:8],
        "fill last": [signed[0], *signed[2:], signed[1]],
    }[order]
    device = cast.device(FACTORY)
    for envelope in arrival:
        clock.forward(minutes=1)
        device.send(envelope)
    (container,) = rows(cast.deployment, Container)
    (manifest,) = rows(cast.deployment, Manifest)
    assert (container["state"], container["holder"]) == ("accepted", PLANT)
    assert [container[f"{who}_kg"] for who in ("declared", "dispatched", "received")] == [
        Decimal("180.000"), Decimal("180.000"), Decimal("150.000"),
    ]  # fmt: skip
    assert (manifest["state"], manifest["sender"]) == ("accepted", FACTORY)
    assert (manifest["carrier"], manifest["receiver"]) == (CARRIER, PLANT)
    assert [manifest[f"{what}_kg"] for what in ("planned", "dispatched", "received")] == [
        Decimal("180.000"), Decimal("180.000"), Decimal("150.000"),
    ]  # fmt: skip
    assert open_findings(cast.deployment) == {"weight_difference": number}


def test_a_late_weight_clears_a_difference(cast: Cast, clock: Clock) -> None:
    """The carrier's scale at loading explains what the receiver found; it comes last."""
    code, number = cast.containers()[0], cast.manifest()
    factory, carrier, plant = cast.device(FACTORY), cast.device(CARRIER), cast.device(PLANT)
    factory.tell("fill", fill(code, "180.000"))
    clock.forward(minutes=10)
    weighed = carrier.sign("load", transport(number, [code], weight_kg="150.000"), offline=True)
    clock.forward(minutes=10)
    plant.tell("weigh_in", weigh_in(number, [code], "150.000"))
    assert open_findings(cast.deployment)["weight_difference"] == number
    carrier.send(weighed)
    assert "weight_difference" not in open_findings(cast.deployment)


def test_each_manifest_keeps_its_own_weights(cast: Cast, clock: Clock) -> None:
    """A container that is transferred twice does not rewrite what its first manifest said."""
    told = drum(cast, clock, treated=False)
    (before,) = rows(cast.deployment, Manifest)
    second = cast.manifest(PLANT)
    for org, typ, body in (
        (PLANT, "store_in", {"containers": [told.code]}),
        (PLANT, "store_out", {"containers": [told.code]}),
        (CARRIER, "load", transport(second, [told.code], weight_kg="90.000")),
    ):
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    late = transport(told.manifest, [told.code])
    cast.device(CARRIER).tell("arrive", late)  # an event of the first manifest, told again
    first, other = rows(cast.deployment, Manifest)
    assert first["dispatched_kg"] == before["dispatched_kg"] == Decimal("180.000")
    assert other["dispatched_kg"] == Decimal("90.000")
    assert "weight_difference" not in open_findings(cast.deployment)


def test_a_missing_step_is_cleared_when_it_arrives(cast: Cast, clock: Clock) -> None:
    code = cast.containers()[0]
    factory = cast.device(FACTORY)
    clock.forward(minutes=10)
    late = factory.sign("fill", fill(code), offline=True)
    clock.forward(minutes=10)
    factory.tell("store_in", {"containers": [code]})
    assert open_findings(cast.deployment) == {
        "custody_gap": code,
        "device_gap": f"{factory.dev}/0",
    }
    cleared = factory.send(late)
    assert open_findings(cast.deployment) == {}
    assert {row["cleared_idx"] for row in rows(cast.deployment, Finding)} == {cleared.index}


def test_a_code_that_nobody_issued_is_a_finding(cast: Cast) -> None:
    code = cast.containers()[0][:-3] + "777"
    cast.device(FACTORY).tell("fill", fill(code))
    assert open_findings(cast.deployment) == {"unknown_container": code}


def test_a_late_event_is_shown_as_late(cast: Cast, clock: Clock) -> None:
    device = cast.device(FACTORY)
    early = device.sign("produce", produce(), offline=True)
    clock.forward(hours=25)
    late = device.send(early)
    assert open_findings(cast.deployment) == {"late_event": f"#{late.index}"}


def test_a_label_that_is_not_genuine_is_a_finding(cast: Cast) -> None:
    issued = issue_labels(cast.deployment, FACTORY, "900-214-08", cast.deployment.now().date(), 2)
    genuine = issued.tokens[0].text
    code = str(issued.tokens[0].digital_id)
    forged = genuine[:-5] + ("A" if genuine[-5] != "A" else "B") + genuine[-4:]
    factory = cast.device(FACTORY)
    factory.tell("fill", {**fill(code), "labels": [genuine]})
    assert open_findings(cast.deployment) == {}
    recorded = factory.tell("store_in", {"containers": [code], "labels": [forged, "nonsense"]})
    found = [row for row in rows(cast.deployment, Finding) if row["rule"] == "forged_label"]
    assert [row["subject"] for row in found] == [f"#{recorded.index}"] * 2


def test_a_device_may_name_its_next_key(cast: Cast) -> None:
    device = cast.device(FACTORY)
    device.tell("produce", produce())
    chain = device.handheld.notebook.recall("chain")
    rotate(device, SigningKey.generate(), chain)
    known = cast.deployment.sequencer.registry.current_key(device.dev)
    assert known is not None
    assert (known.ep, known.org) == (1, FACTORY)


def rotate(device: Device, new: SigningKey, chain: dict[str, Any]) -> None:
    """Sign a rotation with the old key."""
    body = {
        "ep": 1,
        "alg": new.algorithm,
        "pub": b64(new.public_key),
        "last_seq": chain["next"] - 1,
        "last_hash": chain["prev"],
    }
    device.tell("key.rotate", body)


def test_merges_keep_what_went_in(cast: Cast, clock: Clock) -> None:
    first, second, into = cast.containers(3, PLATFORM)
    platform = cast.device(PLATFORM)
    for code, weight_kg in ((first, "10.000"), (second, "20.500")):
        clock.forward(minutes=10)
        platform.tell("fill", fill(code, weight_kg))
        clock.forward(minutes=10)
        platform.tell("store_in", {"containers": [code]})
    clock.forward(minutes=10)
    platform.tell("merge", merge([first, second], into, "30.400"))
    links = {
        row["parent"]: row["weight_kg"]
        for row in rows(cast.deployment, GenealogyEdge)
        if row["child"] == into
    }
    assert links == {first: Decimal("10.000"), second: Decimal("20.500")}
    by_code = {row["container"]: row for row in rows(cast.deployment, Container)}
    assert by_code[into]["declared_kg"] == Decimal("30.400")
    assert {by_code[code]["state"] for code in (first, second)} == {"merged"}
    assert open_findings(cast.deployment) == {}


def test_a_batch_is_a_row_of_its_unit(cast: Cast) -> None:
    cast.device(FACTORY).tell("produce", produce("500.000", facility="MF0001"))
    cast.device(PLATFORM).tell("produce", produce("7.000", unit=FACTORY))
    (batch,) = rows(cast.deployment, Batch)
    assert (batch["org"], batch["weight_kg"]) == (FACTORY, Decimal("7.000"))


def test_a_picture_waits_for_its_verdict(cast: Cast) -> None:
    body = {"camera": "CAM-1", "sha256": "0" * 64, "media_type": "image/png"}
    recorded = cast.device(FACTORY).tell("capture_frame", body)
    (frame,) = rows(cast.deployment, Frame)
    assert (frame["idx"], frame["verdict"], frame["verdict_idx"]) == (recorded.index, "", None)


def test_a_claimed_time_of_any_year_can_be_read_back(cast: Cast, clock: Clock) -> None:
    """A clock says what it says; no event may make a list unreadable."""
    device = cast.device(FACTORY)
    last = cast.deployment.now().replace(year=9999, month=12, day=31, hour=23, minute=59)
    device.tell("produce", produce(), at=last)
    device.tell("produce", produce(), at=last.replace(year=1970, month=1, day=1))
    claimed = [row["claimed_at"].year for row in list_events(cast.deployment, BUREAU, limit=2)]
    assert claimed == [1970, 9999]


def test_treated_waste_is_treated_whatever_comes_later(cast: Cast, clock: Clock) -> None:
    told = drum(cast, clock)
    clock.forward(minutes=30)
    cast.device(PLANT).tell("treat", treat([told.code]))
    assert open_findings(cast.deployment)["custody_gap"] == told.code
