"""The root of every error that this software raises on purpose.

    WasteTraceError
    ├── InvalidCode            codes/      a code that does not parse, and which segment is wrong
    ├── LedgerError            ledger/     bytes that do not verify (NotCanonical ...)
    ├── CustodyError           custody/    an event that cannot be what it says it is
    ├── RefusedEvent           services/   an event that is not authentic (quarantined)
    ├── LabelError             labels/     a label that cannot be drawn within the rule
    ├── ReadError              scanner/    a picture that cannot be read
    └── AccessError            api/        who asks may not

Each carries a stable ``code``, a sentence in Chinese and in English, and what to do about it; the
HTTP edge turns them into RFC 9457 problem details and adds nothing.
"""

from typing import ClassVar


class WasteTraceError(Exception):
    """Something is wrong that a person can understand and act on.

    Attributes:
        code: stable, kebab-case, one for each class; part of the public contract.
        zh, en: what is wrong, one sentence each.
        do_zh, do_en: what to do about it.
        facts: values that a program may want (segment, index, limit ...), JSON-ready.
    """

    code: ClassVar[str] = "waste-trace-error"
    default_do_zh: ClassVar[str] = "请核对后重试；如仍失败，请联系管理员。"
    default_do_en: ClassVar[str] = "Check and try again; if it still fails, ask the administrator."

    def __init__(
        self, zh: str, en: str, *, do_zh: str = "", do_en: str = "", **facts: object
    ) -> None:
        super().__init__(f"{en} / {zh}")
        self.zh = zh
        self.en = en
        self.do_zh = do_zh or self.default_do_zh
        self.do_en = do_en or self.default_do_en
        self.facts = facts
