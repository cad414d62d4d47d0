"""What can be wrong with a code: its form, or who signed it."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class InvalidCode(WasteTraceError):
    """A text is not a code of the scheme.

    Attributes:
        scheme: which scheme was expected, e.g. ``digital_id``.
        segment: the named part that is wrong, e.g. ``date``; ``text`` for the whole shape.
    """

    code: ClassVar[str] = "invalid-code"

    def __init__(
        self,
        scheme: str,
        segment: str,
        zh: str,
        en: str,
        *,
        do_zh: str = "请核对原件并重新扫描或输入该段。",
        do_en: str = "Compare with the original and scan or type this segment again.",
        **facts: object,
    ) -> None:
        super().__init__(zh, en, do_zh=do_zh, do_en=do_en, scheme=scheme, segment=segment, **facts)
        self.scheme = scheme
        self.segment = segment


class ForgedLabel(WasteTraceError):
    """The signature of a label does not belong to its code."""

    code: ClassVar[str] = "forged-label"
    default_do_zh: ClassVar[str] = "请勿接收该容器，保留标签照片并报告管理员。"
    default_do_en: ClassVar[str] = "Do not accept it; keep a photo of the label and report it."


class WithdrawnLabel(WasteTraceError):
    """The label was genuine and has been replaced or declared void."""

    code: ClassVar[str] = "withdrawn-label"
    default_do_zh: ClassVar[str] = "请找容器上的新标签；若没有，请当场报告，可能是被复制的旧标签。"
    default_do_en: ClassVar[str] = "Look for the new label; if there is none, report it: a copy?"


class UnknownIssuer(WasteTraceError):
    """A label names an issuing key that is not among the trusted ones."""

    code: ClassVar[str] = "unknown-issuer"
    default_do_zh: ClassVar[str] = "请同步签发机构密钥后重试；仍无法识别时按可疑标签处理。"
    default_do_en: ClassVar[str] = (
        "Update the issuer keys and retry; if still unknown, treat it as suspect."
    )
