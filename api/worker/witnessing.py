"""Asks the witnesses for the ledger's newest checkpoint, again and again, beside the outbox.

A thread of its own: a witness that does not answer must not hold up other work, nor a long job the
witnesses.
"""

import logging
import threading
import time

from api.witness.client import AskOverHttp
from waste_trace.services.deployment import Deployment
from waste_trace.services.last_round import Failure, Round
from waste_trace.services.witness_checkpoint import keep_witnessed
from waste_trace.store.tiles import read_head

_log = logging.getLogger(__name__)
#: A log at rest is shown so often all the same: a database that went back is noticed by then.
REST_SECONDS = 600.0
#: With the quorum met, one that failed is asked again after so long.
RETRY_SECONDS = 60.0


class WitnessRounds:
    """The thread; `start_for` gives None where the policy names nobody to ask."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witnesses", daemon=True)
        self._done_size = -1
        self._rest_until = 0.0
        self._said: tuple[Failure, ...] = ()

    @classmethod
    def start_for(cls, deployment: Deployment) -> "WitnessRounds | None":
        """Running rounds."""
        if not any(party.url for party in deployment.policy.witnesses.values()):
            return None
        rounds = cls(deployment)
        rounds._thread.start()
        return rounds

    def stop(self) -> None:
        """Finish the round in hand, then stop."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        ask = AskOverHttp()
        while not self._stopping.is_set():
            try:
                self._look(ask)
            except Exception as error:
                _log.exception("the witnesses cannot be asked")
                self._keep(error)
            self._stopping.wait(self._deployment.settings.witness_seconds)

    def _look(self, ask: AskOverHttp) -> None:
        with self._deployment.engine.connect() as connection:
            head = read_head(connection)
        size = 0 if head is None else head.size
        resting = time.monotonic() < self._rest_until
        if size == 0 or (size == self._done_size and resting):
            return
        found = keep_witnessed(self._deployment, ask)
        if found.quorum_met:
            rest = RETRY_SECONDS if found.failed else REST_SECONDS
            self._done_size, self._rest_until = found.size, time.monotonic() + rest
        self._say()

    def _say(self) -> None:
        """Every change of what fails is one line in the journal, not a line every few seconds."""
        last = self._deployment.last_round.get()
        failures = () if last is None else last.failures
        if [one.witness for one in failures] != [one.witness for one in self._said]:
            for one in failures:
                level = logging.CRITICAL if one.alarm else logging.WARNING
                _log.log(level, "%s: %s %s", one.witness, one.zh, one.en)
            if not failures:
                _log.warning("见证恢复正常。 Every witness answers again.")
        self._said = failures

    def _keep(self, error: Exception) -> None:
        at = self._deployment.now().isoformat(timespec="seconds")
        said = f"{type(error).__name__}: {error}"
        failure = Failure("*", "witness-round-failed", "见证过程出错。", said[:300], False)
        self._deployment.last_round.put(Round(at, max(self._done_size, 0), False, (failure,)))
