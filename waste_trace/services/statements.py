"""What was said in words (说明): beside the ledger, where it can be erased; showings are recorded.

Who may read it is asked by whoever calls: the steps of a finding are read by whoever sees it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from waste_trace.custody.bodies.findings import STATEMENT
from waste_trace.services.deployment import Deployment
from waste_trace.services.disclose import READ, open_disclosures
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import DisclosureRow
from waste_trace.store.writing import table_of, write_transaction


class Kept(StrEnum):
    """What has become of what was said. NOTHING: no word was."""

    NOTHING = ""
    SHOWN = "shown"
    ERASED = "erased"
    ABSENT = "absent"  # it never came here, or was lost with the tables beside the ledger


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said in one event, as far as it is kept."""

    text: str = ""
    kept: Kept = Kept.NOTHING


def read_statements(
    deployment: Deployment, person: Person, steps: Iterable[Mapping[str, Any]]
) -> dict[int, Statement]:
    """The statement of each step (by its ledger index) that has one.

    Args:
        person: who sees the finding. steps: rows of `FindingStep`.
    """
    places = [step["idx"] for step in steps if step["digests"]]
    return read_words(deployment, person, STATEMENT, places)


def read_words(
    deployment: Deployment, person: Person, name: str, places: Collection[int]
) -> dict[int, Statement]:
    """The words called ``name`` of events that have some, by the events' ledger index.

    Args:
        person: who may see them. places: the events' indices.
    """
    if not places:
        return {}
    row = table_of(DisclosureRow)
    where = row.c.idx.in_(places) & (row.c.name == name)
    found = dict.fromkeys(places, Statement(kept=Kept.ABSENT))
    with write_transaction(deployment.engine) as connection:
        gone = select(row.c.idx).where(where, row.c.erased_at.is_not(None))
        for idx in connection.execute(gone).scalars():
            found[idx] = Statement(kept=Kept.ERASED)
        for idx, disclosure in open_disclosures(deployment, connection, person, where, READ):
            found[idx] = Statement(disclosure.value, Kept.SHOWN)
    return found
