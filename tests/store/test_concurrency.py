"""Many writers at once, in one process and in several: no gap, no fork, no duplicate."""

import threading
from pathlib import Path

import pytest

from tests.campaigns.crowd import crowd, stall
from tests.campaigns.specimen import Bench
from tests.campaigns.tally import Tally
from tests.databases import Database
from tests.store.ledger_checks import check_ledger
from tests.store.signer import Signer, proven
from waste_trace.ledger.event import payload_hash
from waste_trace.services.deployment import Deployment
from waste_trace.store.sequencer import Recorded, Submitted

pytestmark = pytest.mark.long

THREADS, PER_THREAD = 4, 200
PROCESSES, PER_PROCESS = 3, 100


def test_threads_that_append_at_once(deployment: Deployment) -> None:
    sequencer = deployment.sequencer
    signers = [Signer(sequencer, f"dev-thread-{number}") for number in range(THREADS)]
    answered: list[tuple[Submitted, Recorded]] = []

    def run(signer: Signer) -> None:
        for _ in range(PER_THREAD // 10):
            items = [signer.sign() for _ in range(10)]
            answers = [sequencer.submit(item) for item in items]
            answered.extend((i, a.result(60)) for i, a in zip(items, answers, strict=True))

    threads = [threading.Thread(target=run, args=(signer,)) for signer in signers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answered) == THREADS * PER_THREAD
    whole = check_ledger(deployment.engine, sequencer.log_vkey)
    for item, recorded in answered:
        assert whole.hashes[recorded.index] == payload_hash(item.envelope.payload)
    for item, recorded in answered[::20]:
        proven(sequencer, item, recorded)


def test_processes_that_append_at_once(
    opened_database: Database, data_dir: Path, tmp_path: Path
) -> None:
    tally = Tally("crowd")
    crowd(Bench(opened_database, data_dir, tmp_path), PROCESSES, PER_PROCESS, tally)
    assert tally.failures == []
    assert tally.total == PROCESSES * PER_PROCESS


def test_a_process_that_is_frozen_inside_a_batch_is_fenced_when_it_wakes(
    opened_database: Database,
    data_dir: Path,
    tmp_path: Path,
) -> None:
    """On SQLite, with its one machine, the others wait; see tests/campaigns/crowd.py."""
    tally = Tally("crowd")
    bench = Bench(opened_database, data_dir, tmp_path)
    stall(bench, "commit", 9, tally, stalled_seconds=3)
    assert tally.failures == []
