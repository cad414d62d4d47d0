"""Logged times against the times at which witnesses cosigned: whoever runs the log cannot backdate.

A witness that cosigned n entries had not been shown entry n: if that says that it was logged well
before, it was written later than it says, or kept from the witness. The entries below n were there:
none of them was logged after. Clocks differ and witnesses err, so this is evidence and no proof.
"""

from collections.abc import Mapping

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle, BundleTiles
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.policy import Policy, assess, printable
from waste_trace.ledger.verify_events import utc_text
from waste_trace.ledger.verify_result import Notice, Report

#: How far clocks may differ, and how long a witness may take.
SLACK_MS = 5 * 60 * 1000


def times_against(
    witness: str, unix_seconds: int, size: int, last_ms: int, next_ms: int | None
) -> list[Notice]:
    """What one cosignature says of the entries around it.

    Args:
        unix_seconds: when ``witness`` cosigned ``size`` entries. last_ms: the logged time of the
            last of them. next_ms: that of the entry after them; None if there is none.
    """
    found, at = [], utc_text(unix_seconds)
    if next_ms is not None and next_ms < unix_seconds * 1000 - SLACK_MS:
        says = utc_text(next_ms // 1000)
        zh = f"第 {size} 条自称 {says} 入账，但 {at} 见证方 {witness} 所见仅 {size} 条：疑似倒签。"
        en = (
            f"Entry {size} says that it was logged at {says}, but at {at} the witness {witness} "
            f"was shown {size} entries: it may be backdated."
        )
        found.append(Notice("backdated", zh, en, size))
    if last_ms > unix_seconds * 1000 + SLACK_MS:
        says = utc_text(last_ms // 1000)
        zh = f"第 {size - 1} 条自称 {says} 入账，但见证方 {witness} 在 {at} 已见到它。"
        en = (
            f"Entry {size - 1} says that it was logged at {says}, but the witness {witness} had it "
            f"at {at}."
        )
        found.append(Notice("postdated", zh, en, size - 1))
    return found


def check_cosigned_times(
    bundle: Bundle, policy: Policy, pinned: Mapping[str, bytes], size: int, report: Report
) -> None:
    """Warn of what the cosignatures in a whole, verified bundle of ``size`` entries contradict.

    Args:
        pinned: checkpoints that the verifier has brought along, by name.
    """
    names = sorted(name for name in bundle.names() if layout.is_pinned(name))
    entry_at = BundleTiles(bundle, size).entry
    for note in [bundle.read(name) for name in (layout.CHECKPOINT, *names)] + [*pinned.values()]:
        try:
            assessment = assess(policy, note)
        except LedgerError:
            continue  # said already, where it is verified
        there = assessment.checkpoint.size
        if not 0 < there <= size or not assessment.cosigned:
            continue
        last = parse_leaf(entry_at(there - 1)).ms
        after = parse_leaf(entry_at(there)).ms if there < size else None
        for witness, unix_seconds in sorted(assessment.cosigned.items()):
            for notice in times_against(printable(witness), unix_seconds, there, last, after):
                report.warn(notice)
