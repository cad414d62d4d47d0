"""Follow a log from outside: fetch what is new, verify all of it, keep it, never believe a rewrite.

For a regulator. The copy is at any time an audit bundle in all but its manifest; `Mirror.export`
writes the bundle. A fork, a rollback or a forged entry leaves an alarm file that stays.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from waste_trace.ledger.bundle import write_bundle
from waste_trace.ledger.bundle_layout import handover_path
from waste_trace.ledger.checkpoint import Checkpoint, read_checkpoint
from waste_trace.ledger.errors import IncompleteBundle, InvalidSignature, LedgerError
from waste_trace.ledger.log_keys import LogKeys
from waste_trace.ledger.merkle import leaf_hash
from waste_trace.ledger.policy import Assessment, Policy, assess, format_policy
from waste_trace.ledger.registry import EnrolledKey
from waste_trace.ledger.tiles import (
    HASH_BYTES,
    TILE_WIDTH,
    TreeReader,
    entries_path,
    split_entries,
)
from waste_trace.ledger.verify import TrustedKeys
from waste_trace.ledger.verify_events import EventChecks
from waste_trace.ledger.verify_result import Finding, Notice, Place, Report
from waste_trace.witness.mirror_errors import LogMisbehaved, MirrorDamaged, MirrorUnreachable
from waste_trace.witness.mirror_folder import GrowingCopy, MirrorFolder
from waste_trace.witness.mirror_keys import TrustedLogKeys
from waste_trace.witness.served_tiles import Fetch, ServedTiles

_ALARMS = {
    "fork": "台账出现两个版本的历史",
    "rollback": "台账倒退",
    "key": "检查点由已更换的台账密钥签名",
}


@dataclass(frozen=True, slots=True)
class Step:
    """What one look at the log brought: its size, new entries, quorum, warnings about devices.

    ``enrolled``: keys that the new entries let in. Whoever stole the registrar's key can enrol a
    device that nobody knows; only people can tell, so they must be told of each.
    """

    size: int
    new_entries: int
    quorum_met: bool
    warnings: tuple[Notice, ...] = ()
    enrolled: tuple[EnrolledKey, ...] = ()


class Mirror:
    """One followed log.

    Args:
        folder: the copy, kept between runs. trusted: policy and registrar, got elsewhere.
        fetch: reads the log. now: aware UTC.

    Opening verifies the whole copy again, signatures too.
    """

    def __init__(
        self, folder: Path, trusted: TrustedKeys, fetch: Fetch, now: Callable[[], datetime]
    ) -> None:
        self._folder = MirrorFolder(folder)
        self._trusted = trusted
        self._keys = TrustedLogKeys(self._folder, trusted.policy)
        self._fetch = fetch
        self._now = now
        self._report = Report()
        self._events: EventChecks | None = None
        self._copy = GrowingCopy(self._folder, 0)
        note = self._folder.checkpoint()
        if note is not None:
            self._reopen(note)

    def step(self) -> Step:
        """Look at the log once.

        Raises:
            LogMisbehaved: now, or earlier and not yet taken away by a person.
            MirrorUnreachable: nothing could be concluded.
        """
        alarm = self._folder.alarm()
        if alarm is not None:
            raise LogMisbehaved("此前已发现台账异常。", f"An alarm stands: {alarm[:200]}")
        size = self._copy.size
        note = self._fetch("checkpoint")
        with suppress(MirrorUnreachable):  # who was given the newest key needs none
            self._keep_handovers()
        while not self._keys.may_read(self._log_keys, note):
            self._go_by_handover()
        theirs = self._advance(note)
        warnings, self._report.warnings = tuple(self._report.warnings), []
        reached = theirs.checkpoint.size
        enrolled = self._events.keys_from(size) if self._events else ()
        return Step(reached, reached - size, theirs.quorum_met, warnings, enrolled)

    def export(self, target: Path) -> None:
        """Write the copy as an audit bundle to the new or empty folder ``target``."""
        note = self._folder.checkpoint()
        if note is None:
            raise IncompleteBundle("副本还是空的。", "Nothing has been mirrored yet.")
        write_bundle(
            target,
            checkpoint=note,
            tiles=self._copy,
            entries=self._copy,
            policy=format_policy(self._trusted.policy),
            registrar_vkey=self._trusted.registrar.text,
            pinned=self._folder.pinned(),
            handovers=self._folder.handovers(),
        )

    def _advance(self, data: bytes) -> Assessment:
        """Take in what a checkpoint covers, if a key that is trusted signed it."""
        try:
            note, theirs = data.decode(), assess(self._policy(), data)
        except (LedgerError, UnicodeDecodeError) as error:
            raise MirrorUnreachable(
                "检查点无法核验。", f"The served checkpoint does not verify: {error}."
            ) from error
        checkpoint = theirs.checkpoint
        if self._events is None:
            self._events = self._new_checks(checkpoint)
        if checkpoint.size <= self._copy.size:
            self._compare_older(note, checkpoint)
            self._require_key(note, checkpoint.size)
            self._folder.refresh(note, self._day())
        else:
            self._grow(note, checkpoint, self._events)
        return theirs

    def _go_by_handover(self) -> None:
        """Go on to the checkpoint with which the newest trusted key hands over to the next one."""
        ep = self._log_keys.epoch + 1
        self._advance(self._fetch(handover_path(ep)))
        self._keep_handovers()
        if self._log_keys.epoch < ep:
            raise MirrorUnreachable(
                "检查点无法核验。", "The served checkpoint is signed by a key that nobody named."
            )

    def _keep_handovers(self) -> None:
        """Fetch those that are not here yet; they lead from the given key to the log's newest."""
        for ep in self._keys.missing(self._log_keys):
            data = self._fetch(handover_path(ep))
            try:
                older = self._keys.open(self._log_keys, ep, data)
            except LedgerError as error:
                raise MirrorUnreachable(
                    "换钥检查点无法核验。", f"A handover does not verify: {error}."
                ) from error
            if older.size <= self._copy.size:
                self._compare_roots(data.decode(), older)
                self._keys.keep(ep, data)

    @property
    def _log_keys(self) -> LogKeys:
        return LogKeys() if self._events is None else self._events.log_keys

    def _policy(self) -> Policy:
        return self._keys.policy(self._log_keys)

    def _require_key(self, note: str, size: int) -> None:
        try:
            self._log_keys.check(note, size)
        except InvalidSignature as error:
            raise self._alarm("key", error.en, note) from error

    def _new_checks(self, checkpoint: Checkpoint) -> EventChecks:
        trusted, copy = self._trusted.registrar, self._copy
        return EventChecks(checkpoint, trusted, copy, self._report, entry_at=copy.entry)

    def _reopen(self, note: str) -> None:
        try:
            checkpoint = read_checkpoint(note)
            self._copy = GrowingCopy(self._folder, checkpoint.size, checkpoint.root)
            events = self._events = self._new_checks(checkpoint)
            if TreeReader(self._copy, self._copy.size).root() != checkpoint.root:
                raise MirrorDamaged("副本的树根不符。", "The copy does not lead to its root.")
            for place, entry in self._places(0):
                tile = self._copy.read(0, place.index // TILE_WIDTH, TILE_WIDTH)
                at = place.index % TILE_WIDTH * HASH_BYTES
                if tile[at : at + HASH_BYTES] != leaf_hash(entry):
                    raise MirrorDamaged(
                        f"副本第 {place.index} 条已损坏。", f"Entry {place.index} is damaged."
                    )
                events.check(place, entry)
            assess(self._policy(), note)
            events.log_keys.check(note, checkpoint.size)
        except (LedgerError, Finding) as error:
            raise MirrorDamaged("副本已损坏。", f"The copy is damaged: {error}.") from error
        self._report.warnings = []

    def _compare_roots(self, note: str, theirs: Checkpoint) -> None:
        if TreeReader(self._copy, self._copy.size).root(theirs.size) != theirs.root:
            raise self._alarm("fork", f"two histories of the first {theirs.size} entries", note)

    def _compare_older(self, note: str, theirs: Checkpoint) -> None:
        size = self._copy.size
        self._compare_roots(note, theirs)
        if theirs.size < size:
            raise self._alarm("rollback", f"the log had {size} entries, now {theirs.size}", note)

    def _grow(self, note: str, theirs: Checkpoint, events: EventChecks) -> None:
        old_size, old_root = self._copy.size, self._copy.root
        try:
            if not self._receive(theirs) or self._copy.root != theirs.root:
                self._blame(note, theirs, old_size, old_root)
            self._check_kept(note, theirs.size)
            self._copy.finish()
            for place, entry in self._places(old_size):
                events.check(place, entry)
            self._require_key(note, theirs.size)
        except Finding as finding:
            self._forget(old_size, old_root)
            raise self._alarm("entry", finding.problem.en, note) from finding
        except LedgerError as error:
            self._forget(old_size, old_root)
            raise MirrorUnreachable(
                "台账提供的内容不完整。", f"What the log served cannot be used: {error}."
            ) from error
        except BaseException:
            self._forget(old_size, old_root)
            raise
        self._folder.accept(note, old_size, theirs.size, self._day())

    def _receive(self, theirs: Checkpoint) -> bool:
        """Fetch the new entries and grow the tree by them, a bundle at a time.

        False if older entries, which come along in the first bundle, are not those that we hold.
        """
        for start in range(self._copy.size // TILE_WIDTH * TILE_WIDTH, theirs.size, TILE_WIDTH):
            width = min(TILE_WIDTH, theirs.size - start)
            path = entries_path(start // TILE_WIDTH, width)
            data = self._fetch(path)
            hashes = [leaf_hash(entry) for entry in split_entries(data, width)]
            known = self._copy.size - start
            ours = self._copy.read(0, start // TILE_WIDTH, known) if known else b""
            if ours != b"".join(hashes[:known]):
                return False
            self._folder.receive(path, data)
            self._copy.add(hashes[known:])
        return True

    def _check_kept(self, note: str, size: int) -> None:
        """Checkpoints that the mirror's owner kept elsewhere must be of this history too."""
        tree = TreeReader(self._copy, size)
        for kept in self._trusted.pinned.values():
            pinned = assess(self._policy(), kept).checkpoint
            if pinned.size <= size and tree.root(pinned.size) != pinned.root:
                en = f"another history of the first {pinned.size} entries was kept"
                raise self._alarm("fork", en, note, kept.decode())

    def _blame(self, note: str, theirs: Checkpoint, old_size: int, old_root: bytes) -> None:
        """The entries do not lead to the signed root: a fork, if the signed tree itself says so."""
        signed = TreeReader(ServedTiles(self._fetch, theirs.size), theirs.size)
        if signed.root() == theirs.root and old_size and signed.root(old_size) != old_root:
            raise self._alarm("fork", f"two histories of the first {old_size} entries", note)
        raise IncompleteBundle("条目与树根不符。", "The entries do not lead to the signed root.")

    def _forget(self, size: int, root: bytes) -> None:
        """Back to the copy as it was accepted last."""
        self._folder.discard()
        self._copy.go_back(size, root)

    def _places(self, start: int) -> Iterator[tuple[Place, bytes]]:
        size = self._copy.size
        while start < size:
            index = start // TILE_WIDTH
            end = min((index + 1) * TILE_WIDTH, size)
            path = entries_path(index, end - index * TILE_WIDTH)
            for offset, entry in enumerate(self._copy.entries(start, end)):
                yield Place(path, start + offset, 0), entry
            start = end

    def _alarm(self, kind: str, en: str, theirs: str, ours: str = "") -> LogMisbehaved:
        ours = ours or self._folder.checkpoint() or ""
        text = f"{kind}: {en}\n{self._now().isoformat()}\n\n== ours\n{ours}\n== theirs\n{theirs}"
        place = self._folder.raise_alarm(text)
        zh = _ALARMS.get(kind, "条目无效")
        return LogMisbehaved(f"{zh}，证据见 {place.name}。", f"{kind}: {en}.", kind=kind)

    def _day(self) -> str:
        return self._now().astimezone(UTC).strftime("%Y-%m-%d")
