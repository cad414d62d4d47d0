"""The processes that check events beside the server's, and how they are asked."""

import logging
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

from waste_trace.services import check_apart
from waste_trace.services.check_apart import Checked, Question, checked_from

_log = logging.getLogger(__name__)
#: What became of each question; None for what is not in order, or was not looked at.
Found = list[Checked | None]
#: A chunk and its answer fit into a pipe: taken in one piece, they cost the interpreter one turn.
_PIPE_BYTES = 1 << 20


class Checkers:
    """Started when there is much to check for the first time; without them nothing is wrong.

    Args:
        processes: how many; 0 for none.
    """

    def __init__(self, processes: int) -> None:
        self._wanted = processes
        self._running: list[_Process] = []
        self._warm: list[Future[Found]] = []

    def ready(self) -> bool:
        """True once they run. The first call starts them, which takes a second or so."""
        if self._wanted and not self._running:
            self._start()
        return bool(self._running) and all(first.done() for first in self._warm)

    def ask(self, questions: Sequence[Question]) -> Future[Found]:
        """Let a process look at these, after what it was asked before."""
        return min(self._running, key=_Process.waiting).ask(questions)

    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self._running]

    def close(self) -> None:
        """End them, once they have answered."""
        for process in self._running:
            process.close()

    def _start(self) -> None:
        try:
            for _ in range(self._wanted):
                self._running.append(_Process())
        except OSError:
            self._wanted = len(self._running)
            _log.exception("no process could be started; the server checks everything itself")
        self._warm = [process.ask([]) for process in self._running]


class _Process:
    """One process, and what it was asked and has not answered yet.

    It is asked on while it works: one that waits for the next chunk until somebody here has read
    its last answer, stands still half the time.
    """

    def __init__(self) -> None:
        # In a session of its own: what interrupts the server must not end it first.
        self._popen = subprocess.Popen(
            [sys.executable, "-m", check_apart.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=_PIPE_BYTES,
            pipesize=_PIPE_BYTES,
            start_new_session=True,
        )
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._questions, self._answers = self._popen.stdin, self._popen.stdout
        self._asked: deque[tuple[Sequence[Question], Future[Found]]] = deque()
        self._asking = threading.Lock()
        self._gone = self._closing = False
        self._reader = threading.Thread(target=self._read, name="checker", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def waiting(self) -> tuple[bool, int]:
        """Whoever has least of it is asked next; one that is gone, last."""
        return self._gone, len(self._asked)

    def ask(self, questions: Sequence[Question]) -> Future[Found]:
        answer: Future[Found] = Future()
        plain = [(asked.body, asked.algorithm, asked.public_key) for asked in questions]
        with self._asking:
            if self._gone:  # it stays away; its share is checked here
                answer.set_result([None] * len(questions))
                return answer
            self._asked.append((questions, answer))
            with suppress(OSError):  # the reader notices that it is gone, and answers
                check_apart.write_message(self._questions, plain)
        return answer

    def close(self) -> None:
        self._closing = True
        with self._asking, suppress(OSError):  # it may have ended before us
            self._questions.close()
        self._reader.join()
        self._popen.wait()

    def _read(self) -> None:
        try:
            with self._answers as answers:
                while (found := check_apart.read_message(answers)) is not None:
                    questions, answer = self._asked[0]
                    answer.set_result(
                        [
                            None if one is None else checked_from(question, one)
                            for question, one in zip(questions, found, strict=True)
                        ]
                    )
                    self._asked.popleft()
        finally:
            if not self._closing:
                _log.error("a checking process is gone; the server checks its share itself")
            with self._asking:
                self._gone = True
            for questions, answer in self._asked:
                if not answer.done():
                    answer.set_result([None] * len(questions))
