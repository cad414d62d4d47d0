"""Disclosed personal data against the digests in the entries, and what has been erased.

A bundle shows personal data only if its exporter chose to; what is not shown, or no longer there,
is no fault of the ledger: its digest alone was ever in it.
"""

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle
from waste_trace.ledger.disclosure import Disclosure, parse_shown, undisclosed
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.event import Event
from waste_trace.ledger.registry_bodies import Erasure, read_body
from waste_trace.ledger.verify_result import Finding, Notice, Place, Problem, Report, problem_of

CHECK = "disclosures"


class DisclosureChecks:
    """Compares ``disclosures.jsonl``, if the bundle has it, with the entries as they pass."""

    def __init__(self, bundle: Bundle, report: Report) -> None:
        self._report = report
        self._left: dict[int, list[Disclosure]] = {}
        self._given = layout.DISCLOSURES in bundle.names()
        self._digests: set[str] = set()
        if self._given:
            report.plan(CHECK)
            try:
                self._left = parse_shown(bundle.read(layout.DISCLOSURES))
            except LedgerError as error:
                raise Finding(problem_of(CHECK, error, layout.DISCLOSURES)) from error
            self._digests = {d.digest for shown in self._left.values() for d in shown}

    def check(self, place: Place, event: Event) -> None:
        """One entry whose signature is good already."""
        shown = self._left.pop(place.index, [])
        if shown and undisclosed(event, shown):
            raise _mismatch(place.index, event.dev)
        if event.typ != "pii.erased":
            return
        body = read_body(event)
        if isinstance(body, Erasure):
            self._report.erase(body.digests)
            for digest in self._digests.intersection(body.digests):
                zh = f"第 {place.index} 条删除了 {digest}，本包仍含其内容。"
                en = f"Entry {place.index} erased {digest}, which this bundle still shows."
                self._report.warn(Notice("erased", zh, en, place.index))

    def finish(self) -> None:
        """After the last entry: nothing may be left that no entry has answered for."""
        if self._left:
            raise _mismatch(min(self._left), None)
        if self._given:
            detail = f"{len(self._digests)} disclosures match digests in their entries"
            self._report.passed(CHECK, detail)


def _mismatch(index: int, device: str | None) -> Finding:
    zh = f"第 {index} 条：披露的个人信息与条目中的摘要不符。"
    en = f"Entry {index}: a disclosure matches no digest in the entry."
    return Finding(Problem(CHECK, zh, en, layout.DISCLOSURES, index, device=device))
