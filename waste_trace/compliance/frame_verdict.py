"""What a storage-site camera's picture says against the record (视频监控核验)."""

from collections.abc import Mapping

from waste_trace.compliance.rule import Raised, Rule, Severity

CAMERA_IMPAIRED = Rule(
    "camera_impaired",
    "监控画面异常",
    "Camera picture is impaired",
    "GB 18597-2023 4.7 (画面清晰)",
    "1",
    Severity.WARNING,
)
STOCK_MISMATCH = Rule(
    "stock_mismatch",
    "画面与台账不符",
    "Picture and record disagree",
    "GB 18597-2023 4.7; HJ 1259-2022 6.2",
    "1",
    Severity.WARNING,
)


def frame_verdict(
    idx: int, camera: str, org: str, verdict: str, detail: Mapping[str, object]
) -> list[Raised]:
    """Findings from a verdict: an impaired view, or labels that the record does not expect.

    A container that an impaired camera cannot show is never called missing.
    """
    if verdict == "unobservable":
        health = str(detail.get("health", ""))
        return [
            Raised(
                CAMERA_IMPAIRED, f"camera_impaired:{camera}:{idx}", camera, org,
                f"画面不可用（{health}），库存无法核验。",
                f"The picture cannot be used ({health}); stock cannot be verified.",
                {"event": idx, "camera": camera, "detail": dict(detail)},
            )
        ]  # fmt: skip
    if verdict == "suspect":
        return [
            Raised(
                STOCK_MISMATCH, f"stock_mismatch:{camera}:{idx}", camera, org,
                "画面中的容器与台账不一致，请现场核实。",
                "The containers in the picture are not those of the record; check on site.",
                {"event": idx, "camera": camera, "detail": dict(detail)},
            )
        ]  # fmt: skip
    return []
