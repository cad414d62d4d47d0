"""How values look to people: kilograms, times of Shanghai, codes in segments, names of verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from waste_trace.custody.states import State
from waste_trace.custody.vocabulary import VOCABULARY

#: China has one time zone and no summer time since 1991; no time zone file is needed for it.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Named:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value; ``href`` leads to the thing itself where the reader may see it."""

    zh: str
    value: str
    href: str = ""


_LOG_EVENTS: Mapping[str, Named] = {
    "ledger.open": Named("台账开立", "Ledger opened"),
    "key.enrol": Named("密钥登记", "Key enrolled"),
    "key.rotate": Named("密钥更换", "Key rotated"),
    "log.key": Named("台账换钥", "Log key changed"),
    "key.revoke": Named("密钥吊销", "Key revoked"),
    "org.register": Named("单位登记", "Organisation registered"),
    "site.register": Named("场所登记", "Site registered"),
}


def event_name(typ: str) -> Named:
    """What people call an event type; the type itself where nobody has named it."""
    if typ in VOCABULARY:
        return Named(VOCABULARY[typ].zh, VOCABULARY[typ].en)
    return _LOG_EVENTS.get(typ, Named(typ, typ))


def state_en(state: str) -> str:
    """The English name of a container's state."""
    return State(state).value.replace("_", " ").capitalize()


def kilograms(weight_kg: Decimal | str | None) -> str:
    """Kilograms with three decimals and thousands separators, or a dash."""
    if weight_kg is None or weight_kg == "":
        return NOTHING
    return f"{Decimal(weight_kg):,.3f}"


def per_cent(share: Decimal) -> str:
    """A share of one in per cent with one decimal; what is there is never shown as nothing."""
    shown = f"{share * 100:.1f}"
    return "<0.1%" if share and shown == "0.0" else f"{shown}%"


def signed_kilograms(weight_kg: Decimal | None) -> str:
    """A difference in kilograms with its sign, or a dash."""
    if weight_kg is None:
        return NOTHING
    return "±0" if weight_kg == 0 else f"{weight_kg:+,.3f}"


def shanghai(moment: datetime | None, seconds: bool = True) -> str:
    """A time as a clock in Shanghai shows it; databases without time zones keep UTC."""
    if moment is None:
        return NOTHING
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%m-%d %H:%M")


def moment(text: str | None) -> str:
    """A time that came as ISO 8601 text, as a clock in Shanghai shows it."""
    return shanghai(datetime.fromisoformat(text) if text else None)


def segments(code: str) -> tuple[str, ...]:
    """A 数字识别码 in its four segments (unit 18, waste 8, day 8, number 3); others in one."""
    if len(code) != 37:
        return (code,)
    return code[:18], code[18:26], code[26:34], code[34:]


def tail(code: str) -> str:
    """The end of a 数字识别码, enough to tell containers of one table apart: day and number."""
    return f"…{code[26:34]}-{code[34:]}" if len(code) == 37 else code
