"""Empties the outbox: does the jobs here (embedded), or hands them to Celery (with a broker).

Either way the row is done only when its effect is committed. A broker that loses a message delays
the job until its lease ends; then it is sent again.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import date

from api.worker.celery_app import PERFORM, make_celery
from api.worker.tasks import SENDING, do_job
from api.worker.witnessing import WitnessRounds
from waste_trace.services.deployment import Deployment
from waste_trace.services.notices.daily import ask_for_day, due_day
from waste_trace.store import outbox
from waste_trace.store.outbox import Job

_log = logging.getLogger(__name__)
_IDLE_SECONDS = 0.25


class OutboxRunner:
    """Threads that lease due jobs and get them done; beside them, one that asks witnesses.

    What waits for other people's servers (mail, webhooks) has a thread of its own, so that a slow
    one holds up nothing else.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        broker = deployment.settings.broker_url
        self._celery = make_celery(broker) if broker else None
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name="outbox", kwargs={"without": SENDING}),
            threading.Thread(target=self._run, name="sending", kwargs={"only": SENDING}),
        ]
        self._asked_day: date | None = None
        self._rounds: WitnessRounds | None = None

    @classmethod
    def start_for(cls, deployment: Deployment) -> "OutboxRunner":
        """A running runner."""
        runner = cls(deployment)
        for thread in runner._threads:
            thread.daemon = True
            thread.start()
        runner._rounds = WitnessRounds.start_for(deployment)
        return runner

    def stop(self) -> None:
        """Finish the job in hand, then stop."""
        self._stopping.set()
        if self._rounds is not None:
            self._rounds.stop()
        for thread in self._threads:
            thread.join()

    def _run(self, only: Sequence[str] = (), without: Sequence[str] = ()) -> None:
        while not self._stopping.is_set():
            try:
                if without:
                    self._look_at_the_day()
                jobs = outbox.lease_due(
                    self._deployment.engine, self._deployment.now(), only=only, without=without
                )
            except Exception:
                _log.exception("the outbox cannot be read")
                jobs = []
            for job in jobs:
                self._handle(job)
            if not jobs:
                self._stopping.wait(_IDLE_SECONDS)

    def _look_at_the_day(self) -> None:
        """Once a day, ask for the round of that day."""
        day = due_day(self._deployment)
        if day is not None and day != self._asked_day:
            ask_for_day(self._deployment, day)
            self._asked_day = day

    def _handle(self, job: Job) -> None:
        """Do or send a job. Whatever fails here, the runner goes on and the lease ends."""
        try:
            if self._celery is None:
                do_job(self._deployment, job)
            else:
                self._celery.send_task(PERFORM, args=[job.id], task_id=job.id)
        except Exception:
            _log.exception("job %s is tried again when its lease ends", job.id)
