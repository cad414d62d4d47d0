"""Accounts: an administrator makes them for their own organisation, the bureau's for everybody.

A new account has no password that anybody knows; its person sets one with a one-time link.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, delete, select, update

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.invite import invite
from waste_trace.services.passwords import (
    hash_password,
    is_password,
    require_strong,
    unknown_password,
)
from waste_trace.services.plain_text import MOST_NAME, is_plain
from waste_trace.services.sign_in import Person, SignInRefused, account_row, hash_token
from waste_trace.store.tables import Invitation, LoginSession, Organisation, User
from waste_trace.store.writing import insert_missing, table_of, write_transaction

#: Whoever may run commands on the server's machine.
OPERATOR = Person("operator", "", REGULATOR, "", "", admin=True)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,31}")
_EMAIL = re.compile(r"[^@\s<>,;:\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class AccountRefused(WasteTraceError):
    """The account cannot be made or changed as asked."""

    code: ClassVar[str] = "account-refused"
    default_do_zh = "请核对用户名、单位和角色。"
    default_do_en = "Check user name, organisation and role."


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account begins with. ``role`` "": the first kind that the organisation is of."""

    username: str
    display_name: str
    org: str
    role: str = ""
    admin: bool = False
    email: str = ""


def create_account(deployment: Deployment, by: Person, asked: NewAccount) -> str:
    """Make an account; the token of the one-time link with which its person sets a password.

    Raises:
        AccountRefused: not the administrator's organisation, or a field is not right.
    """
    _require_office(by, asked.org)
    require_fields(asked)
    with write_transaction(deployment.engine) as connection:
        role = _role(connection, asked)
        if not add_user(connection, asked, role, unknown_password()):
            raise AccountRefused(
                f"用户名 {asked.username} 已被使用。", f"{asked.username} is taken."
            )
        return invite(connection, deployment, asked.username, by.username)


def add_user(connection: Connection, asked: NewAccount, role: str, password_hash: str) -> bool:
    """Write the row in an open transaction; False where the user name is taken."""
    row = account_row(
        asked.username, password_hash, asked.display_name, role, asked.org, asked.admin, asked.email
    )
    table = table_of(User)
    insert_missing(connection, User, [row])
    found = select(table.c.pseudonym).where(table.c.username == asked.username)
    return bool(connection.execute(found).scalar_one_or_none() == row["pseudonym"])


def list_accounts(deployment: Deployment, by: Person) -> list[dict[str, Any]]:
    """The accounts that an administrator looks after, without their secrets."""
    table, org, link = table_of(User), table_of(Organisation), table_of(Invitation)
    invited = select(link.c.username).where(link.c.expires_at > deployment.now())
    query = (
        select(
            table.c.username,
            table.c.display_name,
            table.c.role,
            table.c.org,
            table.c.admin,
            table.c.email,
            table.c.disabled,
            org.c.name.label("org_name"),
            table.c.username.in_(invited).label("invited"),
        )
        .outerjoin(org, org.c.org == table.c.org)
        .order_by(table.c.org != by.org, table.c.org, table.c.username)
    )
    if by.role != REGULATOR:
        query = query.where(table.c.org == by.org)
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def invite_again(deployment: Deployment, by: Person, username: str) -> str:
    """A new one-time link for somebody who has lost their password or their link."""
    with write_transaction(deployment.engine) as connection:
        found = _find(connection, by, username)
        if found["disabled"]:
            raise AccountRefused("该账号已停用。", "This account is disabled.")
        return invite(connection, deployment, username, by.username)


def disable_account(deployment: Deployment, by: Person, username: str, disabled: bool) -> None:
    """Close an account (its sessions and links end) or open it again.

    Raises:
        AccountRefused: no such account, one's own, or the bureau's last administrator.
    """
    table, session, link = table_of(User), table_of(LoginSession), table_of(Invitation)
    if username == by.username:
        raise AccountRefused("不能停用自己的账号。", "You cannot disable your own account.")
    with write_transaction(deployment.engine) as connection:
        found = _find(connection, by, username)
        if disabled and found["admin"] and found["role"] == REGULATOR:
            _require_another(connection, username)
        connection.execute(
            update(table).where(table.c.username == username).values(disabled=disabled)
        )
        if disabled:
            connection.execute(delete(session).where(session.c.username == username))
            connection.execute(delete(link).where(link.c.username == username))


def change_password(
    deployment: Deployment, person: Person, token: str, current: str, new: str
) -> None:
    """Change one's own password; every other session of the person ends.

    Args:
        token: the session that asks, which goes on.

    Raises:
        SignInRefused: ``current`` is wrong. WeakPassword
    """
    user, session = table_of(User), table_of(LoginSession)
    with deployment.engine.connect() as connection:
        stored = connection.execute(
            select(user.c.password_hash).where(user.c.username == person.username)
        ).scalar_one()
    if deployment.attempts.must_wait(person.username) or not is_password(stored, current):
        deployment.attempts.remember(person.username, False)
        raise SignInRefused("当前密码不对。", "The current password is wrong.")
    require_strong(new, person.username)
    with write_transaction(deployment.engine) as connection:
        connection.execute(
            update(user)
            .where(user.c.username == person.username)
            .values(password_hash=hash_password(new))
        )
        connection.execute(
            delete(session).where(
                session.c.username == person.username, session.c.token_hash != hash_token(token)
            )
        )


def change_email(deployment: Deployment, person: Person, email: str) -> None:
    """Where one's notices go; "" for nowhere."""
    _require_email(email)
    table = table_of(User)
    with write_transaction(deployment.engine) as connection:
        connection.execute(
            update(table).where(table.c.username == person.username).values(email=email)
        )


def find_email(deployment: Deployment, person: Person) -> str:
    """One's own address, or ""."""
    table = table_of(User)
    query = select(table.c.email).where(table.c.username == person.username)
    with deployment.engine.connect() as connection:
        return str(connection.execute(query).scalar_one())


def require_fields(asked: NewAccount) -> None:
    """Refuse a user name that cannot be typed on every keyboard, an empty name, a wrong address."""
    if not _USERNAME.fullmatch(asked.username):
        raise AccountRefused(
            "用户名应为 2 至 32 个小写字母、数字、点或连字符。",
            "A user name has 2 to 32 small letters, digits, dots or hyphens.",
        )
    if not is_plain(asked.display_name, MOST_NAME):
        raise AccountRefused("姓名为空或过长。", "The name is empty or too long.")
    _require_email(asked.email)


def _require_email(email: str) -> None:
    """Refuse what is no address, or more than one ("" is none and good)."""
    if email and (len(email) > 254 or not _EMAIL.fullmatch(email)):
        raise AccountRefused("邮箱地址有误。", "This is no e-mail address.")


def _require_office(by: Person, org: str) -> None:
    if not by.admin or (by.role != REGULATOR and by.org != org):
        raise AccountRefused(
            "只能管理本单位的账号。", "You look after the accounts of your own organisation only."
        )


def _role(connection: Connection, asked: NewAccount) -> str:
    """What the account acts as: one of the kinds that its organisation is registered as."""
    table = table_of(Organisation)
    kinds = connection.execute(
        select(table.c.kinds).where(table.c.org == asked.org)
    ).scalar_one_or_none()
    if kinds is None:
        raise AccountRefused(f"单位 {asked.org} 未登记。", f"{asked.org} is not registered.")
    allowed: Sequence[str] = str(kinds).split(",")
    role = asked.role or allowed[0]
    if role not in allowed:
        raise AccountRefused(
            f"该单位未登记为 {role}。", f"This organisation is no {role}.", allowed=list(allowed)
        )
    return role


def _find(connection: Connection, by: Person, username: str) -> dict[str, Any]:
    table = table_of(User)
    row = connection.execute(select(table).where(table.c.username == username)).mappings().first()
    if row is None or (by.role != REGULATOR and row["org"] != by.org):
        raise AccountRefused(f"没有账号 {username}。", f"There is no account {username}.")
    _require_office(by, row["org"])
    return dict(row)


def _require_another(connection: Connection, username: str) -> None:
    table = table_of(User)
    query = select(table.c.username).where(
        table.c.role == REGULATOR,
        table.c.admin.is_(True),
        table.c.disabled.is_(False),
        table.c.username != username,
    )
    if connection.execute(query).first() is None:
        raise AccountRefused(
            "这是监管部门最后一个管理员。", "This is the bureau's last administrator."
        )
