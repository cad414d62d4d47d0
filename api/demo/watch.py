"""The storage site's camera: a picture that agrees with the record, and one that shows nothing."""

import hashlib
import time
from datetime import timedelta
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from api.demo.cast import CAMERA, FACTORY
from api.demo.direct import Drum
from api.demo.scenes import label_picture
from api.demo.stage import Stage, prove
from scanner.scene import expose, store_view
from scanner.scene.tamper import cover

_SEED = 20
_LABEL_SHARE = 0.9  # a camera at the store's door; an overview camera reads no label at 3 m


def see_stock(stage: Stage, drum: Drum) -> str:
    """The camera sees the drum that the record has in the store."""
    frame = _picture(stage, drum, noise_seed=1)
    index, row = _capture(stage, frame)
    prove(row["verdict"] == "verified", f"verdict {row['verdict']}: {row['detail']}")
    prove(row["detail"]["found"] == [drum.code], f"the drum was not seen: {row['detail']}")
    return f"verified · sha256 {row['sha256'][:16]}… · #{index} → #{row['verdict_idx']}"


def see_nothing(stage: Stage, drum: Drum) -> str:
    """A covered lens: the stock is unobservable, which is a finding, and nothing is "missing"."""
    stage.clock.forward(minutes=30)
    frame = cover(_picture(stage, drum, noise_seed=2), 3)
    index, row = _capture(stage, frame)
    prove(row["verdict"] == "unobservable", f"verdict {row['verdict']}: {row['detail']}")
    prove(row["detail"]["missing"] == [], "a covered camera was taken for a missing drum")
    findings = stage.call(FACTORY, "GET", "/v1/findings")
    prove(any(f["rule"] == "camera_impaired" for f in findings), "nobody noticed the camera")
    return f"unobservable ({row['detail']['health']}) · #{index} → #{row['verdict_idx']}"


def _picture(stage: Stage, drum: Drum, noise_seed: int) -> npt.NDArray[np.uint8]:
    view = store_view([label_picture(stage, drum.code)], _SEED, label_share=_LABEL_SHARE)
    local = stage.clock.now() + timedelta(hours=8)
    clock = local.strftime("%Y-%m-%d %H:%M:%S")
    return expose(view.image, noise_seed, clock=clock, camera=CAMERA)


def _capture(stage: Stage, frame: npt.NDArray[np.uint8]) -> tuple[int, dict[str, Any]]:
    """Send a picture as the site's camera station does; wait for the worker's verdict."""
    ok, encoded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 92])
    prove(ok, "the frame cannot be encoded")
    data = encoded.tobytes()
    station = stage.handhelds["factory"]
    body = {
        "camera": CAMERA,
        "sha256": hashlib.sha256(data).hexdigest(),
        "media_type": "image/jpeg",
    }
    seq = station.record("capture_frame", body, at=stage.clock.now())
    envelope = station.notebook.records("waiting")[-1].envelope
    with stage.client() as client:
        answer = stage.checked(
            client.post(
                "/v1/frames",
                data={"envelope": envelope.decode()},
                files={"picture": ("frame.jpg", data, "image/jpeg")},
            )
        ).json()
    station.notebook.settle(seq, "received", index=answer["index"], receipt=answer["receipt"])
    return answer["index"], _verdict(stage, answer["index"])


def _verdict(stage: Stage, capture: int) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        rows = stage.call(FACTORY, "GET", "/v1/frames")
        row: dict[str, Any] = next(row for row in rows if row["idx"] == capture)
        if row["verdict"]:
            return row
        time.sleep(0.1)
    raise TimeoutError(f"no verdict on the picture of event {capture} within a minute")
