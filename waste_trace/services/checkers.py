"""The processes that check events beside the server's, and how they are asked."""

import logging
import queue
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from waste_trace.services import check_apart
from waste_trace.services.check_apart import Checked, Question, checked_from

_log = logging.getLogger(__name__)
#: What became of each question; None for what is not in order, or was not looked at.
Found = list[Checked | None]


class Checkers:
    """Started when there is much to check for the first time; without them nothing is wrong.

    Args:
        processes: how many; 0 for none.
    """

    def __init__(self, processes: int) -> None:
        self._wanted = processes
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None
        self._warm: list[Future[Found]] = []
        self._running: list[subprocess.Popen[bytes]] = []

    def ready(self) -> bool:
        """True once they run. The first call starts them, which takes a second or so."""
        if self._wanted and self._threads is None:
            self._start()
        return bool(self._running) and all(first.done() for first in self._warm)

    def ask(self, questions: Sequence[Question]) -> Future[Found]:
        """Let a process look at these."""
        assert self._threads is not None
        return self._threads.submit(self._ask, questions)

    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self._running]

    def close(self) -> None:
        """End them."""
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        for process in self._running:
            _end(process)

    def _start(self) -> None:
        command = [sys.executable, "-m", check_apart.__name__]
        self._threads = ThreadPoolExecutor(self._wanted, "checkers")
        try:
            for _ in range(self._wanted):
                # In a session of its own: what interrupts the server must not end it first.
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,
                )
                self._running.append(process)
                self._idle.put(process)
        except OSError:
            _log.exception("no process could be started; the server checks everything itself")
        self._warm = [self.ask([]) for _ in self._running]

    def _ask(self, questions: Sequence[Question]) -> Found:
        process = self._idle.get()
        if process.stdin is None or process.stdout is None or process.poll() is not None:
            self._idle.put(process)  # it stays away; its share is checked here
            return [None] * len(questions)
        try:
            plain = [(asked.body, asked.algorithm, asked.public_key) for asked in questions]
            check_apart.write_message(process.stdin, plain)
            answers = check_apart.read_message(process.stdout)
        except OSError:
            answers = None
        self._idle.put(process)
        if answers is None:
            _log.error("a checking process is gone; the server checks its share itself")
            return [None] * len(questions)
        return [
            None if answer is None else checked_from(question, answer)
            for question, answer in zip(questions, answers, strict=True)
        ]


def _end(process: "subprocess.Popen[bytes]") -> None:
    """It ends by itself when nobody can ask it any more."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait()
