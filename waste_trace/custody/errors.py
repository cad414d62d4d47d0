"""Events that cannot be what they say they are."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class CustodyError(WasteTraceError):
    """An event whose content breaks the vocabulary."""

    code: ClassVar[str] = "custody-error"


class UnknownEventType(CustodyError):
    """The event type is not in the vocabulary."""

    code: ClassVar[str] = "unknown-event-type"
    default_do_zh = "请升级手持端，或改用词汇表中的事件类型。"
    default_do_en = "Update the handheld, or use an event type of the vocabulary."


class MalformedBody(CustodyError):
    """The body does not have the fields that its event type needs."""

    code: ClassVar[str] = "malformed-body"
    default_do_zh = "请按事件类型补齐或更正所列字段后重新签名提交。"
    default_do_en = "Correct the named fields, sign again and submit."


class NotPermitted(CustodyError):
    """The organisation that signs may not do this kind of thing."""

    code: ClassVar[str] = "not-permitted"
    default_do_zh = "请由有权单位操作；若单位类型登记有误，请联系监管部门更正登记。"
    default_do_en = (
        "Let a party act that may; if the registration is wrong, ask the bureau to correct it."
    )
