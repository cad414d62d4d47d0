"""A stored container whose label nobody has read (标签缺失或无法识读)."""

from collections.abc import Sequence
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
        reported: the entry of an inspection that found the label missing or unreadable, since.
    """

    container: str
    org: str
    site: str
    typed: tuple[int, ...]
    ever_read: bool
    reported: int | None = None


def unlabelled_container(readings: LabelReadings, limits: Thresholds) -> list[Raised]:
    """A finding where somebody saw it, or the code was typed again and again."""
    if readings.reported is not None:
        said = ("巡检发现标签缺失或无法识读。", "An inspection found no label that can be read.")
        return [_raise(readings, *said, events=[readings.reported])]
    if len(readings.typed) < limits.scans_without_label:
        return []
    since_zh, tail_zh = ("此后", "未再读到标签") if readings.ever_read else ("从未", "读到标签")
    times = len(readings.typed)
    return [
        _raise(
            readings,
            f"连续 {times} 次手工录入编码，{since_zh}{tail_zh}，请到现场核对标签。",
            f"The code was typed {times} times and no label was read; look at it on site.",
            events=readings.typed,
        )
    ]


def _raise(readings: LabelReadings, zh: str, en: str, events: Sequence[int]) -> Raised:
    rule = UNLABELLED_CONTAINER
    return Raised(
        rule,
        f"{rule.name}:{readings.container}",
        readings.container,
        readings.org,
        zh,
        en,
        {"site": readings.site, "events": list(events), "read": readings.ever_read},
    )
