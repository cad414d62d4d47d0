"""What a person's organisation may do with a container now, and why not the rest."""

from sqlalchemy import select

from waste_trace.custody.actions import Action, actions
from waste_trace.custody.states import State
from waste_trace.services.deployment import Deployment
from waste_trace.services.sign_in import Person
from waste_trace.services.trace_container import UnknownContainer
from waste_trace.services.visible import visible_containers
from waste_trace.store.tables import Container
from waste_trace.store.writing import table_of


def list_actions(deployment: Deployment, person: Person, code: str) -> list[Action]:
    """Every verb with whether it is expected.

    A transporter or receiver sees a container only from its first event on; the verb with which
    it takes it over comes before that, and is the handheld's to offer.

    Raises:
        UnknownContainer: there is none, or none that this person sees.
    """
    table = table_of(Container)
    query = select(table.c.state, table.c.holder).where(
        table.c.container == code, visible_containers(person)
    )
    with deployment.engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise UnknownContainer(f"没有容器 {code}。", f"There is no container {code}.", code=code)
    organisation = deployment.sequencer.registry.organisations.get(person.org)
    kinds = frozenset(organisation.kinds if organisation else ())
    return actions(kinds, person.org, State(row.state), row.holder)
