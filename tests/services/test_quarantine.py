"""Refused input is evidence: kept once, counted, cut to a length, whatever it holds."""

import hashlib
import threading

from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.quarantine import list_quarantine, quarantine


def refuse(deployment: Deployment, body: bytes, *, zh: str = "不好。", remote: str = "r") -> str:
    """Put something in quarantine."""
    error = WasteTraceError(zh, "Not good.")
    return quarantine(
        deployment, body, error, channel="event", remote=remote, media_type="text/plain"
    )


def test_the_beginning_is_kept_and_the_whole_is_named(deployment: Deployment) -> None:
    limit = deployment.settings.quarantine_keep_bytes
    body = bytes(range(256)) * (limit // 256) + b"more"
    digest = refuse(deployment, body)
    (kept,) = list_quarantine(deployment)
    assert digest == kept.sha256 == hashlib.sha256(body).hexdigest()
    assert (kept.body, kept.length) == (body[:limit], len(body))


def test_the_newest_come_first(deployment: Deployment) -> None:
    for number in range(5):
        refuse(deployment, bytes([number]))
    assert [row.body for row in list_quarantine(deployment, limit=3)] == [b"\x04", b"\x03", b"\x02"]


def test_many_who_send_the_same_at_once_are_counted(deployment: Deployment) -> None:
    threads = [
        threading.Thread(target=lambda: [refuse(deployment, b"flood") for _ in range(5)])
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = list_quarantine(deployment)
    assert [(row.body, row.times) for row in kept] == [(b"flood", 30)]


def test_no_text_is_too_strange_to_be_kept(deployment: Deployment) -> None:
    refuse(deployment, b"\x00", zh="含 \x00 字符", remote="a\x00b")
    (kept,) = list_quarantine(deployment)
    assert "\x00" not in kept.zh + kept.remote
    assert kept.body == b"\x00"
