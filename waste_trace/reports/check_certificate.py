"""Check a mass-balance certificate against an audit bundle: no server, no database of ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waste_trace.custody.books import Books
from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle, BundleTiles, open_bundle
from waste_trace.ledger.checkpoint import read_checkpoint
from waste_trace.ledger.encoding import b64
from waste_trace.ledger.event import parse_event
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.tiles import TILE_WIDTH, TreeReader
from waste_trace.ledger.verify import verify_bundle
from waste_trace.ledger.verify_partial import is_partial
from waste_trace.ledger.verify_result import Report, Verdict
from waste_trace.reports.certificate import Difference, compare, read_certificate

#: The exit codes of all our checks: proven, false, incomplete.
PROVEN, FALSE, INCOMPLETE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it.

    Attributes:
        bundle: the verification of the bundle itself, which comes first.
        exit_code: 0 every figure is what the ledger says; 1 one is not, or the bundle is altered;
            2 the bundle is not the whole ledger, or ends before the certificate was made.
        difference: the first figure that differs.
    """

    bundle: Report
    exit_code: int
    zh: str
    en: str
    difference: Difference | None = None

    def to_value(self) -> dict[str, Any]:
        """As JSON: the outcome, the first difference, and the bundle's own verification."""
        found = self.difference
        named = None
        if found is not None:
            named = {"where": found.where, "certificate": found.certificate, "ledger": found.ledger}
        return {
            "exit": self.exit_code,
            "zh": self.zh,
            "en": self.en,
            "difference": named,
            "bundle": self.bundle.to_value(),
        }


def check_certificate(value: Mapping[str, Any], path: Path, keys: Path | None = None) -> Checked:
    """Check a certificate (its JSON) against the bundle at ``path``.

    Args:
        keys: a folder with the keys to trust, as for `verify_bundle`.

    Raises:
        MalformedCertificate
    """
    _, size, root = read_certificate(value)
    report = verify_bundle(path, keys)
    if report.verdict in (Verdict.TAMPERED, Verdict.UNUSABLE) or report.size is None:
        return Checked(report, FALSE, "审计包未通过核验。", "The bundle does not verify.")
    with open_bundle(path) as bundle:
        if is_partial(bundle):
            return Checked(
                report,
                INCOMPLETE,
                "部分审计包不能证明没有其他事件，请使用完整审计包。",
                "A partial bundle cannot show that there are no other events: use a whole one.",
            )
        held = read_checkpoint(bundle.read(layout.CHECKPOINT)).size
        if held < size:
            return Checked(
                report,
                INCOMPLETE,
                f"审计包只有 {held} 条，证明依据 {size} 条。",
                f"The bundle has {held} entries, the certificate was made from {size}.",
            )
        if b64(TreeReader(BundleTiles(bundle, held), size).root()) != root:
            return Checked(
                report,
                FALSE,
                "证明依据的不是本台账。",
                "The certificate was made from another ledger.",
            )
        books = Books()
        for index, leaf in _leaves(bundle, size, held):
            books.take(index, parse_event(parse_leaf(leaf).envelope.payload))
    return _compared(value, books, report)


def _compared(value: Mapping[str, Any], books: Books, report: Report) -> Checked:
    difference = compare(value, tuple(books.bookings()))
    if difference is not None:
        return Checked(report, FALSE, difference.zh, difference.en, difference)
    incomplete = report.verdict is Verdict.INCOMPLETE
    return Checked(
        report,
        INCOMPLETE if incomplete else PROVEN,
        "每个数字都与台账一致" + ("，但台账尚未见证。" if incomplete else "。"),
        "Every figure is what the ledger says"
        + (", which is not witnessed." if incomplete else "."),
    )


def _leaves(bundle: Bundle, size: int, held: int) -> Iterator[tuple[int, bytes]]:
    """The first ``size`` leaves of a bundle of ``held``, each with its index."""
    tiles = BundleTiles(bundle, held)
    for start in range(0, size, TILE_WIDTH):
        end = min(size, start + TILE_WIDTH)
        yield from enumerate(tiles.entries(start, end), start)
