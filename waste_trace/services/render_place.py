"""Stickers for what stands still or drives: sites, points, zones, vehicles, cameras, people.

设施贴码, 产废生码, 过程扫码: a place's code is signed by the issuer of containers' labels, so a
handheld tells offline that the place is what its sticker says.
"""

from collections.abc import Mapping

from waste_trace.codes.place_token import PlaceKind, PlaceToken, sign, spell_subject
from waste_trace.labels.layout import Layout
from waste_trace.labels.sticker import Sticker, layout_sticker
from waste_trace.services.deployment import Deployment
from waste_trace.services.render_label import label_font

HEADINGS: Mapping[PlaceKind, str] = {
    PlaceKind.SITE: "场所码",
    PlaceKind.FACILITY: "设施码",
    PlaceKind.POINT: "产废点码",
    PlaceKind.ZONE: "贮存分区码",
    PlaceKind.VEHICLE: "车辆码",
    PlaceKind.CAMERA: "摄像机码",
    PlaceKind.SCALE: "衡器码",
    PlaceKind.PERSON: "人员码",
}


def sign_place(deployment: Deployment, kind: PlaceKind, subject: str) -> PlaceToken:
    """The signed code of a place; the same place gives the same text.

    Args:
        subject: its identifier as people write it (浙F7K21挂, TS001, a pseudonym usr_...).

    Raises:
        InvalidCode: the identifier is not one of its kind.
    """
    issuer = deployment.service_key("issuer")
    return sign(kind, spell_subject(kind, subject), issuer, deployment.settings.label_host)


def layout_place(deployment: Deployment, kind: PlaceKind, subject: str, name: str) -> Layout:
    """The sticker of a place, 80 x 50 mm.

    Args:
        name: what people call it; printed, and kept nowhere.
    """
    token = sign_place(deployment, kind, subject)
    lines = tuple(line for line in (name, subject) if line)
    sticker = Sticker(token.text, HEADINGS[kind], lines)
    return layout_sticker(sticker, label_font(deployment))
