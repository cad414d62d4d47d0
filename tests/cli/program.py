"""The program, a process of its own for each call.

Each is forked from one that has imported the program once: that takes two seconds, and the call
that is tested seldom half of one. The entry point, the environment, what is printed and the exit
code are those of ``python -m api.cli.main``; test_accounts and test_demo start it from nothing.
"""

import gc
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

MAIN = "api.cli.main"
_MOST_SECONDS = 120


def run_program(*arguments: str, **own: str) -> subprocess.CompletedProcess[str]:
    """Run it with these words, in our environment with ``own`` changes."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        call = {"arguments": arguments, "environment": {**os.environ, **own},
                "folder": str(Path.cwd()), "out": str(out), "err": str(err)}  # fmt: skip
        parent = _parent()
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(json.dumps(call) + "\n")
        parent.stdin.flush()
        code = int(parent.stdout.readline())
        said, wrong = out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
    return subprocess.CompletedProcess(arguments, code, said, wrong)


@cache
def _parent() -> "subprocess.Popen[str]":
    """It ends when nobody can ask it any more."""
    command = [sys.executable, "-m", __name__]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _serve() -> None:
    from api.cli.main import COMMANDS

    for place in COMMANDS.values():
        import_module(place.partition(":")[0])
    gc.freeze()  # or each child, as it ends, looks for cycles in all that was imported: 0.7 s
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become(json.loads(line))
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(call: dict[str, Any]) -> NoReturn:
    for number, path in enumerate((os.devnull, call["out"], call["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
    signal.alarm(_MOST_SECONDS)  # which ends it, with a code that no test expects
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = [MAIN, *call["arguments"]]
    del sys.modules[MAIN]
    runpy.run_module(MAIN, run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    _serve()
