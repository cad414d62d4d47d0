"""Give out 14-digit manifest numbers (转移管理办法 art. 15): running within city and year.

The numbers have a key of their own: a bundle must carry all that the registrar said, and would
otherwise tell everybody how many manifests others have.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from waste_trace.codes import manifest_number, uscc
from waste_trace.services.deployment import Deployment
from waste_trace.services.open_ledger import enrol_service
from waste_trace.store.sequencer import Draft
from waste_trace.store.tables import EventIndex
from waste_trace.store.writing import table_of

AUTHOR = "numbering"


def number_manifest(deployment: Deployment, org: str, year: int) -> str:
    """The next number of the bureau's city, reserved for ``org`` by a leaf."""
    uscc.parse(org)
    region_code = deployment.settings.region_code
    numbers: list[str] = []

    def build(connection: Connection) -> Sequence[Draft]:
        numbers.clear()
        first = str(manifest_number.build(year, region_code[:2], region_code[2:4], 1))
        prefix = first[:-6]
        event = table_of(EventIndex)
        greatest = connection.execute(
            select(func.max(event.c.manifest)).where(
                event.c.typ == "number_manifest",
                event.c.manifest.between(f"{prefix}000000", f"{prefix}999999"),
            )
        ).scalar()
        running = int(str(greatest)[-6:]) + 1 if greatest else 1
        number = manifest_number.build(year, region_code[:2], region_code[2:4], running)
        numbers.append(str(number))
        return [Draft("number_manifest", {"manifest": str(number), "org": org})]

    enrol_service(deployment, AUTHOR)
    deployment.sequencer.compose(AUTHOR, build)
    return numbers[0]
