"""What travels with a manifest on paper: the manifest itself and the label of its bundle."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.codes import digital_id, manifest_number
from waste_trace.custody.manifest_forms import manifest_forms
from waste_trace.custody.manifest_parts import DIFFERENCE_ZH
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
_SHANGHAI = timezone(timedelta(hours=8))
_DECISION_ZH = {"": "", "accept": "接受", "part": "部分接受", "refuse": "拒绝接受"}


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
    outcomes = json.loads(row["outcomes"])
    lines = []
    for line, outcome in zip(json.loads(row["lines"]), outcomes, strict=True):
        edition = line["edition"] if line["edition"] in catalogue.editions else None
        entry = catalogue.find(line["waste_code"], edition).entry
        lines.append(
            WasteLine(
                name=line["waste_name"],
                code=line["waste_code"],
                tonnes=Decimal(line["weight_kg"]) / _KG_PER_TONNE,
                packages=int(line["packages"]),
                hazards=",".join(line.get("hazards") or (entry.hazards if entry else ())),
                form=line.get("form", ""),
                harmful=line.get("harmful", ""),
                package_zh=line.get("packaging", ""),
                received_tonnes=_tonnes(outcome["received_kg"]),
                decision=_DECISION_ZH[outcome["decision"]],
                method=outcome["method"],
            )
        )
    onward = [part for part in json.loads(row["carriers"]) if not part["back"]]
    carriers = [_party(part["org"], names) for part in onward]
    parts = [_carriage(part) for part in onward]
    form = manifest_forms()[row["kind"]]
    page = PrintedManifest(
        title=form.zh,
        licence=form.licence_zh,
        number=parsed,
        sender=_party(row["sender"], names),
        carrier=carriers[0] if carriers else _party(row["carrier"], names),
        receiver=_party(row["receiver"], names),
        lines=tuple(lines),
        carriage=parts[0] if parts else Carriage(plate=row["vehicle_plate"]),
        further=tuple(zip(carriers[1:], parts[1:], strict=True)),
        containers=_containers(row),
        receipt=prove_event(deployment, row["last_idx"]),
        handed_over=_clock(row["opened_at"]),
        received=_clock(row["confirmed_at"]),
        difference=_difference(json.loads(row["decisions"])),
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


def _carriage(part: Mapping[str, Any]) -> Carriage:
    return Carriage(
        plate=part["plate"],
        start=part["start"],
        end=part["end"],
        way="、".join(one["place"] for one in part["waypoints"] if one["place"]),
        departed=_clock(part["started_at"]),
        arrived=_clock(part["ended_at"]),
    )


def _difference(decisions: Mapping[str, Any]) -> str:
    """The receiver's answer; blank until there is one."""
    if not decisions:
        return ""
    names = dict.fromkeys(name for one in decisions.values() for name in one["differences"])
    return "是：" + "、".join(DIFFERENCE_ZH[name] for name in names) if names else "否"


def _tonnes(received_kg: str | None) -> Decimal | None:
    return None if received_kg is None else Decimal(received_kg) / _KG_PER_TONNE


def _clock(moment: datetime | str | None) -> str:
    """A time as a clock in Shanghai shows it, or blank."""
    if moment is None:
        return ""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")


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
        parties = [row["sender"], row["carrier"], row["receiver"]]
        parties += [part["org"] for part in json.loads(row["carriers"])]
        names = connection.execute(select(org.c.org, org.c.name).where(org.c.org.in_(parties)))
        return dict(row), {code: name for code, name in names}
