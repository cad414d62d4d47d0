"""On the road (装车, 起运, 途经, 交接, 接运, 运抵, 退运)."""

from typing import Literal

from waste_trace.custody.bodies.fields import (
    DegreesText,
    KilogramText,
    ManifestBody,
    OrgCode,
    Paper,
    Plate,
    Pseudonym,
    Text,
)


class TransportBody(ManifestBody):
    """装车, 起运, 运抵, 退运: the carrier's part of the manifest.

    ``place``: 运输起点 where it is loaded, 经由地 on the way, 运输终点 where it arrives.
    """

    vehicle_plate: Plate = ""
    weight_kg: KilogramText | None = None
    place: Text = ""
    paper: Paper | None = None


class LoadBody(TransportBody):
    """装车: who drives and who escorts it (驾驶员、押运员), by their pseudonyms."""

    driver: Pseudonym | Literal[""] = ""
    escort: Pseudonym | Literal[""] = ""


class WaypointBody(TransportBody):
    """途经: where the vehicle is (转移管理办法 art. 11: the carrier records the track)."""

    latitude: DegreesText
    longitude: DegreesText


class HandOverBody(TransportBody):
    """交接: to the next carrier, ``to_org`` (联运, art. 17)."""

    to_org: OrgCode


class TakeOverBody(LoadBody):
    """接运: from the carrier before, ``from_org``."""

    from_org: OrgCode
