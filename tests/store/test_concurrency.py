"""Many writers at once, in one process and in several: no gap, no fork, no duplicate."""

import threading
from pathlib import Path

from tests.conftest import OpenDeployment
from tests.databases import Database
from tests.store.appender import Task, promises, start
from tests.store.ledger_checks import check_ledger
from tests.store.signer import Signer, proven
from waste_trace.ledger.event import payload_hash
from waste_trace.services.deployment import Deployment
from waste_trace.store.sequencer import Recorded, Submitted

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
    opened_database: Database, data_dir: Path, tmp_path: Path, open_deployment: OpenDeployment
) -> None:
    tasks = [
        Task(opened_database.url, data_dir, f"dev-process-{number}", tmp_path / f"{number}.txt",
             PER_PROCESS, in_flight=1 + 4 * number)
        for number in range(PROCESSES)
    ]  # fmt: skip
    processes = [start(task) for task in tasks]
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    deployment = open_deployment(opened_database, data_dir)
    assert deployment.sequencer.read_only is None
    whole = check_ledger(deployment.engine, deployment.sequencer.log_vkey)
    for task in tasks:
        kept = promises(task.file)
        assert len(kept) == PER_PROCESS
        assert [whole.hashes[one.index] for one in kept] == [one.payload_digest for one in kept]
        own = [event.seq for event in whole.events if event.dev == task.dev]
        assert own == list(range(PER_PROCESS))
