"""A real RabbitMQ for one test session: an ordinary process, own folders, loopback only."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from kombu.connection import Connection

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_START_SECONDS = 90


class RabbitMq:
    """Starts on free ports; ``url`` is what WASTE_TRACE_BROKER_URL takes."""

    def __init__(self) -> None:
        if not SERVER.exists():
            raise FileNotFoundError("Debian's rabbitmq-server is not installed")
        self._folder = Path(tempfile.mkdtemp(prefix="waste-trace-rabbitmq-"))
        port, dist, epmd = free_port(), free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        own = {
            "HOME": str(self._folder),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": f"waste{port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(dist),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(epmd),
        }
        self._log = (self._folder / "output").open("wb")
        self._own = own
        self._process = subprocess.Popen(
            [str(SERVER)], env=own, stdout=self._log, stderr=self._log, start_new_session=True
        )
        self._wait()

    def stop(self) -> None:
        """End the whole process group, the port mapper with it, and remove the folders."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, how)
                self._process.wait(timeout=20)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        # The port mapper detaches itself from the group that it was started in.
        subprocess.run(["epmd", "-kill"], env=self._own, capture_output=True, check=False)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                with Connection(self.url, connect_timeout=2) as connection:  # type: ignore[no-untyped-call]
                    connection.connect()
                return
            except OSError:
                time.sleep(0.5)
        said = (self._folder / "output").read_text(errors="replace")[-800:]
        self.stop()
        raise RuntimeError(f"RabbitMQ did not start: {said}")


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
