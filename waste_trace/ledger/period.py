"""What of an organisation's keys lies in a period, and whether that is all they said in it.

A payload holds the hash of the one before it. Whoever has a key's events from the last before a
period to the first after it therefore has all that it said in it, as long as its events came in
their order: one that was logged before a lower number, or after a higher one, may lie elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from waste_trace.ledger.event import Event


@dataclass(slots=True)
class KeySpan:
    """The sequence numbers of one key that are here, by when they were logged.

    ``end``: that of the key's own ``key.rotate``, after which it says nothing; None if not here.
    """

    before: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)
    after: set[int] = field(default_factory=set)
    end: int | None = None

    def fits(self, seq: int) -> bool:
        """Whether an event outside the period may be here: a neighbour of what lies inside.

        Of a silent key (nothing inside) it is the last before the period, or the next of that one.
        """
        if self.inside:
            return not self.inside.isdisjoint((seq - 1, seq + 1))
        return seq - max(self.before, default=-1) in (0, 1)

    @property
    def head_proven(self) -> bool:
        """Whether nothing was left out inside, before the first that is here."""
        first = min(self.inside)
        return first == 0 or first - 1 in self.before

    @property
    def tail_proven(self) -> bool:
        """Whether nothing was left out inside, after the last that is here."""
        return self._ends_with(max(self.inside))

    @property
    def unbroken(self) -> bool:
        """Whether nothing is missing between the first and the last inside."""
        here = self.before | self.inside | self.after
        return all(seq in here for seq in range(min(self.inside), max(self.inside)))

    @property
    def silence_proven(self) -> bool:
        """Whether the key said nothing in the period."""
        return not self.inside and self._ends_with(max(self.before, default=-1))

    def _ends_with(self, seq: int) -> bool:
        return self.end in (seq, seq + 1) or seq + 1 in self.after


class Period:
    """The events of an organisation that are here, key by key, around a period.

    ``from_ms``, ``until_ms``: Unix milliseconds of the logged time; the end is not in it.
    """

    def __init__(self, org: str, from_ms: int, until_ms: int) -> None:
        self.org, self.from_ms, self.until_ms = org, from_ms, until_ms
        self.spans: defaultdict[str, KeySpan] = defaultdict(KeySpan)
        self._outside: list[tuple[int, str, int]] = []

    def holds(self, ms: int) -> bool:
        """Whether a logged time lies in it."""
        return self.from_ms <= ms < self.until_ms

    def add(self, index: int, event: Event, ms: int) -> None:
        """Take in an event of the organisation, or any ``key.rotate``, logged at ``ms``."""
        span = self.spans[event.key_id]
        ends = event.typ == "key.rotate"
        if ends:
            span.end = event.seq
        if not self.holds(ms):
            (span.before if ms < self.from_ms else span.after).add(event.seq)
            if not ends:  # a rotation is always here: it says who may sign
                self._outside.append((index, event.key_id, event.seq))
        elif event.org == self.org:
            span.inside.add(event.seq)

    @property
    def misfit(self) -> tuple[int, str] | None:
        """Index and key of the first event that is neither in the period nor a neighbour of it."""
        found = ((index, key) for index, key, seq in self._outside if not self.spans[key].fits(seq))
        return next(found, None)

    def proven(self, keys: Iterable[str]) -> dict[str, list[str]]:
        """Key by key what is not proven of the period, and which keys are proven to be silent.

        ``keys``: those of the organisation. ``of_others``: keys that wrote for it and are not its
        own, such as the services'; others of them may have written, too.
        """
        own = sorted(keys)
        spans = {key: self.spans.get(key, KeySpan()) for key in own}
        spoke = [key for key in own if spans[key].inside]
        quiet = [key for key in own if not spans[key].inside]
        others = self.spans.keys() - set(own)
        return {
            "with_gaps": [key for key in spoke if not spans[key].unbroken],
            "open_before": [key for key in spoke if not spans[key].head_proven],
            "open_after": [key for key in spoke if not spans[key].tail_proven],
            "silent": [key for key in quiet if not spans[key].silence_proven],
            "proven_silent": [key for key in quiet if spans[key].silence_proven],
            "of_others": sorted(key for key in others if self.spans[key].inside),
        }


def period_statement(proven: dict[str, list[str]]) -> tuple[str, str]:
    """What `Period.proven` has found, in a half-sentence of Chinese and one of English."""
    zh, en = (
        "其密钥在期间内的事件齐全（未按序号到达的除外）",
        "what its keys said in the period is complete, out-of-order arrivals aside",
    )
    open_zh, open_en = [], []
    for name, (what_zh, what_en) in _OPEN.items():
        if proven[name]:
            open_zh.append(what_zh.format("、".join(proven[name])))
            open_en.append(what_en.format(", ".join(proven[name])))
    if open_zh:
        zh, en = f"{zh}，但未证明：{'，'.join(open_zh)}", f"{en}, but for: {', '.join(open_en)}"
    if others := proven["of_others"]:
        zh = f"{zh}；{'、'.join(others)} 代其写入的是挑选结果"
        en = f"{en}; what {', '.join(others)} wrote for it is a selection"
    return zh, en


_OPEN = {
    "with_gaps": ("{} 的缺口", "gaps of {}"),
    "open_before": ("{} 首条之前", "before the first of {}"),
    "open_after": ("{} 末条之后", "after the last of {}"),
    "silent": ("{} 无条目是否属实", "whether {} said nothing"),
}
