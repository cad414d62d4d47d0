"""A mirror that was given one key of the log goes on when the log changes it; a thief does not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ledger.sample_ledger import SampleLedger
from tests.ledger.test_log_keys import HANDED, KEYS, Changed, changed_ledger, keys_for, policy
from tests.witness.test_mirror import TRUSTED, Served, mirror
from waste_trace.ledger.bundle_layout import handover_epoch
from waste_trace.ledger.keys import SigningKey
from waste_trace.ledger.verify import verify_bundle
from waste_trace.witness.mirror_errors import LogMisbehaved, MirrorDamaged, MirrorUnreachable
from waste_trace.witness.mirror_folder import ALARM

OLD = replace(TRUSTED, policy=policy(KEYS[0]))
NEW = replace(TRUSTED, policy=policy(KEYS[2]))
Spoil = Callable[[str, bytes], bytes]


class ServedKeys(Served):
    """The log of `Changed` at a size, with what leads from one key to the next."""

    changed: Changed
    signers: tuple[SigningKey, ...] | None = None

    def __call__(self, path: str) -> bytes:
        ep = handover_epoch(path)
        if path == "checkpoint":
            self.asked += 1
            return self.spoil(path, self.changed.note(self.size, self.signers).encode())
        if ep is None:
            return super().__call__(path)
        self.asked += 1
        handed = dict(enumerate(HANDED, start=1)).get(ep)
        if handed is None or handed > self.size:
            raise MirrorUnreachable("没有", f"no {path}")
        return self.spoil(path, self.changed.note(handed).encode())


@pytest.fixture(scope="module")
def changed() -> Changed:
    """A log that has changed its key twice."""
    return changed_ledger()


def served(
    changed: Changed,
    size: int,
    signers: tuple[SigningKey, ...] | None = None,
    spoil: Spoil = lambda _, data: data,
) -> ServedKeys:
    found = ServedKeys(changed.ledger, size, spoil)
    found.changed, found.signers = changed, signers
    return found


@pytest.mark.parametrize("trusted", [OLD, NEW, replace(TRUSTED, policy=policy(*KEYS))])
@pytest.mark.parametrize("sizes", [(40,), (20, 40), (26, 36, 40), (20, 30, 40), (24, 26, 38)])
def test_it_goes_on_over_each_change(
    changed: Changed, tmp_path: Path, trusted: object, sizes: tuple[int, ...]
) -> None:
    """Whether it saw the checkpoint of the change or not, and after a restart, too."""
    for size in sizes:
        if trusted is NEW and size < HANDED[1]:
            continue  # for that it was given the key too early
        follower = mirror(tmp_path / "m", served(changed, size), trusted)  # type: ignore[arg-type]
        assert follower.step().size == size
        assert follower.step().new_entries == 0
    follower = mirror(tmp_path / "m", served(changed, sizes[-1]), trusted)  # type: ignore[arg-type]
    assert follower.step().new_entries == 0
    follower.export(tmp_path / "bundle")
    for known in (KEYS[:1], KEYS[2:]):
        given = keys_for(tmp_path / "given", policy(*known))
        assert verify_bundle(tmp_path / "bundle", given).exit_code == 0


def test_the_old_key_makes_no_history_after_the_change(changed: Changed, tmp_path: Path) -> None:
    for number, trusted in enumerate([OLD, replace(TRUSTED, policy=policy(*KEYS))]):
        folder = tmp_path / str(number)
        mirror(folder, served(changed, 30), trusted).step()
        with pytest.raises(LogMisbehaved, match="key"):
            mirror(folder, served(changed, 34, KEYS[:1]), trusted).step()
        assert changed.note(34, KEYS[:1]) in (folder / ALARM).read_text()
        with pytest.raises(LogMisbehaved):
            mirror(folder, served(changed, 40), trusted).step()


def test_a_key_that_no_leaf_names_is_not_followed(changed: Changed, tmp_path: Path) -> None:
    for size, signers in ((20, KEYS[1:2]), (20, KEYS[2:]), (40, KEYS[1:2])):
        with pytest.raises((MirrorUnreachable, LogMisbehaved)):
            mirror(tmp_path / f"{size}-{len(signers)}", served(changed, size, signers), OLD).step()


@pytest.mark.parametrize("signers", [KEYS[:1], KEYS[1:2]])
def test_a_handover_that_only_one_of_them_has_signed(
    changed: Changed, tmp_path: Path, signers: tuple[SigningKey, ...]
) -> None:
    def spoil(path: str, data: bytes) -> bytes:
        return changed.note(26, signers).encode() if path.startswith("log-keys/1") else data

    with pytest.raises((MirrorUnreachable, LogMisbehaved)):
        mirror(tmp_path, served(changed, 30, spoil=spoil), OLD).step()
    assert mirror(tmp_path / "new", served(changed, 40, spoil=spoil), NEW).step().size == 40


def test_a_handover_of_another_history_is_a_fork(changed: Changed, tmp_path: Path) -> None:
    other = SampleLedger()
    other.append_leaves(changed.ledger.leaves[:20])
    other.append_leaves([b"x"] * 6)
    note = other.checkpoint(26, signers=KEYS[:2]).encode()

    def spoil(path: str, data: bytes) -> bytes:
        return note if path.startswith("log-keys/1") else data

    mirror(tmp_path, served(changed, 26), OLD).step()
    (tmp_path / "log-keys/1.checkpoint").unlink(missing_ok=True)
    with pytest.raises(LogMisbehaved, match="fork"):
        mirror(tmp_path, served(changed, 40, spoil=spoil), OLD).step()


def test_a_copy_whose_way_to_the_new_key_is_lost_is_damaged(
    changed: Changed, tmp_path: Path
) -> None:
    mirror(tmp_path, served(changed, 40), OLD).step()
    (tmp_path / "log-keys/1.checkpoint").unlink()
    with pytest.raises(MirrorDamaged):
        mirror(tmp_path, served(changed, 40), OLD)
