"""From a printed label to a photograph and back: every scan of the story is read from pixels."""

import zlib
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from api.demo.cast import Party
from api.demo.stage import NotProven, Stage, prove
from scanner.decode import Read, read
from scanner.scene import Setup, photograph
from waste_trace.labels.png import render_png
from waste_trace.services.render_label import label_font, layout_label

_LABEL_DPI = 200
_ATTEMPTS = 4


def label_picture(stage: Stage, container: str) -> npt.NDArray[np.uint8]:
    """The rendered label as an image (BGR)."""
    layout = layout_label(stage.deployment, container)
    data = render_png(layout, label_font(stage.deployment), _LABEL_DPI)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    prove(image is not None, "the label's PNG cannot be decoded")
    return np.asarray(image, np.uint8)


def scan(stage: Stage, party: Party, containers: list[str], occasion: str) -> dict[str, Any]:
    """Photograph each label anew and read it; the body fields of the scan.

    Each photograph has its own tilt, blur, light and noise. The device checks the issuer's
    signature on what it read, offline.
    """
    texts = []
    for container in containers:
        text = _read_by_hand(stage, container, occasion)
        token = stage.handhelds[party.key].read_label(text)
        prove(str(token.digital_id) == container, f"{occasion}: another label was read")
        texts.append(text)
    return {"containers": containers, "labels": texts}


def _read_by_hand(stage: Stage, container: str, occasion: str) -> str:
    """Read a label's photograph; take another one, as a person would, when it cannot be read."""
    label = label_picture(stage, container)
    for attempt in range(_ATTEMPTS):
        seed = zlib.crc32(f"{occasion}:{container}:{attempt}".encode())
        found = read(photograph(label, seed, setup(seed)).image)
        stage.photographs += 1
        text = _ours(found, container)
        if text is not None:
            stage.decode_ms.append(max(one.ms for one in found))
            return text
    raise NotProven(f"{occasion}: {container} was not read in {_ATTEMPTS} photographs")


def setup(seed: int) -> Setup:
    """How a hand holds a phone: another tilt, turn, blur and light each time."""
    rng = np.random.default_rng(seed)
    return Setup(
        width=800,
        height=640,
        label_px=float(rng.uniform(470, 560)),
        background=str(rng.choice(["drum", "wall", "floor"])),
        tilt_deg=float(rng.uniform(5, 30)),
        tilt_toward_deg=float(rng.uniform(0, 360)),
        rotation_deg=float(rng.uniform(-25, 25)),
        lens_blur_px=float(rng.uniform(0.4, 0.9)),
        motion_px=float(rng.uniform(0, 1.5)),
        gradient=float(rng.uniform(0.1, 0.4)),
        noise=float(rng.uniform(2, 5)),
        jpeg=int(rng.integers(70, 90)),
    )


def _ours(found: list[Read], container: str) -> str | None:
    return next((one.text for one in found if container in one.text), None)
