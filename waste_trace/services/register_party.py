"""Register organisations and sites: leaves of the registrar, so that a verifier knows them too."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection

from waste_trace.codes import region, uscc
from waste_trace.custody.errors import MalformedBody
from waste_trace.custody.vocabulary import KINDS
from waste_trace.services.deployment import Deployment
from waste_trace.services.plain_text import is_plain
from waste_trace.store.sequencer import Draft, Recorded


def register_organisation(
    deployment: Deployment, org: str, name: str, kinds: Sequence[str], region_code: str
) -> Recorded:
    """Write an organisation (单位) into the ledger. Raises as ``draft_organisation``."""
    return _register(deployment, draft_organisation(org, name, kinds, region_code))


def draft_organisation(org: str, name: str, kinds: Sequence[str], region_code: str) -> Draft:
    """What the registrar says of an organisation.

    Raises:
        InvalidCode: of the 统一社会信用代码 or the 行政区划. MalformedBody: an unknown kind.
    """
    uscc.parse(org)
    region.parse(region_code)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise MalformedBody(
            f"单位类型有误：{'、'.join(unknown) or '空'}。",
            f"Not a kind of organisation: {', '.join(unknown) or 'none given'}.",
            allowed=list(KINDS),
        )
    _require_plain(name=name)
    body: dict[str, object] = {
        "org": org,
        "name": name,
        "kinds": list(kinds),
        "region": region_code,
    }
    return Draft("org.register", body)


def register_site(
    deployment: Deployment,
    site: str,
    org: str,
    name: str,
    kind: str,
    capacity_kg: Decimal | None = None,
    position: tuple[Decimal, Decimal] | None = None,
) -> Recorded:
    """Write a site (贮存库, 贮存点, 处置设施 ...) of an organisation into the ledger."""
    return _register(deployment, draft_site(site, org, name, kind, capacity_kg, position))


def draft_site(
    site: str,
    org: str,
    name: str,
    kind: str,
    capacity_kg: Decimal | None = None,
    position: tuple[Decimal, Decimal] | None = None,
) -> Draft:
    """What the registrar says of a site.

    Args:
        position: latitude and longitude in decimal degrees (WGS 84).

    Raises:
        MalformedBody: a text, weight or position that cannot be one.
    """
    body: dict[str, object] = {"site": site, "org": org, "name": name, "kind": kind}
    _require_plain(site=site, name=name, kind=kind)
    if capacity_kg is not None:
        _require_weight(capacity_kg)
        body["capacity_kg"] = f"{capacity_kg:f}"
    if position is not None:
        _require_position(*position)
        body["latitude"], body["longitude"] = (f"{degrees:f}" for degrees in position)
    return Draft("site.register", body)


def _require_plain(**texts: str) -> None:
    bad = [name for name, text in texts.items() if not is_plain(text)]
    if bad:
        raise MalformedBody(
            f"登记内容为空、过长或含控制字符：{'、'.join(bad)}。",
            f"Empty, too long, or with control characters: {', '.join(bad)}.",
            fields=bad,
        )


def _require_position(latitude: Decimal, longitude: Decimal) -> None:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise MalformedBody(
            f"经纬度 {latitude}, {longitude} 有误。",
            f"{latitude}, {longitude} is no place on earth.",
            fields=["latitude", "longitude"],
        )


def _require_weight(weight_kg: Decimal) -> None:
    if not 0 <= weight_kg < 10**9 or weight_kg * 1000 % 1:
        raise MalformedBody(
            f"贮存能力 {weight_kg} kg 有误，最小单位为克。",
            f"{weight_kg} kg is no capacity; the smallest unit is a gram.",
            fields=["capacity_kg"],
        )


def _register(deployment: Deployment, draft: Draft) -> Recorded:
    def build(_: Connection) -> Sequence[Draft]:
        return [draft]

    return deployment.sequencer.compose("registrar", build)[0]
