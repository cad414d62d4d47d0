"""Accounts and parties by command: how a real installation begins."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
from typer.testing import CliRunner, Result

from api.cli.main import app
from waste_trace.services.accounts import AccountRefused

BUREAU = "11330482002512341H"
FACTORY = "91330482MA2CUX11X3"


def run(folder: Path, *arguments: str) -> Result:
    """A command on a data folder, in this process."""
    return CliRunner().invoke(app, arguments, env={"WASTE_TRACE_DATA_DIR": str(folder)})


def test_an_empty_folder_leads_to_the_first_log_in(tmp_path: Path) -> None:
    """serve prints a link; its form makes the bureau and its administrator; they are signed in."""
    server = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve", "--port", "0"],
        env={**os.environ, "WASTE_TRACE_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        link = printed_link(server)
        home = link.partition("/setup")[0]
        with httpx.Client(base_url=home, follow_redirects=True, timeout=60) as browser:
            assert "登记监管部门" in browser.get(link).text
            form = {
                "token": link.partition("token=")[2], "org": BUREAU, "org_name": "平湖分局",
                "region": "330482", "username": "shen", "display_name": "沈监管",
                "password": "correct-horse-9", "again": "correct-horse-8",
            }  # fmt: skip
            unlike = browser.post("/setup", data=form)
            assert unlike.status_code == 403
            assert "两次输入的密码不一致" in unlike.text
            assert 'value="平湖分局"' in unlike.text
            done = browser.post("/setup", data=form | {"again": "correct-horse-9"})
            assert done.status_code == 200
            assert "沈监管" in done.text
            assert browser.get("/people").status_code == 200
            assert browser.get(link).status_code == 403
    finally:
        server.terminate()
        server.communicate(timeout=60)
    listed = json.loads(run(tmp_path, "account", "list", "--json").stdout)
    assert [(row["username"], row["admin"]) for row in listed] == [("shen", True)]


def printed_link(server: subprocess.Popen[str]) -> str:
    """The link that a starting server prints."""
    assert server.stderr is not None
    until = time.monotonic() + 120
    for line in server.stderr:
        found = re.search(r"http://\S+/setup\?token=\S+", line)
        if found:
            return found[0]
        assert time.monotonic() < until
    raise AssertionError("the server printed no link")


def test_parties_and_people_by_command(tmp_path: Path) -> None:
    made = run(tmp_path, "party", "register", FACTORY, "宏达机械", "--kind", "producer")
    assert made.exit_code == 0, made.output
    site = run(tmp_path, "party", "site", "TS-1", FACTORY, "一号库", "贮存库", "--capacity", "3000")
    assert site.exit_code == 0, site.output
    account = run(tmp_path, "account", "create", "chen", "陈主管", FACTORY, "--admin")
    assert account.exit_code == 0, account.output
    assert re.fullmatch(r"http://127.0.0.1:8000/welcome\?token=\S+\n", account.stdout)
    again = run(tmp_path, "account", "password", "chen")
    assert again.stdout != account.stdout
    taken = run(tmp_path, "account", "create", "chen", "陈主管", FACTORY)
    assert isinstance(taken.exception, AccountRefused)
    assert run(tmp_path, "account", "disable", "chen").exit_code == 0
    listed = run(tmp_path, "account", "list").stdout
    assert "chen" in listed
    assert "停用" in listed
    assert json.loads(run(tmp_path, "party", "list").stdout)[0]["name"] == "宏达机械"
