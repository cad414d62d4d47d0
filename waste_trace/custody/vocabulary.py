"""The event vocabulary: one row for each thing that can happen.

The verb of a row is its name everywhere: event type, service, route, command, handheld button.
``biz_step`` is the GS1 CBV 2.0 business step of the same thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from waste_trace.custody import bodies
from waste_trace.custody.errors import MalformedBody, NotPermitted, UnknownEventType

PRODUCER = "producer"
PLATFORM = "platform"
TRANSPORTER = "transporter"
TREATMENT = "treatment"
REGULATOR = "regulator"
KINDS = (PRODUCER, PLATFORM, TRANSPORTER, TREATMENT, REGULATOR)


@dataclass(frozen=True, slots=True)
class EventType:
    """A row of the vocabulary.

    Attributes:
        typ: the verb.
        zh, en: what people call it.
        biz_step: CBV business step.
        body: the model of its body.
        kinds: kinds of organisation that may say it; empty for the ledger's own services.
        needs: inputs that a handheld asks for beside the scan.
        service: the service key that alone may sign it, or "".
    """

    typ: str
    zh: str
    en: str
    biz_step: str
    body: type[bodies.Body]
    kinds: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    service: str = ""


def _of(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


_ROWS = (
    EventType("produce", "产生登记", "Register produced waste", "commissioning",
              bodies.ProduceBody, _of(PRODUCER, PLATFORM)),
    EventType("issue", "赋码", "Issue codes", "encoding", bodies.IssueBody, service="issuer"),
    EventType("reissue", "补发标签", "Reissue label", "encoding", bodies.ReissueBody,
              service="issuer"),
    EventType("fill", "装桶贴标", "Fill and label", "packing", bodies.FillBody,
              _of(PRODUCER, PLATFORM), ("containers", "batch", "weight_kg")),
    EventType("collect", "上门收集", "Collect at the door", "receiving", bodies.CollectBody,
              _of(PLATFORM), ("containers", "from_org", "weight_kg")),
    EventType("store_in", "入库", "Store in", "storing", bodies.StoreBody,
              _of(PRODUCER, PLATFORM, TREATMENT), ("containers", "site")),
    EventType("store_out", "出库", "Store out", "picking", bodies.StoreBody,
              _of(PRODUCER, PLATFORM, TREATMENT), ("containers", "site")),
    EventType("merge", "拼装", "Merge", "packing", bodies.MergeBody,
              _of(PLATFORM, TREATMENT), ("containers", "into", "weight_kg")),
    EventType("number_manifest", "联单取号", "Number a manifest", "encoding",
              bodies.ManifestNumberBody, service="numbering"),
    EventType("open_manifest", "填写联单", "Open manifest", "shipping", bodies.OpenManifestBody,
              _of(PRODUCER, PLATFORM)),
    EventType("load", "装车", "Load", "loading", bodies.TransportBody,
              _of(TRANSPORTER), ("containers", "manifest", "vehicle_plate")),
    EventType("depart", "起运", "Depart", "departing", bodies.TransportBody,
              _of(TRANSPORTER), ("containers", "manifest", "vehicle_plate")),
    EventType("arrive", "运抵", "Arrive", "arriving", bodies.TransportBody,
              _of(TRANSPORTER), ("containers", "manifest")),
    EventType("weigh_in", "过磅", "Weigh in", "inspecting", bodies.WeighInBody,
              _of(TREATMENT), ("containers", "manifest", "weight_kg")),
    EventType("accept", "接收", "Accept", "accepting", bodies.AcceptBody,
              _of(TREATMENT), ("containers", "manifest")),
    EventType("treat", "利用处置", "Treat", "destroying", bodies.TreatBody,
              _of(TREATMENT), ("containers", "method", "weight_kg")),
    EventType("bind_mark", "绑定远距标", "Bind far mark", "commissioning", bodies.BindMarkBody,
              _of(PRODUCER, PLATFORM, TREATMENT)),
    EventType("relabel", "换贴标签", "Relabel", "encoding", bodies.ContainersBody,
              _of(PRODUCER, PLATFORM, TRANSPORTER, TREATMENT), ("containers",)),
    EventType("void_label", "标签作废", "Void label", "decommissioning", bodies.VoidLabelBody,
              _of(PRODUCER, PLATFORM, TREATMENT), ("containers", "reason")),
    EventType("capture_frame", "监控抓拍", "Capture frame", "inspecting",
              bodies.CaptureFrameBody, _of(PRODUCER, PLATFORM, TREATMENT)),
    EventType("verify_frame", "画面核验", "Verify frame", "inspecting",
              bodies.VerifyFrameBody, service="vision"),
)  # fmt: skip

VOCABULARY: Mapping[str, EventType] = {row.typ: row for row in _ROWS}


def event_type(typ: str) -> EventType:
    """The row of a verb.

    Raises:
        UnknownEventType: the verb is not in the vocabulary.
    """
    row = VOCABULARY.get(typ)
    if row is None:
        raise UnknownEventType(
            f"未知的事件类型“{typ}”。", f"There is no event type {typ!r}.", typ=typ
        )
    return row


def parse_body(typ: str, body: Mapping[str, object]) -> bodies.Body:
    """The typed body of an event.

    Raises:
        UnknownEventType, MalformedBody: with each field that is wrong.
    """
    row = event_type(typ)
    try:
        return row.body.model_validate(dict(body))
    except ValidationError as error:
        fields = [
            {"field": ".".join(str(part) for part in problem["loc"]), "problem": problem["msg"]}
            for problem in error.errors(include_url=False, include_context=False)
        ]
        names = "、".join(field["field"] or "(body)" for field in fields)
        raise MalformedBody(
            f"“{row.zh}”事件的字段不合要求：{names}。",
            f"The fields of this {row.typ!r} event are not right: {names}.",
            typ=typ,
            fields=fields,
        ) from None


def require_permitted(typ: str, kinds: frozenset[str], service: str) -> None:
    """Refuse an event that its signer may not say.

    Args:
        typ: the verb.
        kinds: what the signing organisation is registered as.
        service: the device id of the signer if it is one of the ledger's services, or "".

    Raises:
        NotPermitted: the table says no.
    """
    row = event_type(typ)
    if row.service == service and (service or row.kinds & kinds):
        return
    raise NotPermitted(
        f"该单位不能登记“{row.zh}”。",
        f"This organisation may not record {row.typ!r}.",
        typ=typ,
        allowed=sorted(row.kinds),
        registered=sorted(kinds),
    )


def actions_for(kinds: frozenset[str]) -> list[EventType]:
    """The verbs that such an organisation's handheld offers, in the order of the life of waste."""
    return [row for row in _ROWS if row.kinds & kinds and row.needs]
