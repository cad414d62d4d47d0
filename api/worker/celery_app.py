"""The Celery application: one task, a shell around the functions that the embedded runner calls."""

import logging
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown

from api.worker.tasks import do_job
from waste_trace.services.deployment import Deployment
from waste_trace.settings import Settings
from waste_trace.store import outbox

PERFORM = "waste_trace.perform"
_log = logging.getLogger(__name__)
_deployments: list[Deployment] = []


def make_celery(broker_url: str) -> Celery:
    """An application on a broker, set so that a killed worker's job is delivered again."""
    app = Celery("waste_trace", broker=broker_url)
    app.conf.update(
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        broker_transport_options={"confirm_publish": True},
        task_acks_late=True,
        task_default_queue="waste-trace",
        task_default_queue_type="quorum",
        task_default_exchange_type="topic",
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        task_time_limit=300,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=30,
    )
    app.task(name=PERFORM)(_perform)
    return app


def run_worker(settings: Settings, concurrency: int) -> None:
    """Run a worker process until it is told to stop."""

    def _open(**_: Any) -> None:
        # Each child opens its own: a thread and a database connection do not survive a fork.
        _deployments.append(Deployment.open(settings))

    def _close(**_: Any) -> None:
        while _deployments:
            _deployments.pop().close()

    worker_process_init.connect(_open, weak=False)
    worker_process_shutdown.connect(_close, weak=False)
    app = make_celery(settings.broker_url)
    app.worker_main(
        ["worker", f"--concurrency={concurrency}", "--loglevel=INFO", "--without-gossip",
         "--without-mingle"]
    )  # fmt: skip


def _perform(job_id: str) -> None:
    deployment = _deployments[0]
    job = outbox.find_job(deployment.engine, job_id)
    if job is None:
        _log.info("job %s is done already", job_id)
        return
    do_job(deployment, job)
