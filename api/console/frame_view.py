"""A camera's picture in words: the verdict, its reason, labels seen, missing and unexpected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.console.show import Named, shanghai
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.label_token import parse

VERDICTS: Mapping[str, Named] = {
    "verified": Named("通过", "Verified"),
    "suspect": Named("可疑", "Suspect"),
    "unobservable": Named("不可用", "Unobservable"),
}
_WAITING = Named("待核验", "Waiting")
_GROUPS = (
    ("found", Named("已见", "Seen")),
    ("missing", Named("应在未见", "Missing")),
    ("unexpected", Named("不应在此", "Unexpected")),
    ("unobservable", Named("看不清，不作结论", "Not observable")),
)


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """Labels with the same answer; ``codes`` are container codes, or the text as it was read."""

    key: str
    name: Named
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrameView:
    """One picture, ready to be shown."""

    idx: int
    camera: str
    place: str
    org_name: str
    captured: str
    verdict: str
    name: Named
    reason: Named
    groups: tuple[LabelGroup, ...]
    expected: int
    verdict_idx: int | None


def view_frame(
    row: Mapping[str, Any], sites: Mapping[str, str], names: Mapping[str, str]
) -> FrameView:
    """The view of a frame's row (detail parsed)."""
    detail = row["detail"]
    groups = tuple(
        LabelGroup(key, name, tuple(_code(text) for text in detail[key]))
        for key, name in _GROUPS
        if detail.get(key)
    )
    return FrameView(
        idx=row["idx"],
        camera=row["camera"],
        place=sites.get(row["site"], row["site"]),
        org_name=names.get(row["org"], row["org"]),
        captured=shanghai(row["captured_at"]),
        verdict=row["verdict"] or "waiting",
        name=VERDICTS.get(row["verdict"], _WAITING),
        reason=Named(str(detail.get("zh", "")), str(detail.get("en", ""))),
        groups=groups,
        expected=sum(len(group.codes) for group in groups if group.key != "unexpected"),
        verdict_idx=row["verdict_idx"],
    )


def _code(text: str) -> str:
    """The container code of a label's text; anything else as it is."""
    try:
        return str(parse(text).digital_id)
    except InvalidCode:
        return text
