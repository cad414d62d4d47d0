"""Who may ask: people's accounts, their sessions, one-time links and enrolment codes.

Personal data (names) stands here and never in the ledger, which knows pseudonyms only.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    """A person's account. ``pseudonym`` is how the ledger calls them.

    ``admin``: looks after the accounts of their organisation (本单位管理员).
    ``email``: where notices go, or "".
    """

    __tablename__ = "app_user"

    username: str = Field(primary_key=True)
    display_name: str
    password_hash: str
    role: str
    org: str = Field(index=True)
    pseudonym: str = Field(unique=True)
    disabled: bool = False
    admin: bool = False
    email: str = ""


class LoginSession(SQLModel, table=True):
    """A log-in; only the hash of its token is kept."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True)
    username: str = Field(index=True)
    created_at: datetime
    expires_at: datetime


class Invitation(SQLModel, table=True):
    """A one-time link with which a person sets a password; only the hash of its token is kept.

    ``username`` is "" for the one that opens the very first account of an installation.
    """

    __tablename__ = "invitation"

    token_hash: str = Field(primary_key=True)
    username: str = Field(index=True)
    created_by: str
    expires_at: datetime


class EnrolmentCode(SQLModel, table=True):
    """A one-time code that lets one device enrol for an organisation."""

    __tablename__ = "enrolment_code"

    code_hash: str = Field(primary_key=True)
    org: str
    site: str
    actor: str
    created_by: str
    expires_at: datetime
    used_by_dev: str
