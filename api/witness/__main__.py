"""``python -m api.witness serve|mirror``: what a regulator runs, apart from the product itself.

Exit codes of ``mirror``: 0 verified, 1 the log misbehaved, 2 unreachable or unwitnessed, 3 usage.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import uvicorn
from pydantic import SecretStr

from api.witness.app import create_witness
from api.witness.mirror import FetchOverHttp
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.policy import parse_policy
from waste_trace.ledger.verify import load_keys
from waste_trace.settings import Settings
from waste_trace.store.key_store import open_key_store
from waste_trace.witness.mirror import Mirror
from waste_trace.witness.mirror_errors import LogMisbehaved
from waste_trace.witness.states import LogStates
from waste_trace.witness.witness import Witness, watched


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m api.witness")
    commands = parser.add_subparsers(required=True)
    serve = commands.add_parser("serve", help="见证服务 run a witness (c2sp.org/tlog-witness)")
    serve.add_argument(
        "--name", required=True, help="密钥名称 key name, such as witness.example/w1"
    )
    serve.add_argument("--policy", type=Path, required=True, help="policy.txt: the logs to watch")
    serve.add_argument(
        "--folder", type=Path, required=True, help="memory of the witness, and its key if in a file"
    )
    serve.add_argument(
        "--passphrase-file", type=Path, help="in place of WASTE_TRACE_KEY_PASSPHRASE"
    )
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8100)
    serve.set_defaults(run=_serve)
    mirror = commands.add_parser("mirror", help="跟踪台账 follow a log and keep a verified copy")
    mirror.add_argument("url", help="address of the log, such as https://trace.example/log")
    mirror.add_argument("--keys", type=Path, required=True, help="policy.txt + registrar.vkey")
    mirror.add_argument("--folder", type=Path, required=True, help="where the copy is kept")
    mirror.add_argument("--every", type=float, default=0, help="seconds; 0: look once")
    mirror.add_argument("--export", type=Path, help="write an audit bundle afterwards")
    mirror.set_defaults(run=_mirror)
    options = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except LogMisbehaved as error:
        _say(f"{error.zh}\n{error.en}\n{error.do_zh}\n{error.do_en}")
        return 1
    except WasteTraceError as error:
        _say(f"{error.zh}\n{error.en}")
        return 2
    except OSError as error:
        _say(str(error))
        return 3


def _serve(options: argparse.Namespace) -> int:
    witness = open_witness(options.name, options.policy, options.folder, options.passphrase_file)
    _say(f"witness {witness.vkey.text}")
    app = create_witness(witness)
    uvicorn.run(app, host=options.host, port=options.port, log_level="warning")
    return 0


def open_witness(
    name: str, policy: Path, folder: Path, passphrase_file: Path | None = None
) -> Witness:
    """A witness whose key is where the settings of the environment say, as a server's keys are.

    Raises:
        KeyStoreUnusable, OtherKey, MalformedPolicy, MalformedKey, OSError
    """
    settings = Settings(data_dir=folder)
    if passphrase_file is not None:
        passphrase = SecretStr(passphrase_file.read_text(encoding="utf-8").strip())
        settings = settings.model_copy(update={"key_passphrase": passphrase})
    logs = watched(log.key for log in parse_policy(policy.read_bytes()).logs)
    key = open_key_store(settings, folder).key("witness")
    witness = Witness(name, key, logs, LogStates(folder / "witness.db"), lambda: int(time.time()))
    witness.require_own_memory()
    return witness


def _mirror(options: argparse.Namespace) -> int:
    with httpx.Client() as client:
        fetch = FetchOverHttp(client, options.url)
        mirror = Mirror(options.folder, load_keys(options.keys), fetch, lambda: datetime.now(UTC))
        met = look(mirror)
        while options.every > 0:
            time.sleep(options.every)
            try:
                met = look(mirror)
            except LogMisbehaved:
                raise
            except WasteTraceError as error:  # unreachable for now: say so and go on
                _say(f"{error.zh} {error.en}")
        if options.export is not None:
            mirror.export(options.export)
    return 0 if met else 2


def look(mirror: Mirror) -> bool:
    """Look at the log once and say what is new; True if the quorum has cosigned it."""
    step = mirror.step()
    for warning in step.warnings:
        _say(f"! {warning.zh} {warning.en}")
    for key in step.enrolled:
        _say(f"+ 新密钥 new key {key.dev}/{key.ep} {key.org or '台账服务'} #{key.index}")
    witnessed = "已见证 witnessed" if step.quorum_met else "未见证 NOT WITNESSED"
    _say(f"{step.size} 条 entries (+{step.new_entries}), {witnessed}")
    return step.quorum_met


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
