"""Files as people send them, and an import of one."""

from tests.cast import BUREAU, KINDS, person
from tests.catalogue.workbooks import comma
from waste_trace.services.deployment import Deployment
from waste_trace.services.imports.run import Imported, run_import
from waste_trace.services.sign_in import Person

NEW = "91330100716105852F"
OTHER_NEW = "914403001922038216"


def somebody(org: str) -> Person:
    """A person of an organisation; the bureau's is its administrator."""
    found = person(org)
    return Person(**{**{name: getattr(found, name) for name in found.__slots__},
                     "admin": KINDS[org] == "regulator"})  # fmt: skip


def bring(
    deployment: Deployment,
    kind: str,
    head: str,
    *rows: str,
    org: str = BUREAU,
    dry_run: bool = False,
) -> Imported:
    """Import a CSV whose cells are written with | between them."""
    data = comma([line.split("|") for line in (head, *rows)])
    return run_import(deployment, somebody(org), kind, data, dry_run=dry_run)


def problems(done: Imported) -> list[tuple[str, str]]:
    """Cell and Chinese sentence of each problem."""
    return [(one.cell, one.zh) for one in done.problems]
