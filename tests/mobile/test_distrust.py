"""The handheld believes no server: every way of lying about the ledger is seen and said."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.mobile.handheld import Handheld
from waste_trace.ledger.canonical import canonical_bytes
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.receipt import format_receipt, parse_receipt

CODE = "91330100716105852F9002490820261123201"
Answer = dict[str, Any]


def tamper(device: Handheld, change: Callable[[Answer], Answer]) -> None:
    """Let the server answer, and change the answer on its way."""

    def altered(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=json.dumps(change(response.json())))

    device.context.route("**/v1/events", altered)


def wrong_signature(answer: Answer) -> Answer:
    head, dash, line = str(answer["receipt"]).rpartition("\u2014 ")
    name, encoded = line.strip().split(" ")
    blob = bytearray(base64.b64decode(encoded))
    blob[-1] ^= 1
    return answer | {"receipt": f"{head}{dash}{name} {b64(bytes(blob))}\n"}


def wrong_root(answer: Answer) -> Answer:
    lines = str(answer["receipt"]).split("\n")
    at = lines.index("pinghu.waste-trace.example/1") + 2
    lines[at] = b64(bytes(32))
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


@pytest.mark.parametrize(
    "change", [wrong_signature, wrong_root, wrong_path, wrong_time, other_index, no_receipt]
)
def test_forged_receipt_is_not_accepted(
    intercepted: Handheld, change: Callable[[Answer], Answer], screenshots: Path
) -> None:
    tamper(intercepted, change)
    size = intercepted.seen_size()
    intercepted.record("store_in", intercepted.backend.label(CODE))
    intercepted.tab("queue")
    expect(intercepted.entries("pending")).to_contain_text("回执不可信")
    expect(intercepted.entries("accepted")).to_have_count(0)
    if change is wrong_signature:
        intercepted.picture(screenshots, "forged-receipt")
    assert intercepted.seen_size() == size

    intercepted.context.unroute("**/v1/events")
    intercepted.tab("queue")
    intercepted.page.get_by_role("button", name="立即上传").click()
    expect(intercepted.entries("accepted")).to_have_count(1)


def test_receipt_of_another_record_is_not_accepted(intercepted: Handheld) -> None:
    answers: list[Answer] = []

    def repeat_first(answer: Answer) -> Answer:
        answers.append(answer)
        return answers[0]

    tamper(intercepted, repeat_first)
    for serial in ("202", "203"):
        intercepted.record("store_in", intercepted.backend.label(CODE[:-3] + serial))
    intercepted.tab("queue")
    expect(intercepted.entries("accepted")).to_have_count(1)
    expect(intercepted.entries("pending")).to_contain_text("回执不可信")


def test_forked_ledger_raises_the_alarm_and_stops_all_sending(
    intercepted: Handheld, screenshots: Path
) -> None:
    intercepted.context.route(
        "**/v1/ledger/consistency*",
        lambda route: route.fulfill(
            status=200,
            content_type="application/json",
            body=json.dumps({"proof": [b64(bytes(32))] * 3}),
        ),
    )
    size = intercepted.seen_size()
    intercepted.record_without_waiting("store_in", intercepted.backend.label(CODE[:-3] + "211"))
    alarm = intercepted.page.get_by_role("alertdialog")
    expect(alarm).to_contain_text("账本分叉")
    intercepted.picture(screenshots, "forked")
    with intercepted.page.expect_download() as download:
        alarm.get_by_role("button", name="导出证据").click()
    evidence = json.loads(Path(download.value.path()).read_text())
    assert evidence["ours"] != evidence["theirs"]

    alarm.get_by_role("button", name="只在本机继续记录").click()
    intercepted.context.unroute("**/v1/ledger/consistency*")
    before = len(intercepted.backend.logged())
    intercepted.record("store_in", intercepted.backend.label(CODE[:-3] + "212"))
    expect(intercepted.page.locator(".strip")).to_contain_text("账本分叉")
    assert intercepted.seen_size() == size
    assert len(intercepted.backend.logged()) == before

    intercepted.page.reload()
    expect(intercepted.page.get_by_role("alertdialog")).to_contain_text("账本分叉")


def test_withheld_consistency_proof_is_not_taken_for_one(intercepted: Handheld) -> None:
    intercepted.context.route(
        "**/v1/ledger/consistency*",
        lambda route: route.fulfill(
            status=404,
            content_type="application/problem+json",
            body=json.dumps({"code": "not-found", "zh": "没有", "en": "No such thing."}),
        ),
    )
    intercepted.record("store_in", intercepted.backend.label(CODE[:-3] + "221"))
    intercepted.tab("queue")
    expect(intercepted.entries("pending")).to_contain_text("服务器不给一致性证明")
    expect(intercepted.entries("accepted")).to_have_count(0)
