"""A label that cannot be drawn within the rule, and which field is in the way."""

from typing import ClassVar

from waste_trace.errors import WasteTraceError


class LabelError(WasteTraceError):
    """A label cannot be drawn as the standard wants it.

    Attributes:
        field: the field to change, e.g. ``precautions``; ``font`` or ``size`` where none is.
    """

    code: ClassVar[str] = "label-error"
    default_do_zh: ClassVar[str] = "请缩短或更正该字段后重新生成标签。"
    default_do_en: ClassVar[str] = "Shorten or correct this field and make the label again."

    def __init__(
        self, field: str, zh: str, en: str, *, do_zh: str = "", do_en: str = "", **facts: object
    ) -> None:
        super().__init__(zh, en, do_zh=do_zh, do_en=do_en, field=field, **facts)
        self.field = field
