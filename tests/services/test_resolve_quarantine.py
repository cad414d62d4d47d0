"""What became of refused input: read from the ledger where it says so, else said by a person."""

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from tests.cast import BUREAU, FACTORY, Cast, person, produce
from tests.devices import Device
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.look_up import list_findings
from waste_trace.services.quarantine import list_quarantine, quarantine
from waste_trace.services.refused import RevokedDevice, UnknownDevice
from waste_trace.services.resolve_quarantine import (
    ResolutionRefused,
    count_open,
    list_reasons,
    list_refused,
    resolve,
    send_again,
)
from waste_trace.store.sequencer import DeviceFork, Draft, LedgerBusy
from waste_trace.store.tables import QuarantineResolution
from waste_trace.store.writing import table_of, write_transaction

AUDITOR = person(BUREAU)


def unenrolled(device: Device) -> tuple[bytes, SigningKey, str]:
    """An event that a device signed before anybody enrolled its key; refused."""
    key, dev = SigningKey.generate(), "gun-early"
    device.handheld.key = key
    device.handheld.notebook.remember(identity={**device.handheld.identity, "dev": dev})
    envelope = device.sign("produce", produce())
    with pytest.raises(UnknownDevice):
        device.send(envelope)
    return envelope, key, dev


def enrol(deployment: Deployment, key: SigningKey, dev: str) -> None:
    """Enrol a key afterwards."""
    body: dict[str, object] = {
        "dev": dev, "ep": 0, "alg": key.algorithm, "pub": b64(key.public_key), "org": FACTORY,
        "purpose": "device", "name": dev, "from_seq": 0,
    }  # fmt: skip
    deployment.sequencer.compose("registrar", lambda _: [Draft("key.enrol", body)])


def test_what_is_recorded_later_is_resolved_by_itself(deployment: Deployment, cast: Cast) -> None:
    device = cast.device(FACTORY)
    envelope, key, dev = unenrolled(device)
    (row,) = list_refused(deployment)
    assert (row["dev"], row["recorded_idx"], row["resolution"]) == (dev, None, None)
    assert count_open(deployment) == {dev: 1}
    enrol(deployment, key, dev)
    index = device.send(envelope).index
    (row,) = list_refused(deployment)
    assert row["recorded_idx"] == index
    assert count_open(deployment) == {}
    assert list_refused(deployment, unresolved=True) == []


def test_the_same_bytes_are_sent_in_again(deployment: Deployment, cast: Cast) -> None:
    device = cast.device(FACTORY)
    _, key, dev = unenrolled(device)
    (row,) = list_refused(deployment)
    with pytest.raises(UnknownDevice):
        send_again(deployment, row["id"])
    assert [one["times"] for one in list_refused(deployment)] == [1]  # it was not kept twice
    enrol(deployment, key, dev)
    recorded = send_again(deployment, row["id"])
    assert [one["recorded_idx"] for one in list_refused(deployment)] == [recorded.index]
    assert send_again(deployment, row["id"]).duplicate


def test_an_event_whose_personal_data_was_left_out_is_sent_in_again_without_it(
    deployment: Deployment, cast: Cast
) -> None:
    device = cast.device(FACTORY)
    key, dev = SigningKey.generate(), "gun-early"
    device.handheld.key = key
    device.handheld.notebook.remember(identity={**device.handheld.identity, "dev": dev})
    envelope = device.sign("produce", produce(), personal={"handler_name": "李四"})
    with pytest.raises(UnknownDevice):
        device.send(envelope)
    assert "李四".encode() not in list_quarantine(deployment)[0].body
    enrol(deployment, key, dev)
    (row,) = list_refused(deployment, dev=dev)
    assert not send_again(deployment, row["id"]).duplicate


def test_an_event_after_the_revocation_is_found_by_its_device_and_resolved(
    deployment: Deployment, cast: Cast
) -> None:
    device = cast.device(FACTORY)
    device.tell("produce", produce())
    late = device.sign("produce", produce("7.000"), offline=True)
    revoke_device(deployment, device.dev, RevocationReason.LOST)
    with pytest.raises(RevokedDevice):
        device.send(late)
    assert count_open(deployment) == {device.dev: 1}
    (row,) = list_refused(deployment, dev=device.dev, unresolved=True)
    assert row["reason"] == "revoked-device"
    resolve(deployment, AUDITOR, row["id"], "forwarded", "转执法部门核查")
    resolve(deployment, AUDITOR, row["id"], "recorded", "由新设备补录", 0)
    (row,) = list_refused(deployment, dev=device.dev)
    said = row["resolution"]
    assert (said["outcome"], said["idx"], said["username"]) == ("recorded", 0, "tester")
    assert said["reason"] == "由新设备补录"
    assert said["resolved_at"] == deployment.now()
    assert count_open(deployment) == {}


def test_a_fork_that_a_busy_ledger_did_not_quote_is_quoted_when_it_is_sent_again(
    deployment: Deployment, cast: Cast
) -> None:
    device = cast.device(FACTORY)
    chain = device.handheld.notebook.recall("chain")
    device.tell("produce", produce())
    device.handheld.notebook.remember(chain=chain or {"next": 0, "prev": ""})
    fork = device.sign("produce", produce("1.000"))
    with pytest.MonkeyPatch.context() as patch:
        busy = LedgerBusy("台账繁忙。", "The ledger is busy.")
        patch.setattr(deployment.sequencer, "compose", _raiser(busy), raising=True)
        with pytest.raises(DeviceFork):
            device.send(fork)
    (row,) = list_refused(deployment)
    with pytest.raises(DeviceFork):
        send_again(deployment, row["id"])
    assert "device_fork" in {one["rule"] for one in list_findings(deployment, AUDITOR)}


def _raiser(error: WasteTraceError) -> object:
    def act(*_: object) -> None:
        raise error

    return act


@pytest.mark.parametrize(
    ("outcome", "reason", "index"),
    [("solved", "x", None), ("recorded", "x", None), ("recorded", "x", 10_000),
     ("rejected", "x", 0), ("rejected", "", None), ("rejected", "a\x00b", None),
     ("rejected", "长" * 501, None)],
)  # fmt: skip
def test_what_cannot_be_said(
    deployment: Deployment, cast: Cast, outcome: str, reason: str, index: int | None
) -> None:
    unenrolled(cast.device(FACTORY))
    (row,) = list_refused(deployment)
    with pytest.raises(ResolutionRefused):
        resolve(deployment, AUDITOR, row["id"], outcome, reason, index)
    assert list_refused(deployment)[0]["resolution"] is None


def test_what_is_no_whole_event_is_not_sent_again(deployment: Deployment) -> None:
    error = WasteTraceError("不好。", "Not good.")
    keep = deployment.settings.quarantine_keep_bytes
    for channel, body in (("picture", b"{}"), ("event", b"{}"), ("event", b" " * (keep + 1))):
        quarantine(deployment, body, error, channel=channel, remote="r", media_type="x")
    for row in list_refused(deployment):
        assert row["dev"] is None
        with pytest.raises(WasteTraceError):
            send_again(deployment, row["id"])
    for act in (lambda: send_again(deployment, 999),
                lambda: resolve(deployment, AUDITOR, 999, "rejected", "x")):  # fmt: skip
        with pytest.raises(ResolutionRefused):
            act()
    assert list_reasons(deployment) == ["waste-trace-error"]
    assert list_refused(deployment, reason="other") == []


def test_a_decision_stays_as_it_was_said(deployment: Deployment, cast: Cast) -> None:
    unenrolled(cast.device(FACTORY))
    resolve(deployment, AUDITOR, list_refused(deployment)[0]["id"], "rejected", "测试数据")
    table = table_of(QuarantineResolution)
    for change in (update(table).values(reason="其他"), delete(table)):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            write_transaction(deployment.engine) as connection,
        ):
            connection.execute(change)
