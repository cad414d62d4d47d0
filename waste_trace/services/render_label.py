"""The label of an issued container, filled from the ledger and the catalogue."""

from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select

from waste_trace.catalogue.lookup import packaged
from waste_trace.codes import digital_id
from waste_trace.errors import WasteTraceError
from waste_trace.labels.container import ContainerLabel
from waste_trace.labels.container_layout import layout_container_label
from waste_trace.labels.layout import Layout
from waste_trace.services.deployment import Deployment
from waste_trace.services.issue_labels import sign_label
from waste_trace.services.open_ledger import CATALOGUE_EDITION
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


def layout_label(
    deployment: Deployment, code: str, *, contact: str = "", phone: str = "", remark: str = ""
) -> Layout:
    """The layout of a container's label, in its HJ 1276 size.

    Args:
        contact, phone: 联系人 and 联系方式; printed, and kept nowhere.

    Raises:
        UnknownContainer, NoLabelFont, LabelError: a text does not fit or cannot be printed.
    """
    row = _read(deployment, code)
    parsed = digital_id.parse(code)
    entry = packaged().find(str(parsed.waste), row["edition"] or CATALOGUE_EDITION).entry
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
        harmful_components="",
        precautions="防泄漏、防雨淋，远离火源",
        producer=row["name"] or str(parsed.unit),
        contact=contact,
        phone=phone,
        produced_on=parsed.day,
        weight_kg=row["declared_kg"],
        volume_l=Decimal(row["volume_l"] or _DEFAULT_VOLUME_L),
        remark=remark,
    )
    return layout_container_label(label, label_font(deployment))


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
