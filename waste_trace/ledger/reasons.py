"""Why a ledger went on elsewhere, why one of its keys was renewed, why a key was ended: codes.

A leaf is for ever and for everybody, and what somebody words himself could name a person; so the
product writes these codes and nothing else. Leaves of earlier versions hold words; verifiers take
either, because what a leaf proves does not depend on why it was written.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from waste_trace.ledger.canonical import JsonValue


class Reason(StrEnum):
    """A code as leaves have it, with what people call it in Chinese and in English."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> Self:
        member = str.__new__(cls, code)
        member._value_, member.zh, member.en = code, zh, en
        return member


class EndingReason(Reason):
    """``because`` of `ledger.open`: why the ledger before it did not go on under its name."""

    DATABASE_LOST = "database_lost", "数据库丢失或损坏", "database lost or damaged"
    BACKUP_RESTORED = "backup_restored", "只能恢复到旧备份", "older backup only"
    COMMITS_LOST = "commits_lost", "主备切换丢失条目", "lost in a fail-over"
    TWO_HISTORIES = "two_histories", "出现两种历史", "two histories signed"
    REGISTRAR_KEY_STOLEN = "registrar_key_stolen", "登记员密钥被盗", "registrar's key stolen"
    OTHER = "other", "其他", "other"


class RenewalReason(Reason):
    """``reason`` of `log.key`, of the registrar's `key.rotate`, and of a service's `key.revoke`."""

    SCHEDULED = "scheduled", "定期更换", "regular"
    STAFF_CHANGED = "staff_changed", "人员变动", "change of staff"
    KEY_SUSPECTED = "key_suspected", "疑似泄露", "may have been copied"
    KEY_STOLEN = "key_stolen", "密钥被盗", "key stolen"
    OTHER = "other", "其他", "other"


class RevocationReason(Reason):
    """``reason`` of a device's `key.revoke`."""

    LOST = "lost", "遗失", "lost"
    STOLEN = "stolen", "被盗", "stolen"
    BROKEN = "broken", "损坏", "broken"
    REPLACED = "replaced", "更换", "replaced"
    LEFT_SERVICE = "left_service", "停用", "taken out of service"
    MISUSED = "misused", "冒用", "misused"
    MISTAKE = "mistake", "误登记", "enrolled by mistake"
    OTHER = "other", "其他", "other"


#: Which field of a log event's body says why, and of which kinds its code may be.
REASON_FIELDS: Mapping[str, tuple[str, tuple[type[Reason], ...]]] = MappingProxyType(
    {
        "ledger.open": ("because", (EndingReason,)),
        "log.key": ("reason", (RenewalReason,)),
        "key.rotate": ("reason", (RenewalReason,)),
        "key.revoke": ("reason", (RevocationReason, RenewalReason)),
    }
)


def reason_given(typ: str, body: Mapping[str, JsonValue]) -> Reason | str:
    """Why a log event was written: a code; the words of an earlier version; "" if it says nothing.

    Args:
        typ, body: of the event.
    """
    field, kinds = REASON_FIELDS.get(typ, ("", ()))
    said = body.get(field)
    codes = (code for kind in kinds for code in kind if code == said)
    return next(codes, said if isinstance(said, str) else "")
