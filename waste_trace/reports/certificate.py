"""The mass-balance certificate as JSON, and its check against a ledger's own events.

Whoever holds the certificate and the audit bundle needs nothing of ours: the bundle is verified,
its events are folded into books, the books are balanced, and every figure is compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from waste_trace.custody.balance import Balance, Booking, Figure, Item, balances
from waste_trace.errors import WasteTraceError
from waste_trace.reports.cells import SHANGHAI
from waste_trace.reports.form import Period, Stamp
from waste_trace.reports.value import stamp_value

VERSION = 1
_GRAM = Decimal("0.001")


class MalformedCertificate(WasteTraceError):
    """The file is no mass-balance certificate."""

    code: ClassVar[str] = "malformed-certificate"
    default_do_zh = "请使用系统导出的物料平衡证明（JSON）。"
    default_do_en = "Use a mass-balance certificate (JSON) as it was exported."


@dataclass(frozen=True, slots=True)
class Scope:
    """What a certificate is about: an organisation, one of its sites or all (None), whole days."""

    org: str
    site: str | None
    period: Period

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The period as moments of Asia/Shanghai; the second is not in it."""
        return bounds_of(self.period)


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that a certificate says otherwise than the ledger."""

    where: str
    certificate: str
    ledger: str

    @property
    def zh(self) -> str:
        """In Chinese."""
        return f"{self.where}：证明为 {self.certificate}，台账为 {self.ledger}。"

    @property
    def en(self) -> str:
        """In English."""
        return f"{self.where}: the certificate says {self.certificate}, the ledger {self.ledger}."


def bounds_of(period: Period) -> tuple[datetime, datetime]:
    """Midnight before the first day and after the last, Asia/Shanghai."""
    return _midnight(period.first), _midnight(period.last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def certificate_value(scope: Scope, found: Sequence[Balance], stamp: Stamp) -> dict[str, Any]:
    """The certificate, JSON-ready; kilograms as decimal strings to the gram."""
    return {
        "v": VERSION,
        "kind": "mass-balance",
        "org": scope.org,
        "site": scope.site,
        "from": str(scope.period.first),
        "to": str(scope.period.last),
        "ledger": stamp_value(stamp),
        "lines": [_line(balance) for balance in found],
    }


def read_certificate(value: object) -> tuple[Scope, int, str]:
    """What a certificate is about, and the size and root of the tree that it was made from.

    Raises:
        MalformedCertificate
    """
    match value:
        case {
            "v": 1,
            "kind": "mass-balance",
            "org": str(org),
            "site": (str() | None) as site,
            "from": str(first),
            "to": str(last),
            "ledger": {"size": int(size), "root": str(root)},
            "lines": list(),
        }:
            try:
                period = Period(date.fromisoformat(first), date.fromisoformat(last))
            except ValueError:
                pass
            else:
                return Scope(org, site, period), size, root
    raise MalformedCertificate("不是物料平衡证明。", "This is no mass-balance certificate.")


def compare(value: Mapping[str, Any], bookings: Sequence[Booking]) -> Difference | None:
    """The first figure that differs from what the bookings add up to; None where none does."""
    scope, _, _ = read_certificate(value)
    start, end = scope.bounds
    true = [_line(one) for one in balances(bookings, scope.org, scope.site, start, end)]
    return next(_differences(value["lines"], true), None)


def _differences(said: Sequence[Any], true: Sequence[Any]) -> Iterator[Difference]:
    codes = [[_at(line, "waste_code") for line in lines] for lines in (said, true)]
    if codes[0] != codes[1]:
        yield Difference("废物代码 waste codes", str(codes[0]), str(codes[1]))
    for mine, theirs in zip(said, true, strict=False):
        code = theirs["waste_code"]
        paths = [
            ("figures", item.value, name) for item in Item for name in ("weight_kg", "entries")
        ]
        totals = ("closing_kg", "on_hand_kg", "unassigned_kg", "stock")
        for path in (*paths, *((name,) for name in totals)):
            one, other = _at(mine, *path), _at(theirs, *path)
            if not _same(one, other):
                where = " ".join((code, *path[-2:]))
                yield Difference(where, str(one), str(other))


def _at(value: object, *path: str) -> object:
    """What stands there in somebody's JSON, or None where it is not what it should be."""
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _same(said: object, true: object) -> bool:
    """Weights are compared as numbers: 1.5 and 1.500 are one."""
    if isinstance(said, str) and isinstance(true, str):
        try:
            return Decimal(said) == Decimal(true)
        except InvalidOperation:
            return False
    return said == true


def _line(balance: Balance) -> dict[str, Any]:
    return {
        "waste_code": balance.waste_code,
        "figures": {item.value: _figure(balance.figures[item]) for item in Item},
        "closing_kg": _kg(balance.closing_kg),
        "on_hand_kg": _kg(balance.on_hand_kg),
        "unassigned_kg": _kg(balance.unassigned_kg),
        "stock": [
            {"container": code, "weight_kg": _kg(weight_kg)}
            for code, weight_kg in balance.stock.items()
        ],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {"weight_kg": _kg(figure.weight_kg), "entries": list(figure.entries)}


def _kg(weight_kg: Decimal) -> str:
    return str(weight_kg.quantize(_GRAM))
