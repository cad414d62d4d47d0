"""``waste-trace account`` and ``waste-trace party``: who may sign in, and for whom."""

from decimal import Decimal
from typing import Annotated

import typer

from api.cli.opening import opened
from api.cli.output import print_json, say
from waste_trace.services.accounts import (
    OPERATOR,
    NewAccount,
    create_account,
    disable_account,
    invite_again,
    list_accounts,
)
from waste_trace.services.deployment import Deployment
from waste_trace.services.invite import HOURS
from waste_trace.services.look_up import list_organisations
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.register_party import register_organisation, register_site

account = typer.Typer(help="账号 accounts", no_args_is_help=True)
party = typer.Typer(help="单位与场所 organisations and sites", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="用户名 user name")]
Org = Annotated[str, typer.Argument(help="统一社会信用代码 the organisation")]
Name = Annotated[str, typer.Argument(help="名称 name")]


@account.command("create")
def create(
    username: Username,
    display_name: Annotated[str, typer.Argument(help="姓名 the person's name")],
    org: Org,
    role: Annotated[str, typer.Option(help="角色；默认为单位的第一种类型 what they act as")] = "",
    admin: Annotated[
        bool, typer.Option("--admin", help="本单位管理员 looks after the accounts there")
    ] = False,
    email: Annotated[str, typer.Option(help="通知邮箱 where notices go")] = "",
) -> None:
    """建立账号并打印一次性链接。 Make an account and print its one-time link."""
    with opened() as deployment:
        new = NewAccount(username, display_name, org, role, admin, email)
        print_link(deployment, create_account(deployment, OPERATOR, new))


@account.command("list")
def show(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """列出账号。 List the accounts."""
    with opened() as deployment:
        rows = list_accounts(deployment, OPERATOR)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        marks = [
            word
            for word, is_so in (
                ("管理员 admin", row["admin"]),
                ("停用 disabled", row["disabled"]),
                ("未设密码 invited", row["invited"]),
            )
            if is_so
        ]
        said = f"{row['username']:<20} {row['display_name']}  {row['role']}  {row['org_name']}"
        typer.echo(f"{said}  {'，'.join(marks)}".rstrip())


@account.command("disable")
def disable(
    username: Username,
    again: Annotated[bool, typer.Option("--undo", help="重新启用 open it again")] = False,
) -> None:
    """停用账号，其会话立即结束。 Close an account; its sessions end at once."""
    with opened() as deployment:
        disable_account(deployment, OPERATOR, username, not again)
    say(f"✓ {username}")


@account.command("password")
def password(username: Username) -> None:
    """为忘记密码的人打印一次性链接。 Print a one-time link for a lost password."""
    with opened() as deployment:
        print_link(deployment, invite_again(deployment, OPERATOR, username))


@party.command("register")
def register(
    org: Org,
    name: Name,
    kind: Annotated[
        list[str],
        typer.Option(help="regulator、producer、platform、transporter、treatment，可多次"),
    ],
    region: Annotated[str, typer.Option(help="行政区划代码，默认为本地 its region")] = "",
) -> None:
    """登记单位。 Register an organisation, as a leaf of the ledger."""
    with opened() as deployment:
        open_ledger(deployment)
        area = region or deployment.settings.region_code
        done = register_organisation(deployment, org, name, kind, area)
    say(f"✓ {name}　台账第 {done.index} 条 entry {done.index}")


@party.command("site")
def place(
    site: Annotated[str, typer.Argument(help="场所编码 the site's code, e.g. ...001P-TS001")],
    org: Org,
    name: Name,
    kind: Annotated[str, typer.Argument(help="贮存库、贮存点、处置设施 ... what it is")],
    capacity_kg: Annotated[str, typer.Option("--capacity", help="贮存能力 kg")] = "",
) -> None:
    """登记场所。 Register a site of an organisation."""
    with opened() as deployment:
        open_ledger(deployment)
        capacity = Decimal(capacity_kg) if capacity_kg else None
        done = register_site(deployment, site, org, name, kind, capacity)
    say(f"✓ {name}　台账第 {done.index} 条 entry {done.index}")


@party.command("list")
def parties() -> None:
    """列出单位，JSON。 List the organisations as JSON."""
    with opened() as deployment:
        print_json(list_organisations(deployment))


def print_link(deployment: Deployment, token: str) -> None:
    """Where a person sets a password: the address on standard output, the rest beside it."""
    say(f"一次性链接，{HOURS} 小时内有效，请交给本人。 For the person, once, within {HOURS} hours:")
    typer.echo(f"{deployment.settings.address}/welcome?token={token}")
