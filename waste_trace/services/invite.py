"""One-time links with which people set their passwords, so that nobody else ever knows one."""

import secrets
from datetime import timedelta
from typing import ClassVar

from sqlalchemy import Connection, delete, select, update

from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.passwords import hash_password, require_strong
from waste_trace.services.sign_in import begin_session, hash_token
from waste_trace.store.tables import Invitation, LoginSession, User
from waste_trace.store.writing import insert_rows, table_of, write_transaction

HOURS = 72


class InvitationRefused(WasteTraceError):
    """The one-time link is not good."""

    code: ClassVar[str] = "invitation-refused"
    default_do_zh = "请向本单位管理员索取新的链接，并在 72 小时内使用一次。"
    default_do_en = "Ask your administrator for a new link and use it once, within 72 hours."


def invite(connection: Connection, deployment: Deployment, username: str, created_by: str) -> str:
    """A one-time link's token for an account, in an open transaction; an earlier one ends."""
    table = table_of(Invitation)
    connection.execute(delete(table).where(table.c.username == username))
    token = secrets.token_urlsafe(32)
    row = {
        "token_hash": hash_token(token),
        "username": username,
        "created_by": created_by,
        "expires_at": deployment.now() + timedelta(hours=HOURS),
    }
    insert_rows(connection, Invitation, [row])
    return token


def invited(deployment: Deployment, token: str) -> str:
    """The user name that a link is for ("" for the one that opens an installation).

    Raises:
        InvitationRefused
    """
    table = table_of(Invitation)
    query = select(table.c.username).where(
        table.c.token_hash == hash_token(token), table.c.expires_at > deployment.now()
    )
    with deployment.engine.connect() as connection:
        username = connection.execute(query).scalar_one_or_none()
    if username is None:
        raise _refused()
    return str(username)


def accept_invitation(deployment: Deployment, token: str, password: str) -> str:
    """Set the password with a one-time link; a session's token. Earlier sessions end.

    Raises:
        InvitationRefused, WeakPassword
    """
    username = invited(deployment, token)
    if not username:
        raise _refused()
    require_strong(password, username)
    user, session = table_of(User), table_of(LoginSession)
    with write_transaction(deployment.engine) as connection:
        use_up(connection, deployment, token)
        connection.execute(delete(session).where(session.c.username == username))
        set_now = update(user).where(user.c.username == username, user.c.disabled.is_(False))
        done = connection.execute(set_now.values(password_hash=hash_password(password)))
        if done.rowcount != 1:
            raise _refused()
    deployment.attempts.remember(username, True)
    return begin_session(deployment, username)


def use_up(connection: Connection, deployment: Deployment, token: str) -> None:
    """Take a link away in the transaction that it is good for; two at once cannot both.

    Raises:
        InvitationRefused
    """
    table = table_of(Invitation)
    used = connection.execute(
        delete(table).where(
            table.c.token_hash == hash_token(token), table.c.expires_at > deployment.now()
        )
    )
    if used.rowcount != 1:
        raise _refused()


def _refused() -> InvitationRefused:
    return InvitationRefused(
        "链接无效、已过期或已被使用。", "The link is unknown, expired or used."
    )
