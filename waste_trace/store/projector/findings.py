"""Findings kept in step with the record: raised once, cleared when the record explains itself."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from waste_trace.compliance.finding_life import Status
from waste_trace.compliance.rule import Raised
from waste_trace.store.projector.record import Record
from waste_trace.store.rows import Rows
from waste_trace.store.tables import Finding, FindingLife
from waste_trace.store.writing import table_of


class Findings:
    """The findings table through the row cache, with the open ones of each subject."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._keys: dict[tuple[str, str], set[str]] = {}
        #: Rules and subject that were settled before, so that nothing of them has to be read.
        self._looked: set[tuple[tuple[str, ...], str]] = set()
        #: Subjects that have, or had, a finding of any rule that was looked at.
        self._with_findings: set[str] = set()
        #: What was opened (True) or cleared, all in all, by key: somebody has to be told.
        self.turned: dict[str, bool] = {}

    def ahead(self, rules: Sequence[str], subjects: Iterable[str]) -> None:
        """Read the findings of these rules on these subjects."""
        pairs = dict.fromkeys((rule, subject) for subject in subjects for rule in rules)
        wanted = [pair for pair in pairs if pair not in self._keys]
        if not wanted:
            return
        self._keys.update({pair: set() for pair in wanted})
        table = table_of(Finding)
        subjects_wanted = list(dict.fromkeys(subject for _, subject in wanted))
        for start in range(0, len(subjects_wanted), 400):
            query = select(table).where(
                table.c.rule.in_(rules),
                table.c.subject.in_(subjects_wanted[start : start + 400]),
            )
            for row in self._rows.connection.execute(query).mappings():
                self._with_findings.add(row["subject"])
                self._keys.setdefault((row["rule"], row["subject"]), set()).add(row["key"])
                self._rows.learn(Finding, dict(row))

    def add(self, raised: Iterable[Raised], record: Record) -> None:
        """Raise findings that stay (they are about one event)."""
        for finding in raised:
            self._raise(finding, record)

    def settle(
        self, rules: Sequence[str], subject: str, raised: Iterable[Raised], record: Record
    ) -> None:
        """From now on exactly ``raised`` stand open on the subject; the others are cleared."""
        asked = (tuple(rules), subject)
        if asked not in self._looked:
            self.ahead(rules, [subject])
            self._looked.add(asked)
        now = {finding.key: finding for finding in raised}
        if not now and subject not in self._with_findings:
            return  # nothing is wrong with it, and nothing ever was
        for finding in now.values():
            self._raise(finding, record)
        for rule in rules:
            for key in sorted(self._keys[(rule, subject)] - now.keys()):
                row = self._rows.known(Finding, key)
                if row is not None and row["cleared_idx"] is None:
                    self._rows.put(Finding, {**row, "cleared_idx": record.idx})
                    self._turn(key, False)

    def settle_rules(self, rules: Sequence[str], raised: Sequence[Raised], record: Record) -> None:
        """From now on exactly ``raised`` stand open of these rules, on whatever subject.

        For rules that are looked at as a whole; what changed before must be flushed.
        """
        self.ahead(rules, [finding.subject for finding in raised])
        for finding in raised:
            self._raise(finding, record)
        now, table = {finding.key for finding in raised}, table_of(Finding)
        query = select(table).where(table.c.rule.in_(rules), table.c.cleared_idx.is_(None))
        for found in self._rows.connection.execute(query.order_by(table.c.key)).mappings():
            self._rows.learn(Finding, dict(found))
            row = self._rows.known(Finding, found["key"])
            if row is not None and row["key"] not in now and row["cleared_idx"] is None:
                self._rows.put(Finding, {**row, "cleared_idx": record.idx})
                self._turn(row["key"], False)

    def _raise(self, finding: Raised, record: Record) -> None:
        self._with_findings.add(finding.subject)
        self._keys.setdefault((finding.rule.name, finding.subject), set()).add(finding.key)
        # Read ahead with its subject; a finding about one event alone cannot have been there.
        before = self._rows.known(Finding, finding.key)
        shown = _row(finding, record)
        if before is None or before["cleared_idx"] is not None:
            self._turn(finding.key, True)
        if before is not None:
            # Raised again, or still standing with newer figures: its first appearance stays.
            shown |= {"raised_idx": before["raised_idx"], "raised_at": before["raised_at"]}
            if before["cleared_idx"] is not None:
                self._reopen(finding.key, record)
        if shown != before:
            self._rows.put(Finding, shown)

    def _turn(self, key: str, now_open: bool) -> None:
        # Opened and cleared again within a batch is nothing that anybody could have seen.
        if self.turned.pop(key, None) is None:
            self.turned[key] = now_open

    def _reopen(self, key: str, record: Record) -> None:
        """What was settled with the bureau and comes again has to be answered again."""
        life = self._rows.get(FindingLife, key)
        if life is not None:
            again = {"status": Status.OPEN.value, "since": record.logged_at}
            self._rows.put(FindingLife, {**life, **again, "last_idx": record.idx})


def _row(finding: Raised, record: Record) -> dict[str, Any]:
    return {
        "key": finding.key,
        "rule": finding.rule.name,
        "severity": finding.rule.severity.value,
        "subject": finding.subject,
        "org": finding.org,
        "zh": finding.zh,
        "en": finding.en,
        "clause": finding.rule.clause,
        "facts": json.dumps(dict(finding.facts), ensure_ascii=False, sort_keys=True),
        "raised_idx": record.idx,
        "raised_at": record.logged_at,
        "cleared_idx": None,
    }
