"""A draw that does not follow from its announcement (抽取结果不可复算)."""

from waste_trace.compliance.rule import Raised, Rule, Severity

FALSE_SELECTION = Rule(
    "false_selection",
    "双随机抽取结果不可复算",
    "Random selection does not follow from its announcement",
    "own rule: a draw is recomputed from the announcement and the root of the announced size",
    "P",
    Severity.SERIOUS,
)


def false_selection(idx: int, org: str, announcement: int, zh: str, en: str) -> Raised:
    """A finding on the bureau for the draw in entry ``idx``; ``zh`` and ``en`` say why."""
    return Raised(
        FALSE_SELECTION,
        f"{FALSE_SELECTION.name}:{idx}",
        f"#{idx}",
        org,
        f"第 {idx} 条抽取结果与第 {announcement} 条公告不符：{zh}",
        f"The draw in entry {idx} does not follow from the announcement in {announcement}: {en}",
        {"events": [announcement, idx]},
    )
