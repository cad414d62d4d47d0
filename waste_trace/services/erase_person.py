"""Erase personal data beside the ledger, or a person's account; a leaf says that it was done.

The leaves, their digests and every proof stay. What is gone is the only thing that could tell what
a digest stands for: plaintext and salt, with the key that they were sealed under.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection, delete, select, true, update

from waste_trace.compliance.retention import Basis, Period, RetentionPolicy
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.registry_bodies import MAX_ERASED
from waste_trace.services.deployment import Deployment
from waste_trace.settings import Settings
from waste_trace.store.disclosures import erase
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import (
    DisclosureRow,
    EventIndex,
    LoginSession,
    Notice,
    Subscription,
    User,
)
from waste_trace.store.writing import table_of


class ErasureRefused(WasteTraceError):
    """The law keeps it longer, or there is nothing of it here."""

    code: ClassVar[str] = "erasure-refused"
    default_do_zh = "请核对摘要与法律依据；法定保存期内仅凭法院决定或误登方可删除。"
    default_do_en = (
        "Check digests and basis; before the period ends only a court or mistake counts."
    )


def retention_policy(settings: Settings) -> RetentionPolicy:
    """The retention periods as configured, with their sources."""
    return RetentionPolicy(
        manifest=Period(settings.retention_years, "危险废物转移管理办法 art. 20", "P"),
        ledger=Period(settings.retention_ledger_years, "HJ 1259-2022", "M"),
    )


def find_personal(deployment: Deployment, value: str, name: str = "") -> list[str]:
    """The digests of everything that says ``value`` (a name, a number), for one person's request.

    Opens every disclosure: they are sealed one by one, so there is nothing to search by.
    """
    with deployment.engine.connect() as connection:
        return [
            disclosure.digest
            for _, disclosure in deployment.vault.read(connection, true())
            if disclosure.value == value and name in ("", disclosure.name)
        ]


def erase_disclosures(
    deployment: Deployment, digests: Sequence[str], basis: Basis
) -> list[Recorded]:
    """Erase what these digests stand for, wherever they stand, and log ``pii.erased``.

    The erasure and its leaf are one transaction; what was erased before is not logged again.

    Raises:
        ErasureRefused: a digest is unknown (or none is given), or must be kept longer; then nothing
            is erased.
    """
    wanted = list(dict.fromkeys(digests))
    policy, now = retention_policy(deployment.settings), deployment.now()

    def build(connection: Connection) -> Sequence[Draft]:
        pending = _require_erasable(connection, wanted, policy, basis, now)
        erase(connection, pending, now)
        return [
            Draft(
                "pii.erased",
                {"digests": [*pending[start : start + MAX_ERASED]], "basis": basis.value},
            )
            for start in range(0, len(pending), MAX_ERASED)
        ]

    return deployment.sequencer.compose("registrar", build)


def erase_account(deployment: Deployment, username: str, basis: Basis) -> Recorded:
    """Close an account for good: name, user name and password go, the pseudonym stays.

    Raises:
        ErasureRefused: there is no such account.
    """

    def build(connection: Connection) -> Sequence[Draft]:
        user, session = table_of(User), table_of(LoginSession)
        pseudonym = connection.execute(
            select(user.c.pseudonym).where(user.c.username == username)
        ).scalar_one_or_none()
        if pseudonym is None:
            raise ErasureRefused("没有这个账号。", "There is no such account.")
        connection.execute(delete(session).where(session.c.username == username))
        for own in (table_of(Notice), table_of(Subscription)):
            connection.execute(delete(own).where(own.c.pseudonym == pseudonym))
        connection.execute(
            update(user)
            .where(user.c.username == username)
            .values(
                username=pseudonym,
                display_name="",
                email="",
                password_hash=f"erased-{secrets.token_hex(8)}",
                disabled=True,
            )
        )
        body: dict[str, object] = {"digests": [], "basis": basis.value, "actor": pseudonym}
        return [Draft("pii.erased", body)]

    return deployment.sequencer.compose("registrar", build)[0]


def _require_erasable(
    connection: Connection,
    digests: Sequence[str],
    policy: RetentionPolicy,
    basis: Basis,
    now: datetime,
) -> list[str]:
    """Those of the digests that are not erased yet."""
    row, event = table_of(DisclosureRow), table_of(EventIndex)
    found = connection.execute(
        select(row.c.digest, row.c.erased_at, event.c.idx, event.c.manifest, event.c.logged_at)
        .join(event, event.c.idx == row.c.idx)
        .where(row.c.digest.in_(digests))
    ).all()
    unknown = sorted(set(digests) - {one.digest for one in found})
    if unknown or not found:
        raise ErasureRefused(
            f"有 {len(unknown)} 个摘要没有对应的个人信息。",
            f"Nothing is kept for {len(unknown)} of the digests.",
            digests=unknown,
        )
    kept = [one for one in found if not policy.may_erase(one.manifest, one.logged_at, basis, now)]
    if kept:
        periods = {policy.period(one.manifest) for one in kept}
        source = "; ".join(sorted(f"{p.source}: {p.years} years" for p in periods))
        raise ErasureRefused(
            f"有 {len(kept)} 项仍在法定保存期内（{source}）。",
            f"{len(kept)} of them must be kept longer ({source}).",
            digests=sorted({one.digest for one in kept}),
            until=max(policy.period(o.manifest).until(o.logged_at) for o in kept).isoformat(),
        )
    return sorted({one.digest for one in found if one.erased_at is None})
