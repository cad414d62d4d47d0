"""Why an event does not get into the ledger. Each is kept in quarantine, where it is evidence."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class RefusedEvent(WasteTraceError):
    """Not authentic, not well-formed, or not of this ledger."""

    code: ClassVar[str] = "refused-event"


class MalformedRequest(RefusedEvent):
    """The body is not one DSSE envelope in JSON."""

    code: ClassVar[str] = "malformed-request"
    default_do_zh = "请升级手持端后重新提交；原始内容已留存备查。"
    default_do_en = "Update the handheld and submit again; what was sent has been kept."


class UnknownDevice(RefusedEvent):
    """No leaf of this ledger enrols the key that signed."""

    code: ClassVar[str] = "unknown-device"
    default_do_zh = "请由管理员发放登记码，在设备上完成登记后重新提交。"
    default_do_en = "Ask the administrator for an enrolment code, enrol the device, submit again."


class RevokedDevice(RefusedEvent):
    """The key was revoked, or replaced, before this event."""

    code: ClassVar[str] = "revoked-device"
    default_do_zh = "该设备已停用：请改用其他设备，或由管理员重新登记。"
    default_do_en = "The device was revoked: use another one, or have it enrolled again."


class WrongSignature(RefusedEvent):
    """The signature does not belong to the content and the enrolled key."""

    code: ClassVar[str] = "wrong-signature"
    default_do_zh = "内容可能被改动：请从设备重新同步；若仍失败，请停用该设备并报告。"
    default_do_en = "The content may have been altered: sync again; if it persists, report it."


class ForeignLedger(RefusedEvent):
    """The event was signed for another ledger."""

    code: ClassVar[str] = "foreign-ledger"
    default_do_zh = "该事件属于另一台账，请提交到其自身的台账。"
    default_do_en = "The event belongs to another ledger; submit it there."


class WrongOrganisation(RefusedEvent):
    """The device is enrolled for another organisation than the event names."""

    code: ClassVar[str] = "wrong-organisation"
    default_do_zh = "请核对设备所属单位；设备换单位使用须重新登记。"
    default_do_en = (
        "Check the device's organisation; a device that changes hands is enrolled again."
    )


class DisclosureMismatch(RefusedEvent):
    """Personal data came with an event that has no digest of it."""

    code: ClassVar[str] = "disclosure-mismatch"
    default_do_zh = "请由设备重新同步；个人信息须与签名事件中的摘要一一对应，不可另行修改。"
    default_do_en = "Let the device sync again; each disclosure belongs to one digest of the event."
