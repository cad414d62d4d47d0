"""A stored container whose label nobody has read (标签缺失或无法识读)."""

from dataclasses import dataclass

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

UNLABELLED_CONTAINER = Rule(
    "unlabelled_container",
    "容器标签缺失或无法识读",
    "Container's label is missing or unreadable",
    "GB 18597-2023 4.6; HJ 1276-2022",
    "1",
    Severity.WARNING,
    ("scans_without_label",),
)


@dataclass(frozen=True, slots=True)
class LabelReadings:
    """How a stored container was identified so far.

    Attributes:
        typed: ledger entries whose code was typed, newest last, since a label was last read.
        ever_read: a label of it was read at some time.
    """

    container: str
    org: str
    site: str
    typed: tuple[int, ...]
    ever_read: bool


def unlabelled_container(readings: LabelReadings, limits: Thresholds) -> list[Raised]:
    """A finding where the code was typed again and again and no label was read."""
    if len(readings.typed) < limits.scans_without_label:
        return []
    rule = UNLABELLED_CONTAINER
    since_zh = "此后" if readings.ever_read else "从未"
    tail_zh = "未再读到标签" if readings.ever_read else "读到标签"
    return [
        Raised(
            rule,
            f"{rule.name}:{readings.container}",
            readings.container,
            readings.org,
            f"连续 {len(readings.typed)} 次手工录入编码，{since_zh}{tail_zh}，请到现场核对标签。",
            f"The code was typed {len(readings.typed)} times and no label was read; "
            "look at the label on site.",
            {"site": readings.site, "events": list(readings.typed), "read": readings.ever_read},
        )
    ]
