"""Since when waste has been with who has it (贮存起始): through every container that it was in.

Pouring waste into another container is no new beginning while it stays with one organisation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waste_trace.custody.movements import Kind

#: With these waste came to its holder; moving within a holder is no new beginning.
ARRIVALS = frozenset({Kind.PRODUCED, Kind.OPENING, Kind.RECEIVED, Kind.PACKED, Kind.FOUND})


@dataclass(frozen=True, slots=True)
class Arrival:
    """Waste came into a container, or (``DISPATCHED``) the container left: one booking of it.

    Attributes:
        at: when; for opening stock since when it had stood there.
    """

    kind: Kind
    org: str
    idx: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Beginning:
    """The oldest waste in a container: since when, by which entry, and in which container then."""

    at: datetime
    idx: int
    container: str


def beginning(
    container: str,
    org: str,
    arrivals: Mapping[str, Sequence[Arrival]],
    inputs: Mapping[tuple[str, int], Sequence[str]],
) -> Beginning | None:
    """The beginning of a container's stay with an organisation, or None where it has none.

    Args:
        arrivals: of the container and of all that went into it, each in the order of its fold.
        inputs: by container and event, the containers that were poured into it.
    """
    found: list[Beginning] = []
    seen, left = {container}, [container]
    while left:
        code = left.pop()
        for one in stay(arrivals.get(code, ()), org):
            sources = inputs.get((code, one.idx), ()) if one.kind is Kind.PACKED else ()
            known = [source for source in sources if stay(arrivals.get(source, ()), org)]
            if not known:
                found.append(Beginning(one.at, one.idx, code))
            left += [source for source in known if source not in seen]
            seen.update(known)
    return min(found, key=lambda one: (one.at, one.idx, one.container), default=None)


def stay(arrivals: Sequence[Arrival], org: str) -> list[Arrival]:
    """What came to the organisation since the container last left it."""
    own = [one for one in arrivals if one.org == org]
    came = [one for one in own if one.kind is not Kind.DISPATCHED]
    left = max((place for place, one in enumerate(own) if one.kind is Kind.DISPATCHED), default=-1)
    # Who has it though the last thing on its books is that it left: when it came is what is known.
    return [one for one in own[left + 1 :] if one.kind is not Kind.DISPATCHED] or came[-1:]
