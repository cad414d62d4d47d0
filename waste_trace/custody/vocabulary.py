"""The event vocabulary: one row for each thing that can happen.

The verb of a row is its name everywhere: event type, service, route, command, handheld button.
``biz_step`` is the GS1 CBV 2.0 business step of the same thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from waste_trace.custody.bodies import (
    bulk,
    calendar,
    clients,
    collection,
    corrections,
    cross_province,
    division,
    findings,
    frames,
    inspections,
    labels,
    manifests,
    permits,
    plans,
    production,
    reception,
    rounds,
    routes,
    storage,
    transport,
    treatment,
)
from waste_trace.custody.bodies.fields import Body, ContainersBody
from waste_trace.custody.errors import MalformedBody, NotPermitted, UnknownEventType

PRODUCER = "producer"
PLATFORM = "platform"
TRANSPORTER = "transporter"
TREATMENT = "treatment"
REGULATOR = "regulator"
#: The service that signs what people say at the console.
DESK = "desk"
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
        desk: may also be said at the desk (窗口): by a signed-in person, without a device.
    """

    typ: str
    zh: str
    en: str
    biz_step: str
    body: type[Body]
    kinds: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    service: str = ""
    desk: bool = False

    def asks(self, kinds: frozenset[str]) -> tuple[str, ...]:
        """What a handheld of such an organisation asks for: only a platform acts for a unit."""
        return tuple(name for name in self.needs if name != "unit" or PLATFORM in kinds)


def _of(*kinds: str) -> frozenset[str]:
    return frozenset(kinds)


_HOLDERS = (PRODUCER, PLATFORM, TREATMENT)
_RECEIVERS = (PLATFORM, TREATMENT)
_CHAIN = (*_HOLDERS, TRANSPORTER)
_SCANNED = ("containers",)
_MOVED = ("containers", "manifest")
_CREW = ("driver", "escort")
_LOOSE = ("waste_code", "weight_kg", "site")

_ROWS = (
    # Codes
    EventType("issue", "赋码", "Issue codes", "encoding", labels.IssueBody, service="issuer"),
    EventType("reissue", "补发标签", "Reissue label", "encoding", labels.ReissueBody,
              service="issuer"),
    # Production
    EventType("produce", "产生登记", "Register produced waste", "commissioning",
              production.ProduceBody, _of(PRODUCER, PLATFORM), desk=True),
    EventType("produce_secondary", "次生废物登记", "Register secondary waste", "commissioning",
              production.SecondaryBody, _of(PRODUCER, *_RECEIVERS), desk=True),
    EventType("open_stock", "期初库存", "Opening stock", "commissioning",
              production.OpenStockBody, _of(*_HOLDERS),
              ("containers", "site", "weight_kg", "stored_since"), desk=True),
    EventType("fill", "装桶贴标", "Fill and label", "packing", production.FillBody,
              _of(*_HOLDERS), ("containers", "batch", "weight_kg", "unit")),
    EventType("weigh", "称重", "Weigh", "inspecting", production.WeighBody,
              _of(*_CHAIN), ("containers", "weight_kg")),
    # Store
    EventType("collect", "上门收集", "Collect at the door", "receiving", collection.CollectBody,
              _of(PLATFORM), ("containers", "from_org", "weight_kg")),
    EventType("hand_in", "科室移交", "Hand in to the store", "departing", storage.HandInBody,
              _of(PRODUCER), ("containers", "department")),
    EventType("store_in", "入库", "Store in", "storing", storage.StoreBody,
              _of(*_HOLDERS), ("containers", "site")),
    EventType("move", "移库", "Move within the store", "storing", storage.StoreBody,
              _of(*_HOLDERS), ("containers", "site", "place")),
    EventType("inspect", "巡检", "Inspect", "inspecting", storage.InspectBody,
              _of(*_HOLDERS), ("containers", "site", "result"), desk=True),
    EventType("store_out", "出库", "Store out", "picking", storage.StoreBody,
              _of(*_HOLDERS), ("containers", "site")),
    # Containers into containers
    EventType("merge", "拼装", "Merge", "packing", division.MergeBody,
              _of(*_RECEIVERS), ("containers", "into", "weight_kg")),
    EventType("split", "分装", "Split", "unpacking", division.DivideBody,
              _of(*_HOLDERS), ("containers", "into")),
    EventType("repack", "倒装", "Repack", "packing", division.DivideBody,
              _of(*_HOLDERS), ("containers", "into")),
    # Loose waste, which is in no container
    EventType("produce_bulk", "散装产生", "Register loose waste", "commissioning",
              bulk.ProduceBulkBody, _of(*_HOLDERS), (*_LOOSE, "facility"), desk=True),
    EventType("open_bulk", "散装期初库存", "Opening stock of loose waste", "commissioning",
              bulk.OpenBulkBody, _of(*_HOLDERS), _LOOSE, desk=True),
    EventType("store_bulk", "散装入库", "Store loose waste", "storing",
              bulk.StoreBulkBody, _of(*_HOLDERS), (*_LOOSE, "from_site"), desk=True),
    EventType("treat_bulk", "散装利用处置", "Treat loose waste", "destroying",
              bulk.TreatBulkBody, _of(*_HOLDERS), (*_LOOSE, "method", "facility"), desk=True),
    EventType("take_stock", "散装盘点", "Take stock of loose waste", "stock_taking",
              bulk.TakeStockBody, _of(*_HOLDERS), _LOOSE, desk=True),
    # Manifest and transport
    EventType("number_manifest", "联单取号", "Number a manifest", "encoding",
              manifests.ManifestNumberBody, service="numbering"),
    EventType("open_manifest", "填写联单", "Open manifest", "shipping", manifests.OpenManifestBody,
              _of(*_HOLDERS), desk=True),
    EventType("void_manifest", "联单作废", "Void manifest", "void_shipping",
              manifests.VoidManifestBody, _of(*_HOLDERS), desk=True),
    EventType("load", "装车", "Load", "loading", transport.LoadBody,
              _of(TRANSPORTER), (*_MOVED, "vehicle_plate", *_CREW), desk=True),
    EventType("depart", "起运", "Depart", "departing", transport.TransportBody,
              _of(TRANSPORTER), (*_MOVED, "vehicle_plate"), desk=True),
    EventType("waypoint", "途经", "Waypoint", "transporting", transport.WaypointBody,
              _of(TRANSPORTER), (*_MOVED, "latitude", "longitude")),
    EventType("hand_over", "交接", "Hand over to the next carrier", "shipping",
              transport.HandOverBody, _of(TRANSPORTER), (*_MOVED, "to_org"), desk=True),
    EventType("take_over", "接运", "Take over from a carrier", "loading",
              transport.TakeOverBody, _of(TRANSPORTER),
              (*_MOVED, "from_org", "vehicle_plate", *_CREW), desk=True),
    EventType("arrive", "运抵", "Arrive", "arriving", transport.TransportBody,
              _of(TRANSPORTER), _MOVED, desk=True),
    # Reception
    EventType("weigh_in", "过磅", "Weigh in", "inspecting", reception.WeighInBody,
              _of(*_RECEIVERS), (*_MOVED, "weight_kg"), desk=True),
    EventType("accept", "接收", "Accept", "accepting", reception.AcceptBody,
              _of(*_RECEIVERS), _MOVED, desk=True),
    EventType("accept_with_difference", "有差异接收", "Accept with difference", "accepting",
              reception.AcceptWithDifferenceBody, _of(*_RECEIVERS),
              (*_MOVED, "differences"), desk=True),
    EventType("accept_in_part", "部分接收", "Accept in part", "accepting",
              reception.AcceptInPartBody, _of(*_RECEIVERS),
              (*_MOVED, "refused", "differences"), desk=True),
    EventType("reject", "拒收", "Reject", "holding", reception.RejectBody,
              _of(*_RECEIVERS), (*_MOVED, "differences"), desk=True),
    EventType("return", "退运", "Return", "shipping", transport.TransportBody,
              _of(TRANSPORTER), (*_MOVED, "vehicle_plate"), desk=True),
    EventType("take_back", "收回", "Take back", "receiving", reception.TakeBackBody,
              _of(*_HOLDERS), _MOVED, desk=True),
    # The end
    EventType("treat", "利用处置", "Treat", "destroying", treatment.TreatBody,
              _of(PRODUCER, *_RECEIVERS), ("containers", "method", "weight_kg"), desk=True),
    EventType("export", "出口", "Export", "shipping", treatment.ExportBody,
              _of(*_HOLDERS), ("containers", "notice", "country", "consignee"), desk=True),
    EventType("write_off", "核销", "Write off", "decommissioning", storage.WriteOffBody,
              _of(*_CHAIN), ("containers", "reason"), desk=True),
    # Labels again
    EventType("label", "贴标", "Put label on", "encoding", ContainersBody, _of(*_CHAIN), _SCANNED),
    EventType("relabel", "换贴标签", "Relabel", "encoding", ContainersBody, _of(*_CHAIN), _SCANNED),
    EventType("void_label", "标签作废", "Void label", "decommissioning", labels.VoidLabelBody,
              _of(*_HOLDERS), ("containers", "reason")),
    EventType("bind_mark", "绑定远距标", "Bind far mark", "commissioning", labels.BindMarkBody,
              _of(*_HOLDERS)),
    # Corrections
    EventType("correct", "更正", "Correct", "other", corrections.CorrectBody,
              _of(*_CHAIN), desk=True),
    EventType("confirm_correction", "确认更正", "Confirm correction", "other",
              corrections.ConfirmCorrectionBody, _of(*_CHAIN), desk=True),
    EventType("dispute_correction", "更正异议", "Dispute correction", "other",
              corrections.DisputeCorrectionBody, _of(*_CHAIN), desk=True),
    # Findings and their life, inspections
    EventType("explain_finding", "问题说明", "Explain finding", "other",
              findings.ExplainFindingBody, _of(*_CHAIN), desk=True),
    EventType("rectify_finding", "提交整改", "Rectify finding", "other",
              findings.RectifyFindingBody, _of(*_CHAIN), desk=True),
    EventType("accept_explanation", "采纳说明", "Accept explanation", "other",
              findings.AcceptExplanationBody, _of(REGULATOR), desk=True),
    EventType("send_back", "退回", "Send back", "other",
              findings.SendBackBody, _of(REGULATOR), desk=True),
    EventType("close_finding", "办结", "Close finding", "other",
              findings.CloseFindingBody, _of(REGULATOR), desk=True),
    EventType("announce_selection", "公告双随机抽取", "Announce random selection", "other",
              inspections.AnnounceSelectionBody, _of(REGULATOR), desk=True),
    EventType("draw_selection", "双随机抽取", "Draw random selection", "other",
              inspections.DrawSelectionBody, _of(REGULATOR), desk=True),
    EventType("inspect_org", "执法检查", "Inspect organisation", "inspecting",
              inspections.InspectOrgBody, _of(REGULATOR), desk=True),
    EventType("set_positive_list", "正面清单", "Set positive list", "other",
              inspections.SetPositiveListBody, _of(REGULATOR), desk=True),
    EventType("classify_org", "管理类别", "Classify organisation", "other",
              inspections.ClassifyOrgBody, _of(REGULATOR), desk=True),
    EventType("file_declaration", "申报", "File declaration", "other",
              inspections.FileDeclarationBody, _of(*_HOLDERS), desk=True),
    EventType("plan_route", "规划路线", "Plan route", "other",
              routes.PlanRouteBody, _of(*_CHAIN), desk=True),
    # Small producers and the platform that collects from them
    EventType("register_stream", "废物登记", "Register waste stream", "other",
              clients.RegisterStreamBody, _of(PRODUCER, PLATFORM, REGULATOR), desk=True),
    EventType("register_contact", "联系方式登记", "Register contact", "other",
              clients.RegisterContactBody, _of(PRODUCER, PLATFORM, REGULATOR), desk=True),
    EventType("sign_client", "收集签约", "Sign client", "other", clients.SignClientBody,
              _of(PLATFORM), desk=True),
    EventType("end_client", "解除签约", "End client", "other", clients.EndClientBody,
              _of(PLATFORM), desk=True),
    EventType("request_collection", "收集申请", "Request collection", "other",
              rounds.RequestCollectionBody, _of(PRODUCER, PLATFORM), desk=True),
    EventType("cancel_request", "撤销收集申请", "Cancel request", "other",
              rounds.CancelRequestBody, _of(PRODUCER, PLATFORM), desk=True),
    EventType("plan_round", "编排收集线路", "Plan round", "other", rounds.PlanRoundBody,
              _of(PLATFORM), desk=True),
    EventType("visit", "上门情况", "Visit", "other", rounds.VisitBody, _of(PLATFORM),
              ("unit", "outcome", "reason"), desk=True),
    # What one must hold before waste moves
    EventType("file_plan", "备案管理计划", "File a management plan", "other",
              plans.FilePlanBody, _of(*_HOLDERS), desk=True),
    EventType("amend_plan", "变更管理计划", "Amend a management plan", "other",
              plans.AmendPlanBody, _of(*_HOLDERS), desk=True),
    EventType("register_permit", "登记经营许可证", "Register a licence", "other",
              permits.RegisterPermitBody, _of(*_RECEIVERS, REGULATOR), desk=True),
    EventType("suspend_permit", "暂停许可证", "Suspend a licence", "other",
              permits.SuspendPermitBody, _of(REGULATOR), desk=True),
    EventType("register_qualification", "登记运输资质", "Register a transport qualification",
              "other", permits.RegisterQualificationBody, _of(TRANSPORTER, REGULATOR), desk=True),
    EventType("sign_contract", "签订合同", "Sign a contract", "other",
              permits.SignContractBody, _of(*_HOLDERS), desk=True),
    EventType("apply_transfer", "申请跨省转移", "Apply for a transfer to another province", "other",
              cross_province.ApplyTransferBody, _of(*_HOLDERS), desk=True),
    EventType("preliminary_opinion", "跨省转移初步意见", "Preliminary opinion on a transfer",
              "other", cross_province.OpinionBody, _of(REGULATOR), desk=True),
    EventType("destination_reply", "移入地复函", "Reply of the destination", "other",
              cross_province.OpinionBody, _of(REGULATOR), desk=True),
    EventType("decide_transfer", "跨省转移审批", "Decide on a transfer", "other",
              cross_province.DecideTransferBody, _of(REGULATOR), desk=True),
    # Cameras, and time
    EventType("capture_frame", "监控抓拍", "Capture frame", "inspecting",
              frames.CaptureFrameBody, _of(*_HOLDERS)),
    EventType("verify_frame", "画面核验", "Verify frame", "inspecting",
              frames.VerifyFrameBody, service="vision"),
    EventType("review", "巡查", "Review of deadlines", "other", calendar.ReviewBody,
              service="calendar"),
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


def parse_body(typ: str, body: Mapping[str, object]) -> Body:
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


def container_roles(typ: str, body: Mapping[str, Any]) -> dict[str, str]:
    """The containers that a logged event is about, each with its part in it.

    Args:
        body: as it is in the ledger; it was valid when it was logged.
    """
    return event_type(typ).body.roles_in(body)


def require_permitted(typ: str, kinds: frozenset[str], service: str) -> None:
    """Refuse an event that its signer may not say.

    Args:
        typ: the verb.
        kinds: what the signing organisation is registered as.
        service: the device id of the signer if it is one of the ledger's services, or "". The desk
            speaks for an organisation and is asked for its kinds.

    Raises:
        NotPermitted: the table says no.
    """
    row = event_type(typ)
    if service == DESK and row.desk and row.kinds & kinds:
        return
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
