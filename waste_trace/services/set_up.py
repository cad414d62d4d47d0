"""The first start of an installation: the bureau, and the first person who can sign in.

Whoever can read what the server printed may do this, once: with the first account the way closes.
"""

from dataclasses import dataclass

from sqlalchemy import select

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.accounts import NewAccount, add_user, require_fields
from waste_trace.services.deployment import Deployment
from waste_trace.services.invite import InvitationRefused, invite, invited, use_up
from waste_trace.services.open_ledger import open_ledger
from waste_trace.services.passwords import hash_password, require_strong
from waste_trace.services.register_party import register_organisation
from waste_trace.services.sign_in import begin_session
from waste_trace.store.tables import Organisation, User
from waste_trace.store.writing import table_of, write_transaction


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the first page asks for: the bureau and its first administrator."""

    org: str
    org_name: str
    region: str
    username: str
    display_name: str
    password: str
    email: str = ""


def offer_set_up(deployment: Deployment) -> str | None:
    """The token of the link that opens a new installation; None where there is an account."""
    table = table_of(User)
    with write_transaction(deployment.engine) as connection:
        if connection.execute(select(table.c.username).limit(1)).first() is not None:
            return None
        return invite(connection, deployment, "", "set-up")


def set_up(deployment: Deployment, token: str, asked: Beginning) -> str:
    """Register the bureau and make its administrator; the token of their session.

    Raises:
        InvitationRefused: the link is not good, or somebody was faster.
        InvalidCode, MalformedBody, AccountRefused, WeakPassword: a field is not right.
    """
    if invited(deployment, token):
        raise _closed()
    account = NewAccount(
        asked.username, asked.display_name, asked.org, REGULATOR, admin=True, email=asked.email
    )
    require_fields(account)
    require_strong(asked.password, asked.username)
    open_ledger(deployment)
    if not _registered(deployment, asked.org):
        register_organisation(deployment, asked.org, asked.org_name, [REGULATOR], asked.region)
    with write_transaction(deployment.engine) as connection:
        use_up(connection, deployment, token)
        if connection.execute(select(table_of(User).c.username).limit(1)).first() is not None:
            raise _closed()
        add_user(connection, account, REGULATOR, hash_password(asked.password))
    return begin_session(deployment, asked.username)


def _registered(deployment: Deployment, org: str) -> bool:
    table = table_of(Organisation)
    with deployment.engine.connect() as connection:
        query = select(table.c.org).where(table.c.org == org)
        return connection.execute(query).first() is not None


def _closed() -> InvitationRefused:
    return InvitationRefused(
        "系统已完成初始设置。",
        "This installation has been set up.",
        do_zh="请登录，或由管理员建立账号。",
        do_en="Sign in, or let an administrator make an account.",
    )
