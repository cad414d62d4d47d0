"""More waste in a store than may be there (超量贮存): 3 t in a 贮存点, or a site's capacity."""

from dataclasses import dataclass
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

STORAGE_AMOUNT = Rule(
    "storage_amount",
    "贮存点超过 3 吨",
    "More than 3 t in a storage point",
    "GB 18597-2023 8.3.5",
    "1",
    Severity.WARNING,
    ("storage_point_kg",),
)
CAPACITY = Rule(
    "capacity",
    "超出贮存能力",
    "More than the site's capacity",
    "own rule; the capacity is what was registered for the site (GB 18597-2023 4)",
    "M",
    Severity.WARNING,
)
STORAGE_AMOUNT_RULES = (STORAGE_AMOUNT, CAPACITY)
#: 贮存设施类型 whose stock has a limit of its own.
STORAGE_POINT = "贮存点"


@dataclass(frozen=True, slots=True)
class SiteStock:
    """What stands in a store now. ``unweighed``: containers whose weight nobody knows."""

    site: str
    org: str
    kind: str
    stock_kg: Decimal
    containers: int
    capacity_kg: Decimal | None = None
    unweighed: int = 0


def storage_amount(stock: SiteStock, limits: Thresholds) -> list[Raised]:
    """Findings for a store that holds too much."""
    raised = []
    if stock.kind == STORAGE_POINT and stock.stock_kg > limits.storage_point_kg:
        raised.append(_raise(STORAGE_AMOUNT, stock, limits.storage_point_kg, "贮存点实时贮存量"))
    if stock.capacity_kg is not None and stock.stock_kg > stock.capacity_kg:
        raised.append(_raise(CAPACITY, stock, stock.capacity_kg, "贮存量"))
    return raised


def _raise(rule: Rule, stock: SiteStock, limit_kg: Decimal, what: str) -> Raised:
    return Raised(
        rule,
        f"{rule.name}:{stock.site}",
        stock.site,
        stock.org,
        f"{what} {stock.stock_kg} kg，上限 {limit_kg} kg。",
        f"{stock.stock_kg} kg stand in the store, the limit is {limit_kg} kg.",
        {
            "site": stock.site,
            "stock_kg": str(stock.stock_kg),
            "limit_kg": str(limit_kg),
            "containers": stock.containers,
            "unweighed": stock.unweighed,
        },
    )
