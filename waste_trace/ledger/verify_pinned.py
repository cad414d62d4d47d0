"""Checkpoints that somebody kept: each must be of the history that a bundle shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from waste_trace.ledger import bundle_layout as layout
from waste_trace.ledger.bundle_reader import Bundle, BundleTiles
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint
from waste_trace.ledger.errors import LedgerError
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.policy import Policy, assess
from waste_trace.ledger.tiles import TreeReader
from waste_trace.ledger.verify_result import Finding, Notice, Problem, Report, Verdict, problem_of

#: (check, file, older, newer, bundle): raises the `Finding` if the older one is of another history;
#: what it returns is a warning.
Compare = Callable[[str, str, Checkpoint, Checkpoint, Bundle], Notice | None]


@dataclass(frozen=True, slots=True)
class Pinned:
    """The kept checkpoints of ``bundle``, whose own is ``checkpoint``.

    ``given``: those that the verifier has brought along, by name.
    """

    bundle: Bundle
    policy: Policy
    given: Mapping[str, bytes]
    checkpoint: Checkpoint
    report: Report

    def check(self, log_keys: LogKeys, compare: Compare) -> None:
        """Hold each against the history; raises the first `Finding`."""
        names = sorted(name for name in self.bundle.names() if layout.is_pinned(name))
        pinned = {name: self.bundle.read(name) for name in names} | dict(self.given)
        for name, note in pinned.items():
            try:
                warning = self._of_another(name, note) or self._check(name, note, log_keys, compare)
            except LedgerError as error:
                raise Finding(problem_of("pinned", error, name)) from error
            if warning is not None:
                self.report.warn(warning)
        self.report.passed("pinned", f"{len(pinned)} kept checkpoints; see warnings")

    def _of_another(self, name: str, note: bytes) -> Notice | None:
        """Whoever keeps checkpoints of several ledgers in one folder accuses none of them."""
        origin = read_checkpoint(note).origin
        if origin == self.checkpoint.origin:
            return None
        if name not in self.given:
            zh, en = "留存的检查点属于另一台账。", "The pinned checkpoint is of another log."
            raise Finding(Problem("pinned", zh, en, name))
        zh = f"留存的检查点 {name} 属于另一台账 {origin}，未比对。"
        return Notice("pinned", zh, f"{name} is of another ledger, {origin}, and was not compared.")

    def _check(self, name: str, note: bytes, keys: LogKeys, compare: Compare) -> Notice | None:
        old = assess(keys.trusted(self.policy), note).checkpoint
        if old.size <= self.checkpoint.size:  # else its key may be named further on
            keys.check(note, old.size)
        return compare("pinned", name, old, self.checkpoint, self.bundle)


def require_prefix(
    what: str, name: str, old: Checkpoint, new: Checkpoint, bundle: Bundle
) -> Notice | None:
    """An older checkpoint must be of the first entries of a whole bundle's tree."""
    if old.size > new.size:
        zh = f"留存的检查点有 {old.size} 条，审计包只有 {new.size} 条：末尾可能被删。"
        en = f"A kept checkpoint has {old.size} entries, this bundle {new.size}."
        raise Finding(Problem(what, zh, en, name), Verdict.INCOMPLETE)
    if TreeReader(BundleTiles(bundle, new.size), old.size).root() != old.root:
        zh = f"前 {old.size} 条与留存的检查点不符：历史已被改写。"
        en = f"The first {old.size} entries contradict a kept checkpoint: history changed."
        raise Finding(Problem(what, zh, en, name))
    return None


def require_same_root(
    what: str, name: str, old: Checkpoint, new: Checkpoint, _: Bundle
) -> Notice | None:
    """Without tiles a checkpoint of another size cannot be compared, and that is said."""
    if old.size != new.size:
        zh = f"留存的检查点 {name}（{old.size} 条）无法与部分审计包比对：请索取整本审计包。"
        en = f"{name} has {old.size} entries: a partial bundle cannot be held against it."
        return Notice(what, zh, en)
    if old.root != new.root:
        zh = f"同为 {new.size} 条，却与留存的检查点不符：历史已被改写。"
        en = f"Another history of {new.size} entries was kept."
        raise Finding(Problem(what, zh, en, name))
    return None
