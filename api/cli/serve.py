"""``waste-trace serve`` and ``waste-trace worker``: the product, running."""

import json
import os
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.cli.demo import show
from api.cli.opening import opened, prepare
from api.cli.output import FALSE, WRONG_USE, say
from api.demo.cast import CAST
from api.demo.clock import StoryClock, first_morning
from api.demo.stage import Stage, serving
from api.demo.story import Story, new_passwords
from api.http.app import HANDHELD, create_app
from api.worker.celery_app import run_worker
from api.worker.reviewing import DailyReview
from waste_trace.services.deployment import Deployment
from waste_trace.services.memory import look_for_cycles_seldom
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.set_up import offer_set_up
from waste_trace.settings import Settings
from waste_trace.store.tiles import read_head

_LOGINS = "demonstration-logins.json"
_ROLES = {
    "regulator": "监管部门 regulator",
    "producer": "产废单位 producer",
    "platform": "小微平台 small-waste platform",
    "transporter": "运输单位 transporter",
    "treatment": "处置单位 treatment plant",
}


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="首次启动时写入演示数据 play the demonstration once")
    ] = False,
    port: Annotated[int | None, typer.Option(help="端口 port (0: a free one)")] = None,
) -> None:
    """启动服务。 Start the product."""
    settings = Settings()
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    _require_free(settings.host, settings.port)
    prepare(settings)
    if demo and not (settings.data_dir / _LOGINS).exists():
        _play(settings)
    with opened(settings) as deployment:
        open_ledger(deployment)
        set_up_token = offer_set_up(deployment)
        look_for_cycles_seldom()
        _run(deployment, set_up_token)


def worker(
    concurrency: Annotated[int, typer.Option(help="并行数 processes")] = 1,
) -> None:
    """后台任务进程（Celery）。 A background worker (Celery) on WASTE_TRACE_BROKER_URL."""
    settings = Settings()
    if not settings.broker_url:
        say("✗ 未设置 WASTE_TRACE_BROKER_URL：任务已在服务进程内执行，无需 worker。")
        say("  No broker is set: jobs run inside the server, no worker is needed.")
        raise typer.Exit(WRONG_USE)
    prepare(settings)
    run_worker(settings, concurrency)


def _play(settings: Settings) -> None:
    """Write the demonstration into an empty ledger, over HTTP, dated over the last days."""
    clock = StoryClock(first_morning(datetime.now(UTC)))
    passwords = new_passwords()
    say("· 首次启动：正在写入演示数据（约半分钟） first start: playing the demonstration")
    with opened(settings, clock.ms) as deployment:
        with deployment.engine.connect() as connection:
            head = read_head(connection)
        if head is not None and head.size:
            say("· 台账已有数据，不写入演示。 The ledger has entries; no demonstration is played.")
            return
        embedded = deployment.settings.model_copy(update={"broker_url": ""})
        stand_in = Deployment(
            embedded, deployment.engine, deployment.keys, deployment.sequencer,
            deployment.blobs, deployment.clock_ms,
        )  # fmt: skip
        with serving(create_app(stand_in)) as url:
            audit = settings.data_dir / "demonstration"
            stage = Stage(stand_in, url, clock, audit, passwords)
            story = Story(stage, audit / "bundle", audit / "keys", show)
            proven = story.play()
            stage.close()
    if not proven:
        say("✗ 演示有步骤未通过。 A step of the demonstration was not proven.")
        raise typer.Exit(FALSE)
    _keep_logins(settings.data_dir / _LOGINS, passwords)


def _keep_logins(path: Path, passwords: dict[str, str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(passwords, file)


def _run(deployment: Deployment, set_up_token: str | None) -> None:
    settings = deployment.settings
    app = create_app(deployment)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    greeting = (server, settings, set_up_token)
    threading.Thread(target=_greet, args=greeting, daemon=True).start()
    daily = DailyReview.start_for(deployment)
    try:
        server.run()
    finally:
        daily.stop()


def _greet(server: uvicorn.Server, settings: Settings, set_up_token: str | None) -> None:
    while not server.started:
        time.sleep(0.02)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - shown only
    lines = ["", f"  一码溯源 Waste Trace   {url}", ""]
    logins = settings.data_dir / _LOGINS
    if logins.exists():
        passwords = json.loads(logins.read_text(encoding="utf-8"))
        lines.append("  演示账号 log-ins of the demonstration:")
        for party in CAST:
            if party.username in _ROLES:
                role = _ROLES[party.username]
                lines.append(f"    {party.username:<12} {passwords[party.username]:<14} {role}")
        lines.append("")
    if set_up_token is not None:
        home = settings.public_url.rstrip("/") or url
        lines += ["  首次使用：打开此链接，登记监管部门并建立第一个管理员（只能用一次）",
                  "  First use: open this link to register the bureau and its first administrator",
                  f"    {home}/setup?token={set_up_token}", ""]  # fmt: skip
    if HANDHELD.exists():
        lines.append(f"  手持端 handheld         {url}/handheld/")
    lines += ["  停止 stop               Ctrl+C", ""]
    for line in lines:
        say(line)


def _require_free(host: str, port: int) -> None:
    """A port in use is a sentence, not a traceback."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            say(f"✗ {host}:{port} 无法使用（{error.strerror}）。 It cannot be used.")
            say("  换一个端口 take another port: ./run serve --demo --port 8001")
            raise typer.Exit(WRONG_USE) from None
