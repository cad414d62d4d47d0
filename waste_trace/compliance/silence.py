"""Nothing is heard where something should be (静默): devices, cameras, small producers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from waste_trace.compliance.rule import Raised, Rule, Severity
from waste_trace.compliance.thresholds import Thresholds

SILENT_DEVICE = Rule(
    "silent_device",
    "设备失联",
    "Device is silent",
    "own rule; the number of days is configuration",
    "M",
    Severity.WARNING,
    ("silent_device_days",),
)
CAMERA_SILENT = Rule(
    "camera_silent",
    "监控失联",
    "Camera is silent",
    "GB 18597-2023 4.7 (视频监控); the number of hours is configuration",
    "M",
    Severity.WARNING,
    ("silent_camera_hours",),
)
CAMERA_BLINDED = Rule(
    "camera_blinded",
    "监控持续不可用",
    "Camera shows nothing, again and again",
    "GB 18597-2023 4.7 (画面清晰); the number of pictures is configuration",
    "M",
    Severity.SERIOUS,
    ("blinded_frames",),
)
NO_COLLECTION = Rule(
    "no_collection",
    "小微单位长期无人收集",
    "Small producer not visited for long",
    "own rule (浙江小微收运实践); the number of days is configuration",
    "M",
    Severity.NOTICE,
    ("no_collection_days",),
)


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A device and what its organisation has under way.

    Attributes:
        moving: containers of the organisation that changed within the period, or stand with it.
        missing: ranges of sequence numbers that never came, both ends inclusive.
    """

    dev: str
    org: str
    name: str
    last_seen_at: datetime
    moving: int
    missing: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CameraSeen:
    """A camera, its last picture, and how many of the last ones in a row showed nothing."""

    camera: str
    org: str
    site: str
    last_frame_at: datetime
    containers: int
    blind: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SmallProducer:
    """A small producer (小微产废单位) as the platform that serves it knows it.

    Attributes:
        last_collected_at: the last collection, or the begin of the contract before the first.
        interval: the longest time between two visits that was agreed on, if any was.
    """

    org: str
    platform: str
    last_collected_at: datetime
    stock_kg: Decimal
    forecast_kg: Decimal = Decimal(0)
    interval: timedelta | None = None


def silent_device(seen: DeviceSeen, now: datetime, limits: Thresholds) -> list[Raised]:
    """A finding for a device that is not heard of while its organisation has waste to record."""
    if now - seen.last_seen_at <= limits.silent_device or not seen.moving:
        return []
    days = (now - seen.last_seen_at).days
    gaps = sum(last - first + 1 for first, last in seen.missing)
    also_zh = f"，且缺 {gaps} 条记录" if gaps else ""
    also_en = f", and {gaps} of its records are missing" if gaps else ""
    return [
        Raised(
            SILENT_DEVICE, f"{SILENT_DEVICE.name}:{seen.dev}", seen.dev, seen.org,
            f"终端“{seen.name}”已 {days} 天无记录，而单位有 {seen.moving} 个容器在管{also_zh}。",
            f"The device has been silent for {days} days while {seen.moving} containers are "
            f"in its organisation's hands{also_en}.",
            {"device": seen.dev, "last_seen_at": seen.last_seen_at.isoformat(), "gaps": gaps},
        )
    ]  # fmt: skip


def camera_silent(seen: CameraSeen, now: datetime, limits: Thresholds) -> list[Raised]:
    """A finding for a camera without pictures while waste stands in its store."""
    quiet = now - seen.last_frame_at
    if quiet <= limits.silent_camera or not seen.containers:
        return []
    hours = int(quiet / timedelta(hours=1))
    return [
        Raised(
            CAMERA_SILENT, f"{CAMERA_SILENT.name}:{seen.camera}", seen.camera, seen.org,
            f"摄像机 {hours} 小时没有画面，库内有 {seen.containers} 个容器。",
            f"No picture for {hours} hours while {seen.containers} containers stand in the store.",
            {"camera": seen.camera, "site": seen.site,
             "last_frame_at": seen.last_frame_at.isoformat()},
        )
    ]  # fmt: skip


def camera_blinded(seen: CameraSeen, limits: Thresholds) -> list[Raised]:
    """A finding for a camera whose last pictures all showed nothing: covered, turned or dark."""
    if len(seen.blind) < limits.blinded_frames:
        return []
    return [
        Raised(
            CAMERA_BLINDED, f"{CAMERA_BLINDED.name}:{seen.camera}", seen.camera, seen.org,
            f"最近连续 {len(seen.blind)} 张画面均不可用，疑被遮挡、移位或断光。",
            f"The last {len(seen.blind)} pictures show nothing: covered, turned away or dark?",
            {"camera": seen.camera, "site": seen.site, "events": list(seen.blind)},
        )
    ]  # fmt: skip


def no_collection(small: SmallProducer, now: datetime, limits: Thresholds) -> list[Raised]:
    """A notice for a small producer that has waste, or is expected to, and is not visited."""
    waits = now - small.last_collected_at
    limit = small.interval or limits.no_collection
    if waits <= limit or not (small.stock_kg or small.forecast_kg):
        return []
    return [
        Raised(
            NO_COLLECTION, f"{NO_COLLECTION.name}:{small.org}:{small.platform}", small.org,
            small.platform,
            f"{waits.days} 天未上门收集，现存 {small.stock_kg} kg，预计 {small.forecast_kg} kg。",
            f"Not visited for {waits.days} days; {small.stock_kg} kg wait, "
            f"{small.forecast_kg} kg are expected.",
            {"producer": small.org, "last_collected_at": small.last_collected_at.isoformat(),
             "stock_kg": str(small.stock_kg), "limit_days": limit.days},
        )
    ]  # fmt: skip
