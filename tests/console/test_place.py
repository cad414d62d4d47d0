"""Stickers of places: printed, read back from pixels, genuine or forged on any phone."""

import cv2
import numpy as np
import pytest

from scanner.decode import read
from tests.api.conftest import ClientOf, base_url, client_of
from waste_trace.codes.errors import InvalidCode
from waste_trace.codes.place_token import PlaceKind
from waste_trace.labels.png import render_png
from waste_trace.services.deployment import Deployment
from waste_trace.services.render_label import label_font
from waste_trace.services.render_place import layout_place, sign_place

__all__ = ["base_url", "client_of"]

SUBJECTS = {
    PlaceKind.SITE: "91330482MA2CUX11X3001P",
    PlaceKind.FACILITY: "91330482MA2CUX11X3001P-TS001",
    PlaceKind.POINT: "POINT-7",
    PlaceKind.ZONE: "A-2",
    PlaceKind.VEHICLE: "浙F7K21挂",
    PlaceKind.CAMERA: "CAM-HD-01",
    PlaceKind.SCALE: "SCALE-1",
    PlaceKind.PERSON: "usr_4f1d02c9",
}


@pytest.mark.parametrize("kind", PlaceKind)
def test_a_sticker_reads_back_and_any_phone_says_genuine(
    deployment: Deployment, client_of: ClientOf, kind: PlaceKind
) -> None:
    subject = SUBJECTS[kind]
    layout = layout_place(deployment, kind, subject, "平湖宏达")
    picture = cv2.imdecode(
        np.frombuffer(render_png(layout, label_font(deployment), 200), np.uint8),
        cv2.IMREAD_GRAYSCALE,
    )
    [found] = read(np.asarray(picture, np.uint8))
    assert found.text == sign_place(deployment, kind, subject).text
    path = "/P/" + found.text.split("/P/")[1]
    answer = client_of("").get(path)
    assert answer.status_code == 200
    assert "贴码真实" in answer.text
    assert subject in answer.text


def test_a_forged_sticker_is_told(deployment: Deployment, client_of: ClientOf) -> None:
    genuine = sign_place(deployment, PlaceKind.CAMERA, "CAM-HD-01").text
    path = "/P/" + genuine.split("/P/")[1].replace("CAM-HD-01", "CAM-HD-02")
    answer = client_of("").get(path)
    assert answer.status_code == 200
    assert "伪造贴码" in answer.text
    assert "贴码真实" not in answer.text


def test_what_is_no_sticker(client_of: ClientOf) -> None:
    assert client_of("").get("/P/CAMERA/nonsense").status_code == 404


def test_a_plate_that_is_none(deployment: Deployment) -> None:
    with pytest.raises(InvalidCode):
        sign_place(deployment, PlaceKind.VEHICLE, "X-1")
