"""When a correction (更正) is one, and who must agree before it counts."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from waste_trace.custody.bodies.fields import ContainersBody
from waste_trace.custody.bulk import BULK_VERBS
from waste_trace.custody.errors import CustodyError
from waste_trace.custody.fold import Touch
from waste_trace.custody.retelling import retold, said, same
from waste_trace.custody.vocabulary import VOCABULARY, container_roles, event_type, parse_body

#: What is corrected: what happened to waste and on the rounds. Of registers, plans and decisions
#: the newest word counts, and what the ledger's own services sign is no party's to correct.
CORRECTABLE = (
    frozenset(
        typ
        for typ, row in VOCABULARY.items()
        if issubclass(row.body, ContainersBody) and not row.service
    )
    | BULK_VERBS
    | {"produce", "produce_secondary", "inspect", "request_collection", "plan_round", "visit"}
)


class NotCorrectable(CustodyError):
    """What is to be corrected is no event that can be."""

    code: ClassVar[str] = "not-correctable"
    default_do_zh: ClassVar[str] = "登记、计划、合同和决定请重新办理，以最新的为准。"
    default_do_en: ClassVar[str] = "Say a registration, plan, contract or decision anew instead."


def require_correctable(typ: str) -> None:
    """Refuse to correct an event of a verb that has nothing to correct.

    Raises:
        NotCorrectable
    """
    if typ not in CORRECTABLE:
        zh, en = (event_type(typ).zh, typ) if typ in VOCABULARY else ("台账自身的记录", typ)
        raise NotCorrectable(f"“{zh}”不能更正。", f"{en!r} is not corrected.", typ=typ)


def applies(touch: Touch, correction: Mapping[str, object]) -> bool:
    """True if the event says ``old`` there, and would be an event with ``new``.

    Args:
        touch: the event that is corrected, as it was signed. correction: the correction's body.
    """
    path, old, new = (str(correction[name]) for name in ("field", "old", "new"))
    if touch.typ not in CORRECTABLE:
        return False
    there = said(touch, path)
    if there is None or not same(path, there, old) or same(path, there, new):
        return False
    return reads(touch, {path: new}) is not None


def reads(touch: Touch, changes: Mapping[str, str]) -> Touch | None:
    """The event with these changes; None where they do not make an event together."""
    before = container_roles(touch.typ, touch.body)
    try:
        told = retold(touch, changes)
        parse_body(told.typ, told.body)
        after = container_roles(told.typ, told.body)
    except (CustodyError, ValueError, LookupError):
        return None
    # Two containers do not become one.
    return told if len(after) == len(before) else None


def who_must_agree(signer: str, corrector: str, touches: Iterable[Touch]) -> list[str]:
    """The signer, if somebody else corrects it; else any other party; nobody where there is none.

    Args:
        touches: what the ledger holds of the containers and the manifest of the event.
    """
    if signer != corrector:
        return [signer] if signer else []
    parties: set[str] = set()
    for touch in touches:
        parties.add(touch.org)
        for name in ("from_org", "platform"):
            if name in touch.body:
                parties.add(str(touch.body[name]))
    return sorted(parties - {corrector, ""})
