"""What a stranger is told of a label: one verdict, the waste's kind, what to do in an emergency."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.console.show import Named, segments, shanghai, state_en
from api.console.trace_view import WasteView, view_waste


class Verdict(StrEnum):
    """What the label is."""

    GENUINE = "genuine"
    REPLACED = "replaced"
    UNKNOWN = "unknown"
    FORGED = "forged"
    UNREADABLE = "unreadable"


_HEADINGS: Mapping[Verdict, Named] = {
    Verdict.GENUINE: Named("标签真实有效", "Genuine label"),
    Verdict.REPLACED: Named("标签已换发，此为旧标签", "Replaced: this is an old label"),
    Verdict.UNKNOWN: Named("签名真实，但台账中没有此容器", "Signed, but not in the ledger"),
    Verdict.FORGED: Named("伪造标签", "FORGED label"),
    Verdict.UNREADABLE: Named("不是本系统的标签", "Not a label of this system"),
}
_ADVICE: Mapping[Verdict, Named] = {
    Verdict.GENUINE: Named("", ""),
    Verdict.REPLACED: Named(
        "容器应贴有新标签；若没有，请告知所示单位。",
        "The container should carry a newer label; if it does not, tell the unit named below.",
    ),
    Verdict.UNKNOWN: Named(
        "请勿移动容器，拍照并向生态环境部门报告。",
        "Leave the container where it is, take a picture and report it.",
    ),
    Verdict.FORGED: Named(
        "此标签不是由本系统签发。请勿接收、转移容器，拍照并立即向生态环境部门报告（12345）。",
        "This system did not issue this label. Do not accept or move the container; "
        "take a picture and report it now (12345).",
    ),
    Verdict.UNREADABLE: Named(
        "二维码可能破损或属于其他系统，请重新扫描。",
        "The code may be damaged or of another system; scan again.",
    ),
}
_HINTS: Mapping[str, Named] = {
    "T": Named(
        "有毒：勿触摸、勿吸入，远离并站在上风处。", "Toxic: do not touch or inhale; keep upwind."
    ),
    "C": Named(
        "腐蚀：接触后立即用大量清水冲洗。", "Corrosive: rinse at once with plenty of water."
    ),
    "I": Named("易燃：远离火源，禁止吸烟。", "Ignitable: no flames, no smoking."),
    "R": Named("易反应：避免撞击、受热和遇水。", "Reactive: no shocks, heat or water."),
    "In": Named(
        "感染性：勿触摸，接触后立即消毒并就医。",
        "Infectious: do not touch; disinfect, see a doctor.",
    ),
}


@dataclass(frozen=True, slots=True)
class LabelView:
    """What the public page shows; ``known`` fields are None unless the label may be believed."""

    verdict: Verdict
    heading: Named
    advice: Named
    reason: Named | None = None
    code: tuple[str, ...] = ()
    waste: WasteView | None = None
    state: Named | None = None
    since: str = ""
    unit_name: str = ""
    hints: tuple[Named, ...] = ()


def view_label(described: Mapping[str, Any] | None, known: Mapping[str, Any] | None) -> LabelView:
    """The page of a label.

    Args:
        described: what ``describe_code`` says, or None for a text that is none of ours.
        known: the ledger's public row of the container, or None.
    """
    verdict = judge(described, known)
    heading, advice = _HEADINGS[verdict], _ADVICE[verdict]
    if described is None or verdict is Verdict.UNREADABLE:
        return LabelView(verdict, heading, advice)
    code = segments(described["container"])
    if verdict is Verdict.FORGED:
        # Nothing of what a forged label says may look as if it were confirmed.
        reason = Named(described.get("zh", ""), described.get("en", ""))
        return LabelView(verdict, heading, advice, reason, code)
    waste = view_waste(described["waste_code"], (known or {}).get("edition") or "")
    state = Named(known["state_zh"], state_en(known["state"])) if known else None
    return LabelView(
        verdict,
        heading,
        advice,
        code=code,
        waste=waste,
        state=state,
        since=shanghai(known["changed_at"]) if known else "",
        unit_name=(known["unit_name"] or "") if known else "",
        hints=tuple(_HINTS[letter] for letter, _ in waste.hazards),
    )


def judge(described: Mapping[str, Any] | None, known: Mapping[str, Any] | None) -> Verdict:
    """What a label is: a signature that fails says more than anything the ledger knows."""
    if described is None or "container" not in described:
        return Verdict.UNREADABLE
    if described["genuine"] is not True:
        return Verdict.FORGED
    if known is None:
        return Verdict.UNKNOWN
    return Verdict.REPLACED if described["rotation"] < known["rotation"] else Verdict.GENUINE
