"""What travels with a manifest on paper: the manifest itself and the label of its bundle."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.codes import digital_id, manifest_number
from waste_trace.custody.manifest_progress import PROGRESS_ZH
from waste_trace.errors import WasteTraceError
from waste_trace.labels.bundle import BundleLabel, layout_bundle_label
from waste_trace.labels.layout import Layout
from waste_trace.labels.manifest import Carriage, Party, PrintedManifest, WasteLine
from waste_trace.labels.manifest_page import layout_manifest
from waste_trace.services.deployment import Deployment
from waste_trace.services.prove import prove_event
from waste_trace.services.render_label import house_catalogue, label_font
from waste_trace.store.tables import Manifest, Organisation
from waste_trace.store.writing import table_of

_KG_PER_TONNE = 1000


class UnknownManifest(WasteTraceError):
    """The ledger has no manifest of this number."""

    code: ClassVar[str] = "unknown-manifest"
    default_do_zh = "请核对14位联单编号。"
    default_do_en = "Check the 14 digits of the manifest number."


def layout_manifest_pages(deployment: Deployment, number: str) -> list[Layout]:
    """The manifest on A4, with the receipt of its newest event.

    The ledger does not hold addresses, people or licences: they stay blank, to write by hand.

    Raises:
        InvalidCode, UnknownManifest, NoLabelFont, LabelError
    """
    parsed = manifest_number.parse(number)
    row, names = _read(deployment, number)
    catalogue = house_catalogue(deployment)
    lines = []
    for line in json.loads(row["lines"]):
        edition = line["edition"] if line["edition"] in catalogue.editions else None
        entry = catalogue.find(line["waste_code"], edition).entry
        lines.append(
            WasteLine(
                name=line["waste_name"],
                code=line["waste_code"],
                tonnes=Decimal(line["weight_kg"]) / _KG_PER_TONNE,
                packages=int(line["packages"]),
                hazards=",".join(entry.hazards) if entry else "",
            )
        )
    page = PrintedManifest(
        number=parsed,
        sender=_party(row["sender"], names),
        carrier=_party(row["carrier"], names),
        receiver=_party(row["receiver"], names),
        lines=tuple(lines),
        carriage=Carriage(plate=row["vehicle_plate"]),
        containers=_containers(row),
        receipt=prove_event(deployment, row["last_idx"]),
        state_zh=PROGRESS_ZH[row["state"]],
    )
    return layout_manifest(page, label_font(deployment))


def layout_bundle(deployment: Deployment, number: str) -> Layout:
    """The label of all containers of a manifest together.

    Raises:
        InvalidCode, UnknownManifest, NoLabelFont, LabelError
    """
    parsed = manifest_number.parse(number)
    row, names = _read(deployment, number)
    weight = row["dispatched_kg"] or row["planned_kg"]
    label = BundleLabel(
        manifest=parsed,
        sender=_party(row["sender"], names).name,
        receiver=_party(row["receiver"], names).name,
        carrier=_party(row["carrier"], names).name,
        vehicle=row["vehicle_plate"],
        containers=_containers(row),
        total_kg=Decimal(weight or 0),
    )
    return layout_bundle_label(label, label_font(deployment))


def _party(org: str, names: Mapping[str, str]) -> Party:
    return Party(names.get(org, org), org)


def _containers(row: Mapping[str, Any]) -> tuple[digital_id.DigitalId, ...]:
    return tuple(digital_id.parse(code) for code in json.loads(row["containers"]))


def _read(deployment: Deployment, number: str) -> tuple[dict[str, Any], dict[str, str]]:
    table, org = table_of(Manifest), table_of(Organisation)
    with deployment.engine.connect() as connection:
        row = connection.execute(select(table).where(table.c.manifest == number)).mappings().first()
        if row is None:
            raise UnknownManifest(
                f"台账没有联单 {number}。", f"There is no manifest {number}.", manifest=number
            )
        parties = (row["sender"], row["carrier"], row["receiver"])
        names = connection.execute(select(org.c.org, org.c.name).where(org.c.org.in_(parties)))
        return dict(row), {code: name for code, name in names}
