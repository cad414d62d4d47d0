"""When a correction (更正) is one, and who must agree before it counts."""

from collections.abc import Iterable, Mapping

from waste_trace.custody.errors import CustodyError
from waste_trace.custody.fold import Touch
from waste_trace.custody.vocabulary import parse_body


def applies(typ: str, said: Mapping[str, object], correction: Mapping[str, object]) -> bool:
    """True if the event says ``old`` there, and would be an event with ``new``.

    Args:
        typ, said: the event that is corrected, and its body. correction: the correction's body.
    """
    field = str(correction["field"])
    if str(said.get(field, "")) != correction["old"]:
        return False
    try:
        parse_body(typ, {**said, field: correction["new"]})
    except CustodyError:
        return False
    return True


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
        if "from_org" in touch.body:
            parties.add(str(touch.body["from_org"]))
    return sorted(parties - {corrector, ""})
