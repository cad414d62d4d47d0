"""The label of an issued container, filled from the ledger and the catalogue."""

from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.catalogue import shelf
from waste_trace.catalogue.lookup import Catalogue
from waste_trace.catalogue.short_name import good_names
from waste_trace.codes import digital_id
from waste_trace.errors import WasteTraceError
from waste_trace.labels.container import ContainerLabel
from waste_trace.labels.layout import Layout
from waste_trace.labels.medical import MedicalLabel, layout_medical_label
from waste_trace.labels.naming import layout_with_names
from waste_trace.labels.roll import RollLabel, layout_roll_label
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import sign_label
from waste_trace.services.trace_container import UnknownContainer
from waste_trace.store.tables import Batch, Container, Organisation
from waste_trace.store.writing import table_of

#: Where set-up puts the Chinese font: the system's folder, or beside the product without root.
FONT_PLACES = (
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path(__file__).parents[2] / ".local/root/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)
_DEFAULT_VOLUME_L = 200


class NoLabelFont(WasteTraceError):
    """No Chinese font is installed, so labels cannot be drawn."""

    code: ClassVar[str] = "no-label-font"
    default_do_zh = "请安装 fonts-wqy-microhei，或用 WASTE_TRACE_LABEL_FONT 指定 TrueType 字体。"
    default_do_en = "Install fonts-wqy-microhei, or name a TrueType font: WASTE_TRACE_LABEL_FONT."


def label_font(deployment: Deployment) -> Path:
    """The font that labels are set in.

    Raises:
        NoLabelFont
    """
    wanted = deployment.settings.label_font
    for place in (wanted,) if wanted else FONT_PLACES:
        if place.exists():
            return place
    raise NoLabelFont("没有可用的中文字体。", "There is no Chinese font.")


def house_catalogue(deployment: Deployment) -> Catalogue:
    """The packaged lists and those that this deployment imported.

    Raises:
        UnreadableEdition
    """
    return shelf.catalogue_with(deployment.settings.data_dir / shelf.FOLDER)


def layout_label(
    deployment: Deployment,
    code: str,
    *,
    contact: str = "",
    phone: str = "",
    remark: str = "",
    harmful: str = "",
) -> Layout:
    """The layout of a container's label, in its HJ 1276 size.

    A name that is too long, as the catalogue's descriptions are, is shortened where its sentence
    allows it; so a catalogue code never stands in the way of its label.

    Args:
        contact, phone: 联系人 and 联系方式; printed, and kept nowhere.
        harmful: 有害成分, which no event states; room to write by hand if empty.

    Raises:
        UnknownContainer, NoLabelFont, LabelError: a text does not fit or cannot be printed.
    """
    row = _read(deployment, code)
    parsed = digital_id.parse(code)
    catalogue = house_catalogue(deployment)
    edition = row["edition"] if row["edition"] in catalogue.editions else None
    entry = catalogue.find(str(parsed.waste), edition).entry
    description = entry.description if entry else ""
    label = ContainerLabel(
        digital_id=parsed,
        token_text=sign_label(deployment, parsed, row["rotation"]).text,
        waste_name=row["waste_name"] or description or str(parsed.waste),
        waste_code=parsed.waste,
        category=parsed.waste.category,
        form_zh=row["form"] or "",
        hazards=entry.hazards if entry else (),
        main_components=row["waste_name"] or "",
        harmful_components=harmful,
        precautions="防泄漏、防雨淋，远离火源",
        producer=row["name"] or str(parsed.unit),
        contact=contact,
        phone=phone,
        produced_on=parsed.day,
        weight_kg=row["declared_kg"],
        volume_l=Decimal(row["volume_l"] or _DEFAULT_VOLUME_L),
        remark=remark,
    )
    return layout_with_names(label, good_names(label.waste_name), label_font(deployment))


def layout_roll(deployment: Deployment, code: str) -> Layout:
    """A code for sticking on before anything else is known (先码后物).

    Raises:
        UnknownContainer, NoLabelFont
    """
    row, parsed = _read(deployment, code), digital_id.parse(code)
    token = sign_label(deployment, parsed, row["rotation"])
    return layout_roll_label(RollLabel(parsed, token.text), label_font(deployment))


def layout_medical(
    deployment: Deployment, code: str, department: str, *, remark: str = ""
) -> Layout:
    """The label of a bag or box of medical waste.

    Raises:
        UnknownContainer, NoLabelFont, LabelError: it is no medical waste, or words do not fit.
    """
    row, parsed = _read(deployment, code), digital_id.parse(code)
    entry = house_catalogue(deployment).find(str(parsed.waste)).entry
    label = MedicalLabel(
        digital_id=parsed,
        token_text=sign_label(deployment, parsed, row["rotation"]).text,
        kind_zh=entry.description if entry else row["waste_name"] or "",
        unit=row["name"] or str(parsed.unit),
        department=department,
        packed_on=parsed.day,
        weight_kg=row["declared_kg"],
        remark=remark,
    )
    return layout_medical_label(label, label_font(deployment))


def _read(deployment: Deployment, code: str) -> dict[str, Any]:
    container, batch, org = table_of(Container), table_of(Batch), table_of(Organisation)
    query = (
        select(
            container.c.rotation,
            container.c.declared_kg,
            container.c.volume_l,
            org.c.name,
            batch.c.waste_name,
            batch.c.form,
            batch.c.edition,
        )
        .outerjoin(org, org.c.org == container.c.unit)
        .outerjoin(batch, (batch.c.batch == container.c.batch) & (batch.c.org == container.c.unit))
        .where(container.c.container == code, container.c.issued)
    )
    with deployment.engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownContainer(
            f"容器 {code} 未在本台账赋码。", f"{code} was not issued here.", code=code
        )
    return dict(row)
