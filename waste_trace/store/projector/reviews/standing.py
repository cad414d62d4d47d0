"""What the reviews mean by waste that stands somewhere, and who keeps it for others."""

from sqlalchemy import select

from waste_trace.custody.states import State
from waste_trace.custody.vocabulary import PLATFORM, TREATMENT
from waste_trace.store.projector.work import Work
from waste_trace.store.tables import Organisation
from waste_trace.store.writing import table_of

#: States in which a container with waste stands with its holder.
STANDING = (
    State.FILLED,
    State.COLLECTED,
    State.STORED,
    State.OUT,
    State.ARRIVED,
    State.WEIGHED,
    State.ACCEPTED,
    State.REJECTED,
    State.RETURNED,
)
#: States in which an organisation has waste in hand, on the road too.
IN_HAND = (*STANDING, State.LOADED, State.IN_TRANSIT, State.HANDED_OVER, State.RETURNING)


def operators(work: Work) -> set[str]:
    """Organisations that keep waste of others: platforms and treatment plants."""
    table = table_of(Organisation)
    kinds = {PLATFORM, TREATMENT}
    rows = work.connection.execute(select(table.c.org, table.c.kinds))
    return {org for org, said in rows if kinds & set(said.split(","))}
