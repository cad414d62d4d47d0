"""Write a manifest at the desk: for containers that one holds, or for loose waste (散装)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.catalogue.short_name import good_names
from waste_trace.codes import manifest_number
from waste_trace.custody.errors import CustodyError
from waste_trace.custody.manifest_forms import manifest_forms
from waste_trace.custody.states import State
from waste_trace.custody.vocabulary import parse_body
from waste_trace.services.deployment import Deployment
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.record_at_desk import record_at_desk
from waste_trace.services.render_label import house_catalogue
from waste_trace.services.sign_in import Person
from waste_trace.store.tables import Batch, Container
from waste_trace.store.writing import table_of

#: Full, at home, and not on its way already.
_READY = (State.FILLED, State.COLLECTED, State.STORED, State.OUT, State.ACCEPTED, State.RETURNED)
_MOST = 200


class NothingToSend(CustodyError):
    """No container was chosen that one holds and whose weight is known."""

    code: ClassVar[str] = "nothing-to-send"
    default_do_zh = "请选择由本单位保管、已称重的容器，或填写散装废物。"
    default_do_en = "Choose containers that you hold and that have been weighed, or name wastes."


def list_ready(deployment: Deployment, person: Person) -> list[dict[str, Any]]:
    """Containers that the person's organisation holds and could send, with what is in them."""
    container, batch = table_of(Container), table_of(Batch)
    query = (
        select(
            container.c.container,
            container.c.waste_code,
            container.c.content_kg,
            batch.c.waste_name,
            batch.c.edition,
            batch.c.form,
        )
        .outerjoin(batch, (batch.c.batch == container.c.batch) & (batch.c.org == container.c.unit))
        .where(
            container.c.holder == person.org,
            container.c.state.in_([state.value for state in _READY]),
            container.c.content_kg.is_not(None),
        )
        .order_by(container.c.waste_code, container.c.container)
        .limit(_MOST)
    )
    with deployment.engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def write_manifest(
    deployment: Deployment,
    person: Person,
    containers: Sequence[str],
    parties: tuple[str, str],
    **more: Any,
) -> str:
    """Number a manifest, write it and return its number.

    Args:
        parties: carrier and receiver. more: other fields of the body (plate, method, transfer).

    Raises:
        NothingToSend, NotPermitted, MalformedBody, TransferRefused, LedgerBusy
    """
    ready = {row["container"]: row for row in list_ready(deployment, person)}
    chosen = [ready[code] for code in containers if code in ready]
    if not chosen:
        raise NothingToSend("没有可转移的容器。", "There is nothing to send.")
    body = {
        "containers": [row["container"] for row in chosen],
        "manifest": number_manifest(deployment, person.org, deployment.now().year),
        "carrier": parties[0],
        "receiver": parties[1],
        "lines": _lines(deployment, chosen),
        **{name: value for name, value in more.items() if value},
    }
    record_at_desk(deployment, person, "open_manifest", body)
    return str(body["manifest"])


def write_loose_manifest(
    deployment: Deployment,
    person: Person,
    wastes: Sequence[tuple[str, str]],
    parties: tuple[str, str],
    *,
    site: str = "",
    **more: Any,
) -> str:
    """Number a manifest of loose waste (散装), write it and return its number.

    Args:
        wastes: code and kilograms of each line. parties: carrier and receiver.
        site: where the heaps lie. more: other fields of the body (plate, method).

    Raises:
        NothingToSend, NotPermitted, MalformedBody, TransferRefused, LedgerBusy
    """
    if not wastes:
        raise NothingToSend("没有可转移的废物。", "There is nothing to send.")
    catalogue = house_catalogue(deployment)
    lines, solid = [], True
    for code, weight_kg in wastes:
        found = catalogue.find(code)
        name = good_names(found.entry.description)[0] if found.entry else found.code
        line = {"waste_code": found.code, "edition": found.edition, "waste_name": name}
        lines.append({**line, "weight_kg": weight_kg, "packages": 0})
        solid = solid and manifest_forms()["solid"].takes(found.code)
    year, region = deployment.now().year, deployment.settings.region_code
    # Checked before a number is taken: one that nothing is written on would stand there for ever.
    unused = str(manifest_number.build(year, region[:2], region[2:4], 0))
    body = {
        "manifest": unused,
        "kind": "solid" if solid else "hazardous",
        "carrier": parties[0],
        "receiver": parties[1],
        "lines": lines,
        **{name: value for name, value in more.items() if value},
    }
    parse_body("open_manifest", body)
    body["manifest"] = number_manifest(deployment, person.org, year)
    record_at_desk(deployment, person, "open_manifest", body, site=site)
    return str(body["manifest"])


def _lines(deployment: Deployment, chosen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each waste: count and weight of its containers, words of the catalogue."""
    catalogue = house_catalogue(deployment)
    lines: dict[str, dict[str, Any]] = {}
    sums: dict[str, Decimal] = {}
    for row in chosen:
        code = row["waste_code"]
        found = catalogue.find(code)
        entry = found.entry
        line = lines.setdefault(
            code,
            {
                "waste_code": code,
                "edition": row["edition"] or found.edition,
                "waste_name": row["waste_name"] or (entry.category_name if entry else code),
                "form": row["form"] or "",
                "hazards": [hazard.value for hazard in entry.hazards] if entry else [],
                "packages": 0,
            },
        )
        line["packages"] += 1
        sums[code] = sums.get(code, Decimal(0)) + row["content_kg"]
    return [{**line, "weight_kg": f"{sums[code]:.3f}"} for code, line in lines.items()]
