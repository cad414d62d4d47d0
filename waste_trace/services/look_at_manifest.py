"""One manifest folded from the ledger: its fields with their seals, and what one may do with it."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from waste_trace.custody.actions import Action
from waste_trace.custody.fold import Touch
from waste_trace.custody.manifest import fold_manifest
from waste_trace.custody.manifest_actions import manifest_actions
from waste_trace.custody.manifest_fields import FieldState, field_states
from waste_trace.services.deployment import Deployment
from waste_trace.services.render_manifest import UnknownManifest
from waste_trace.services.sign_in import Person
from waste_trace.services.visible import visible_manifests
from waste_trace.store.projector.histories import Histories
from waste_trace.store.tables import CorrectionRow, EventIndex, Manifest
from waste_trace.store.writing import table_of


def list_manifest_actions(deployment: Deployment, person: Person, number: str) -> list[Action]:
    """Every verb with whether it is expected of the person's organisation now, and why not.

    Raises:
        UnknownManifest: there is none, or none that this person sees.
    """
    touches, state = _read(deployment, person, number)
    # Whether it is closed depends on its containers; the projector has looked at them.
    present = replace(fold_manifest(touches), state=state)
    organisation = deployment.sequencer.registry.organisations.get(person.org)
    kinds = frozenset(organisation.kinds if organisation else ())
    return manifest_actions(kinds, person.org, present)


def list_manifest_fields(deployment: Deployment, person: Person, number: str) -> list[FieldState]:
    """Every field with who filled it and what sealed it.

    Raises:
        UnknownManifest: there is none, or none that this person sees.
    """
    touches, _ = _read(deployment, person, number)
    return list(field_states(touches))


def list_corrections(deployment: Deployment, person: Person, number: str) -> list[dict[str, Any]]:
    """The corrections of the manifest's events, the newest first, with the verb that they correct.

    Raises:
        UnknownManifest
    """
    require_visible(deployment, person, number)
    correction, event = table_of(CorrectionRow), table_of(EventIndex)
    query = (
        select(correction, event.c.typ)
        .join(event, event.c.idx == correction.c.corrects)
        .where(event.c.manifest == number)
        .order_by(correction.c.idx.desc())
    )
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def require_visible(deployment: Deployment, person: Person, number: str) -> None:
    """Refuse a manifest that this person does not see.

    Raises:
        UnknownManifest
    """
    _read(deployment, person, number)


def _read(deployment: Deployment, person: Person, number: str) -> tuple[list[Touch], str]:
    table = table_of(Manifest)
    query = select(table.c.state).where(table.c.manifest == number, visible_manifests(person))
    with deployment.engine.connect() as connection:
        state = connection.execute(query).scalar()
        if state is None:
            raise UnknownManifest(
                f"没有联单 {number}。", f"There is no manifest {number}.", manifest=number
            )
        return Histories(connection).manifest(number), str(state)
