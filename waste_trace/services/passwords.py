"""Passwords: how they are kept, and which are too weak (ASVS 5.0, chapter 6.2)."""

import base64
import secrets
from typing import ClassVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from waste_trace.errors import WasteTraceError

#: ASVS 5.0 6.2.1 asks for 8 at least; there is no rule of composition (6.2.5).
LEAST, MOST = 10, 128
_FEWEST_DIFFERENT = 5
_HASHER = PasswordHasher()


class WeakPassword(WasteTraceError):
    """A password that is guessed before long."""

    code: ClassVar[str] = "weak-password"
    default_do_zh = f"请使用至少 {LEAST} 个字符，例如几个不相干的词。"
    default_do_en = f"Take {LEAST} characters or more, several unrelated words for example."


def hash_password(password: str) -> str:
    """The Argon2id hash of a password, with its parameters and salt."""
    return _HASHER.hash(password)


def unknown_password() -> str:
    """A hash that no password has: for an account that has none yet.

    To look at, and in the time that it takes to check, it is a hash like any other; but salt and
    digest are drawn, so that it costs nothing to make.
    """
    salt, digest = (
        base64.b64encode(secrets.token_bytes(count)).decode().rstrip("=")
        for count in (_HASHER.salt_len, _HASHER.hash_len)
    )
    costs = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


def is_password(stored: str, password: str) -> bool:
    """True if ``stored`` is the hash of the password; takes its time either way."""
    try:
        return _HASHER.verify(stored, password)
    except VerificationError:
        return False


def require_strong(password: str, username: str) -> None:
    """Refuse what is short, is the user name, or is one sign again and again.

    Raises:
        WeakPassword
    """
    if not LEAST <= len(password) <= MOST:
        raise WeakPassword(
            f"密码应为 {LEAST} 至 {MOST} 个字符。", f"A password has {LEAST} to {MOST} characters."
        )
    if username.lower() in password.lower() or len(set(password)) < _FEWEST_DIFFERENT:
        raise WeakPassword("密码过于简单。", "This password is too easy to guess.")
