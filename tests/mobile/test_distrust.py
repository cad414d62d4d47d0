"""The handheld believes no server: every way of lying about the ledger is seen and said."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Route, expect

from tests.cast import PLATFORM
from tests.mobile.handheld import Handheld
from waste_trace.ledger.canonical import canonical_bytes
from waste_trace.ledger.checkpoint import Checkpoint, sign_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.receipt import format_receipt, parse_receipt
from waste_trace.store.key_store import service_key_name

CODE = "91330100716105852F9002490820261123201"
Answer = dict[str, Any]


def tamper(
    device: Handheld, change: Callable[[Answer], Answer], path: str = "**/v1/events"
) -> None:
    """Let the server answer, and change the answer on its way."""

    def altered(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=json.dumps(change(response.json())))

    device.context.route(path, altered)


def wrong_signature(answer: Answer) -> Answer:
    head, dash, line = str(answer["receipt"]).rpartition("\u2014 ")
    name, encoded = line.strip().split(" ")
    blob = bytearray(base64.b64decode(encoded))
    blob[-1] ^= 1
    return answer | {"receipt": f"{head}{dash}{name} {b64(bytes(blob))}\n"}


def wrong_root(answer: Answer) -> Answer:
    lines = str(answer["receipt"]).split("\n")
    lines[lines.index("") + 3] = b64(bytes(32))  # after the proof: origin, size, root
    return answer | {"receipt": "\n".join(lines)}


def wrong_path(answer: Answer) -> Answer:
    receipt = parse_receipt(str(answer["receipt"]))
    forged = (bytes(32), *receipt.proof[1:])
    text = format_receipt(type(receipt)(receipt.index, forged, receipt.checkpoint, receipt.extra))
    return answer | {"receipt": text}


def wrong_time(answer: Answer) -> Answer:
    """A backdated record: the logged time is part of the leaf, so this cannot verify."""
    receipt = parse_receipt(str(answer["receipt"]))
    early = int(answer["ms"]) - 86_400_000
    extra = canonical_bytes({"ms": early})
    text = format_receipt(type(receipt)(receipt.index, receipt.proof, receipt.checkpoint, extra))
    return answer | {"receipt": text, "ms": early}


def other_index(answer: Answer) -> Answer:
    return answer | {"index": int(answer["index"]) + 1}


def no_receipt(answer: Answer) -> Answer:
    return {"index": answer["index"], "ms": answer["ms"]}


LIES: dict[Callable[[Answer], Answer], str] = {
    wrong_signature: "账本签名无效",
    wrong_path: "记录不在所签的账本之中",
    wrong_root: "账本签名无效",
    other_index: "应答与回执不一致",
    wrong_time: "记录不在所签的账本之中",
    no_receipt: "没有回执",
}


def test_forged_receipt_is_not_accepted(enrolled: Handheld, screenshots: Path) -> None:
    # The newest checkpoint, which is genuine here, would move the device all the same.
    enrolled.context.route("**/v1/ledger/checkpoint", lambda route: route.abort())
    size = enrolled.seen_size()
    tamper(enrolled, no_receipt)
    enrolled.record("store_in", enrolled.backend.label(CODE))
    enrolled.tab("queue")
    for lie, fault in LIES.items():
        enrolled.context.unroute("**/v1/events")
        tamper(enrolled, lie)
        enrolled.page.get_by_role("button", name="立即上传").click()
        expect(enrolled.entries("pending")).to_contain_text(f"回执不可信，未采信：{fault}")
        expect(enrolled.entries("accepted")).to_have_count(0)
        expect(enrolled.page.get_by_role("button", name="立即上传")).to_be_enabled()
    enrolled.picture(screenshots, "forged-receipt")
    assert enrolled.seen_size() == size

    enrolled.context.unroute("**/v1/events")
    enrolled.tab("queue")
    enrolled.page.get_by_role("button", name="立即上传").click()
    expect(enrolled.entries("accepted")).to_have_count(1)


def test_receipt_of_another_record_is_not_accepted(enrolled: Handheld) -> None:
    answers: list[Answer] = []

    def repeat_first(answer: Answer) -> Answer:
        answers.append(answer)
        return answers[0]

    tamper(enrolled, repeat_first)
    for serial in ("202", "203"):
        enrolled.record("store_in", enrolled.backend.label(CODE[:-3] + serial))
    enrolled.tab("queue")
    expect(enrolled.entries("accepted")).to_have_count(1)
    expect(enrolled.entries("pending")).to_contain_text("回执不可信")


def test_forked_ledger_raises_the_alarm_and_stops_all_sending(
    enrolled: Handheld, screenshots: Path
) -> None:
    enrolled.context.route(
        "**/v1/ledger/consistency*",
        lambda route: route.fulfill(
            status=200,
            content_type="application/json",
            body=json.dumps({"proof": [b64(bytes(32))] * 3}),
        ),
    )
    size = enrolled.seen_size()
    enrolled.record_without_waiting("store_in", enrolled.backend.label(CODE[:-3] + "211"))
    alarm = enrolled.page.get_by_role("alertdialog")
    expect(alarm).to_contain_text("账本分叉")
    enrolled.picture(screenshots, "forked")
    with enrolled.page.expect_download() as download:
        alarm.get_by_role("button", name="导出证据").click()
    evidence = json.loads(Path(download.value.path()).read_text())
    assert evidence["ours"] != evidence["theirs"]

    alarm.get_by_role("button", name="只在本机继续记录").click()
    enrolled.context.unroute("**/v1/ledger/consistency*")
    before = len(enrolled.backend.logged())
    enrolled.record("store_in", enrolled.backend.label(CODE[:-3] + "212"))
    expect(enrolled.page.locator(".strip")).to_contain_text("账本分叉")
    assert enrolled.seen_size() == size
    assert len(enrolled.backend.logged()) == before

    enrolled.page.reload()
    expect(enrolled.page.get_by_role("alertdialog")).to_contain_text("账本分叉")


def test_withheld_consistency_proof_is_not_taken_for_one(enrolled: Handheld) -> None:
    enrolled.context.route(
        "**/v1/ledger/consistency*",
        lambda route: route.fulfill(
            status=404,
            content_type="application/problem+json",
            body=json.dumps({"code": "not-found", "zh": "没有", "en": "No such thing."}),
        ),
    )
    enrolled.record("store_in", enrolled.backend.label(CODE[:-3] + "221"))
    enrolled.tab("queue")
    expect(enrolled.entries("pending")).to_contain_text("服务器不给一致性证明")
    expect(enrolled.entries("accepted")).to_have_count(0)


def test_fork_is_seen_by_a_device_that_has_nothing_to_send(enrolled: Handheld) -> None:
    """The log signs another root for the very size that this device knows."""
    sequencer = enrolled.backend.deployment.sequencer
    forked = Checkpoint(sequencer.origin, enrolled.seen_size(), bytes(32))
    own = service_key_name("log", sequencer.registry.log_keys.epoch)
    note = sign_checkpoint(forked, enrolled.backend.deployment.keys.key(own))
    enrolled.context.route(
        "**/v1/ledger/checkpoint",
        lambda route: route.fulfill(status=200, content_type="text/plain", body=note),
    )
    enrolled.tab("queue")
    enrolled.page.get_by_role("button", name="立即上传").click()
    expect(enrolled.page.get_by_role("alertdialog")).to_contain_text("账本分叉")
    [fork] = [entry for entry in enrolled.stored("ledger") if "theirs" in entry]
    assert fork["theirs"] == note


def test_checkpoint_of_somebody_else_is_no_fork_and_is_not_believed(enrolled: Handheld) -> None:
    size = enrolled.seen_size()
    origin = enrolled.backend.deployment.sequencer.origin
    note = sign_checkpoint(Checkpoint(origin, size + 1, bytes(32)), SigningKey.generate())
    enrolled.context.route(
        "**/v1/ledger/checkpoint",
        lambda route: route.fulfill(status=200, content_type="text/plain", body=note),
    )
    enrolled.tab("queue")
    enrolled.page.get_by_role("button", name="立即上传").click()
    expect(enrolled.page.locator(".strip")).to_contain_text("账本未获证明：不是账本签发的")
    assert enrolled.page.get_by_role("alertdialog").count() == 0
    assert enrolled.seen_size() == size

    enrolled.context.unroute("**/v1/ledger/checkpoint")
    enrolled.tab("queue")
    enrolled.page.get_by_role("button", name="立即上传").click()
    expect(enrolled.page.locator(".strip")).to_contain_text("全部已上传")


def test_enrolment_counts_only_if_the_ledger_holds_this_very_key(handheld: Handheld) -> None:
    product = handheld.backend
    stranger = product.enrol_stranger()

    def swap(*names: str) -> Callable[[Answer], Answer]:
        return lambda answer: answer | {name: stranger[name] for name in names}

    handheld.open()
    for names in (("envelope",), ("envelope", "receipt"), ("envelope", "receipt", "dev")):
        tamper(handheld, swap(*names), "**/v1/devices/enrol")
        handheld.page.locator("#enrol-code").fill(product.new_code(PLATFORM))
        handheld.page.get_by_role("button", name="登记本机").click()
        expect(handheld.page.get_by_role("alert")).to_contain_text("登记不可信")
        handheld.context.unroute("**/v1/devices/enrol")
        assert handheld.stored("device") == []
    handheld.enrol()
