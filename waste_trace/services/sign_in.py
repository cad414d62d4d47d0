"""Accounts of people, and their sessions. Names stay here; the ledger knows pseudonyms."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import delete
from sqlmodel import Session, select

from waste_trace.errors import WasteTraceError
from waste_trace.services.deployment import Deployment
from waste_trace.services.passwords import hash_password, is_password, unknown_password
from waste_trace.store.tables import LoginSession, User
from waste_trace.store.writing import insert_rows, table_of, write_transaction

# Verified against where there is no such user, so that the answer takes as long.
_NOBODY = unknown_password()


class SignInRefused(WasteTraceError):
    """User name and password do not belong together."""

    code: ClassVar[str] = "sign-in-refused"
    default_do_zh = "请核对用户名和密码；忘记密码请联系本单位管理员重置。"
    default_do_en = "Check user name and password; your administrator can reset it."


class TooManyAttempts(WasteTraceError):
    """Too many wrong passwords in a row."""

    code: ClassVar[str] = "too-many-attempts"
    default_do_zh = "请 15 分钟后再试，或请管理员重置密码。"
    default_do_en = "Try again in 15 minutes, or have the password reset."


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: an account, without its secrets. ``admin``: looks after their organisation's."""

    username: str
    display_name: str
    role: str
    org: str
    pseudonym: str
    admin: bool = False


def create_user(
    deployment: Deployment,
    username: str,
    password: str,
    display_name: str,
    role: str,
    org: str,
    *,
    admin: bool = False,
    email: str = "",
) -> Person:
    """A new account with a random pseudonym for the ledger."""
    row = account_row(username, hash_password(password), display_name, role, org, admin, email)
    with write_transaction(deployment.engine) as connection:
        insert_rows(connection, User, [row])
    return Person(username, display_name, role, org, row["pseudonym"], admin)


def account_row(
    username: str,
    password_hash: str,
    display_name: str,
    role: str,
    org: str,
    admin: bool,
    email: str,
) -> dict[str, Any]:
    """A row of the account table, with a new pseudonym: 64 random bits that say nothing."""
    return {
        "username": username,
        "display_name": display_name,
        "password_hash": password_hash,
        "role": role,
        "org": org,
        "pseudonym": f"usr_{secrets.token_hex(8)}",
        "disabled": False,
        "admin": admin,
        "email": email,
    }


def sign_in(deployment: Deployment, username: str, password: str) -> str:
    """A new session's token (128 random bits or more; only its hash is kept).

    Raises:
        SignInRefused, TooManyAttempts
    """
    if deployment.attempts.must_wait(username):
        raise TooManyAttempts("密码连续输错次数过多。", "Too many wrong passwords in a row.")
    with Session(deployment.engine) as session:
        user = session.get(User, username)
        stored = user.password_hash if user and not user.disabled else _NOBODY
    good = is_password(stored, password) and stored is not _NOBODY
    deployment.attempts.remember(username, good)
    if not good:
        raise SignInRefused("用户名或密码不对。", "Wrong user name or password.")
    return begin_session(deployment, username)


def begin_session(deployment: Deployment, username: str) -> str:
    """A new session's token, for somebody who has proven who they are."""
    token = secrets.token_urlsafe(32)
    now = deployment.now()
    row = {
        "token_hash": hash_token(token),
        "username": username,
        "created_at": now,
        "expires_at": now + timedelta(hours=deployment.settings.session_hours),
    }
    with write_transaction(deployment.engine) as connection:
        insert_rows(connection, LoginSession, [row])
    return token


def who(deployment: Deployment, token: str) -> Person | None:
    """The person behind a session token, or None if it has ended."""
    with Session(deployment.engine) as session:
        found = session.get(LoginSession, hash_token(token))
        if found is None or found.expires_at < deployment.now():
            return None
        user = session.get(User, found.username)
        if user is None or user.disabled:
            return None
        return _person(user)


def find_person(deployment: Deployment, username: str) -> Person | None:
    """The account of that name, or None."""
    with Session(deployment.engine) as session:
        user = session.exec(select(User).where(User.username == username)).first()
        if user is None:
            return None
        return _person(user)


def sign_out(deployment: Deployment, token: str) -> None:
    """End a session."""
    table = table_of(LoginSession)
    with write_transaction(deployment.engine) as connection:
        connection.execute(delete(table).where(table.c.token_hash == hash_token(token)))


def hash_token(token: str) -> str:
    """How a token is kept: whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _person(user: User) -> Person:
    return Person(user.username, user.display_name, user.role, user.org, user.pseudonym, user.admin)
