"""From camera frames to verdicts: is the camera well, is the frame fresh, what stands there."""

from scanner.vision.config import VisionConfig
from scanner.vision.health import Health, HealthState
from scanner.vision.inventory import Inventory
from scanner.vision.verdict import FrameVerdict, verify_frame

__all__ = ["FrameVerdict", "Health", "HealthState", "Inventory", "VisionConfig", "verify_frame"]
