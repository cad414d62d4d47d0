"""What a mirror has said or accepted stands on the disk when it goes on."""

from pathlib import Path

import pytest

from tests.ledger.sample_ledger import small_ledger
from tests.store.power_cut import PowerCut
from waste_trace.ledger.bundle_layout import CHECKPOINT, pinned_path
from waste_trace.witness.mirror_folder import MirrorFolder


def test_alarm_checkpoint_and_pin_outlive_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cut = MirrorFolder(tmp_path), PowerCut(monkeypatch)
    folder.refresh(small_ledger(1).checkpoint(), "2026-11-23")
    assert cut.leaves(tmp_path / CHECKPOINT)
    assert cut.leaves(tmp_path / pinned_path("2026-11-23"))
    assert cut.leaves(folder.raise_alarm("another history"))
