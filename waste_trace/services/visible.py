"""Who may see what: one condition for each kind of record, built here and nowhere else.

A regulator sees the whole district. Everybody else sees what their organisation has had a part in;
what is foreign is not there (404), it is not forbidden.
"""

from sqlalchemy import ColumnElement, or_, select, true

from waste_trace.custody.vocabulary import REGULATOR
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import (
    Batch,
    Container,
    ContainerEvent,
    Device,
    EventIndex,
    Finding,
    FindingStep,
    Frame,
    Manifest,
    ManifestParty,
    MovementRow,
)
from waste_trace.store.writing import table_of


def visible_containers(person: Person) -> ColumnElement[bool]:
    """Containers of one's own unit, in one's hands, or that one has signed an event of."""
    if person.role == REGULATOR:
        return true()
    container, event, link = table_of(Container), table_of(EventIndex), table_of(ContainerEvent)
    touched = (
        select(link.c.container)
        .join(event, event.c.idx == link.c.idx)
        .where(event.c.org == person.org)
    )
    return or_(
        container.c.unit == person.org,
        container.c.holder == person.org,
        container.c.container.in_(touched),
    )


def visible_batches(person: Person) -> ColumnElement[bool]:
    """Production batches of one's own organisation."""
    return true() if person.role == REGULATOR else table_of(Batch).c.org == person.org


def visible_books(person: Person) -> ColumnElement[bool]:
    """Bookings on one's own organisation's accounts."""
    return true() if person.role == REGULATOR else table_of(MovementRow).c.org == person.org


def visible_manifests(person: Person) -> ColumnElement[bool]:
    """Manifests that one's organisation is a party of."""
    if person.role == REGULATOR:
        return true()
    party = table_of(ManifestParty)
    named = select(party.c.manifest).where(party.c.org == person.org)
    return table_of(Manifest).c.manifest.in_(named)


def visible_findings(person: Person) -> ColumnElement[bool]:
    """Findings on one's own organisation."""
    return true() if person.role == REGULATOR else table_of(Finding).c.org == person.org


def visible_frames(person: Person) -> ColumnElement[bool]:
    """Pictures of one's own cameras."""
    return true() if person.role == REGULATOR else table_of(Frame).c.org == person.org


def visible_events(person: Person) -> ColumnElement[bool]:
    """Ledger entries that one's own organisation has signed."""
    return true() if person.role == REGULATOR else table_of(EventIndex).c.org == person.org


def visible_personal(person: Person) -> ColumnElement[bool]:
    """Events whose personal data one may read: as signer, or as a party of what they are about.

    That is a container, a manifest, a finding on one's organisation, or a device of one's own.

    To be used where the event index is selected from.
    """
    if person.role == REGULATOR:
        return true()
    event, link = table_of(EventIndex), table_of(ContainerEvent)
    container, manifest = table_of(Container), table_of(Manifest)
    ours = select(link.c.idx).join(container, container.c.container == link.c.container)
    numbers = select(manifest.c.manifest).where(visible_manifests(person))
    step, finding = table_of(FindingStep), table_of(Finding)
    device = table_of(Device)
    enrolled = select(device.c.enrolled_idx).where(device.c.org == person.org)
    told = select(step.c.idx).join(finding, finding.c.key == step.c.key)
    return or_(
        event.c.org == person.org,
        event.c.idx.in_(ours.where(visible_containers(person))),
        event.c.manifest.in_(numbers),
        event.c.idx.in_(told.where(visible_findings(person))),
        event.c.idx.in_(enrolled),
    )
