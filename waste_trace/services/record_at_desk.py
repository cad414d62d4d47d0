"""What a signed-in person says without a device (办事窗口): the ledger's desk signs it for them.

The event names organisation and pseudonym, and the desk's key vouches that a session of that person
said it. It is an event like all others: same vocabulary, same leaf, same receipt.
"""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.custody.correcting import require_correctable
from waste_trace.custody.errors import CustodyError
from waste_trace.custody.vocabulary import DESK, parse_body, require_permitted
from waste_trace.ledger.disclosure import FIELD, SALT_BYTES, Disclosure, make_disclosure
from waste_trace.services.check_transfer import require_transfer
from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import enrol_service
from waste_trace.services.sign_in import Person
from waste_trace.store.sequencer import Draft, Recorded
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of


class ClaimedInFuture(CustodyError):
    """The time that is claimed has not come yet."""

    code: ClassVar[str] = "claimed-in-future"
    default_do_zh = "请填写实际发生的时间。"
    default_do_en = "Give the time at which it happened."


def record_at_desk(
    deployment: Deployment,
    person: Person,
    typ: str,
    body: Mapping[str, Any],
    *,
    site: str = "",
    claimed_at: datetime | None = None,
    personal: Mapping[str, str] | None = None,
) -> Recorded:
    """Record an event for a person.

    Args:
        claimed_at: when it happened, aware, where that was before now (补录).
        personal: names, telephones and notes that belong to it; kept beside the ledger.

    Raises:
        UnknownEventType, MalformedBody, NotPermitted, NotCorrectable, ClaimedInFuture,
        TransferRefused, LedgerBusy, LedgerRolledBack
    """
    if claimed_at is not None and claimed_at > deployment.now():
        raise ClaimedInFuture("所填时间尚未到来。", "The claimed time has not come yet.")
    said, disclosures = sealed(body, personal or {})
    parse_body(typ, said)
    enrol_service(deployment, DESK)
    require_at_desk(deployment, person, typ)
    if typ == "correct":
        _require_correctable(deployment, said["corrects"])
    require_transfer(deployment, typ, person.org, said, claimed_at or deployment.now())
    keep = partial(deployment.vault.keep, disclosures=disclosures, now=deployment.now())
    draft = Draft(typ, said, person.org, site, person.pseudonym, claimed_at, keep)
    return deployment.sequencer.compose(DESK, lambda _: [draft])[0]


def _require_correctable(deployment: Deployment, corrects: int) -> None:
    """Refuse to correct what has nothing to correct. Raises NotCorrectable."""
    event = table_of(EventIndex)
    with deployment.engine.connect() as connection:
        found = connection.execute(select(event.c.typ).where(event.c.idx == corrects)).scalar()
    if found is not None:
        require_correctable(found)


def sealed(
    body: Mapping[str, Any], personal: Mapping[str, str]
) -> tuple[dict[str, Any], list[Disclosure]]:
    """The body with the digests of personal data, and the data itself, newly salted."""
    disclosures = [
        make_disclosure(name, value, os.urandom(SALT_BYTES))
        for name, value in personal.items()
        if value
    ]
    said = dict(body)
    if disclosures:
        said[FIELD] = [one.digest for one in disclosures]
    return said, disclosures


def require_at_desk(deployment: Deployment, person: Person, typ: str) -> None:
    """Refuse what the person's organisation may not say at the desk. Raises NotPermitted."""
    organisations = deployment.sequencer.refresh().organisations
    organisation = organisations.get(person.org)
    kinds = frozenset(organisation.kinds if organisation else ())
    require_permitted(typ, kinds, DESK)
