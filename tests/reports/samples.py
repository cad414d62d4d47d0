"""A filing and facts to fill forms with, made up by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from waste_trace.reports.form import Period, Stamp
from waste_trace.reports.forms.contracted import Contracted, Receiver, ReceiverKind
from waste_trace.reports.forms.declaration import Declared, OthersShare, OwnShare
from waste_trace.reports.forms.filing import Filing, Unit
from waste_trace.reports.forms.produced import Produced
from waste_trace.reports.forms.stored import StoreMove
from waste_trace.reports.forms.waste import Packing, Waste

ROOT = "kq8fZk9mE6+XK3z1hyzwHhVw1oQfQ1b0x1n0e5bC9mU="
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
STAMP = Stamp("pinghu.waste-trace.example/1", 1234, ROOT, "the signed note\n", NOON, NOON)
FILING = Filing(
    Unit("平湖某某机械有限公司", "91330482MA2CUX11X3", "TS-FACTORY", "一号危废库"),
    Period(date(2026, 11, 1), date(2026, 11, 30)),
    STAMP,
)
OIL = Waste("900-214-08", "HW08", "废机油", "废润滑油")
ACID = Waste("900-300-34", "HW34", "废酸", "废酸液")


def codes(count: int, day: int = 23) -> tuple[str, ...]:
    """So many container codes of one day."""
    return tuple(f"91330482MA2CUX11X390021408202611{day:02d}{n:03d}" for n in range(1, count + 1))


def produced(number: int = 1, weight_kg: str = "180.000", **more: Any) -> Produced:
    """A batch that was produced at 08:00 on the 23rd, Shanghai."""
    fact: dict[str, Any] = {
        "batch": f"HWCS20261123{number:03d}",
        "produced_at": datetime(2026, 11, 23, 0, number % 60, tzinfo=UTC),
        "waste": OIL,
        "weight_kg": Decimal(weight_kg),
        "packing": Packing(codes(1), "200 L"),
        "facility": "MF0001",
        "handler": "张三",
        "destination": "贮存",
        "entries": (10 + number,),
    }
    return Produced(**{**fact, **more})


def stored(batch: str = "HWRK20261123001", **more: Any) -> StoreMove:
    """A batch that went into a store."""
    fact: dict[str, Any] = {
        "batch": batch,
        "moved_at": datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
        "waste": OIL,
        "weight_kg": Decimal("180.000"),
        "packing": Packing(codes(1), "200 L"),
        "facility": "TS-FACTORY",
        "facility_kind": "贮存库",
        "carried_by": "李四",
        "kept_by": "王五",
        "before": ("HWCS20261123001",),
        "entries": (12,),
    }
    return StoreMove(**{**fact, **more})


def contracted(receiver: Receiver | None = None, **more: Any) -> Contracted:
    """A batch that a licensed unit took."""
    fact: dict[str, Any] = {
        "batch": "HWWWLY20261123001",
        "left_at": datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        "waste": OIL,
        "weight_kg": Decimal("180.000"),
        "packing": Packing(codes(1), "200 L"),
        "method": "R9",
        "receiver": receiver or Receiver(ReceiverKind.LICENSED, "嘉兴环保", "3304000123"),
        "before": ("HWCK20261123001",),
        "entries": (15, 16),
    }
    return Contracted(**{**fact, **more})


def declared(**more: Any) -> Declared:
    """A waste that balances: 100 + 500 - 20 - 300 - 200 = 80."""
    fact: dict[str, Any] = {
        "waste": OIL,
        "opening_kg": Decimal(100),
        "produced_kg": Decimal(500),
        "received_kg": Decimal(0),
        "own": (OwnShare("R9", Decimal(20)),),
        "others": (
            OthersShare("浙江", "嘉兴环保", "3304000123", "R9", Decimal(300)),
            OthersShare("江苏", "苏州环保", "3205000456", "D10", Decimal(200)),
        ),
        "closing_kg": Decimal(80),
        "entries": (3, 4),
    }
    return Declared(**{**fact, **more})
