"""A ZPL renderer that others wrote (zebrash) prints our labels; other decoders read its picture."""

import base64
import io
import json
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from tests.databases import unavailable
from tests.labels.samples import FONT, ID, KEY, sample
from tests.labels.test_forms import bundle, medical
from waste_trace.codes import label_token
from waste_trace.labels import Layout, layout_container_label
from waste_trace.labels.bundle import layout_bundle_label
from waste_trace.labels.layout import Matrix
from waste_trace.labels.medical import layout_medical_label
from waste_trace.labels.png import render_image
from waste_trace.labels.printer import dots
from waste_trace.labels.roll import RollLabel, layout_roll_label
from waste_trace.labels.zpl import render_zpl

SOURCE = Path(__file__).with_name("zpl")
HOME = Path(__file__).parents[2] / ".local" / "zpl"
FILES = ("package.json", "package-lock.json", ".npmrc", "render.cjs")
DPMM = {8: 203, 12: 300}


@pytest.fixture(scope="session")
def renderer() -> Path:
    """The pinned package, fetched once; nothing of it is part of this repository."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        unavailable("Node is missing: install Node 20 or newer")
    lock = HOME / "package-lock.json"
    wanted = (SOURCE / "package-lock.json").read_bytes()
    fresh = lock.exists() and lock.read_bytes() == wanted and (HOME / "node_modules").exists()
    HOME.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(SOURCE / name, HOME / name)
    if not fresh:
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts"], cwd=HOME, capture_output=True, text=True, check=False
        )
        if done.returncode:
            lock.unlink()
            unavailable(f"npm cannot fetch zpl-renderer-js: {done.stderr[-300:]}")
    return HOME


def printed(renderer: Path, layouts: list[Layout], dpmm: int) -> list[Image.Image]:
    asked = [
        json.dumps(
            {
                "zpl": render_zpl(layout, FONT, DPMM[dpmm]).decode("ascii"),
                # Its dots are twelfths of a millimetre where a 300 dpi head has 11.8.
                "width": dots(layout.width, DPMM[dpmm]) / dpmm,
                "height": dots(layout.height, DPMM[dpmm]) / dpmm,
                "dpmm": dpmm,
            }
        )
        for layout in layouts
    ]
    done = subprocess.run(
        ["node", "render.cjs"], cwd=renderer, input="\n".join(asked).encode(),
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-500:]
    answers = done.stdout.decode().split()
    assert len(answers) == len(layouts)
    return [Image.open(io.BytesIO(base64.b64decode(a))).convert("L") for a in answers]


@pytest.mark.parametrize("dpmm", list(DPMM))
def test_it_prints_codes_that_decode_and_words_where_they_belong(renderer: Path, dpmm: int) -> None:
    roll = RollLabel(ID, label_token.sign(ID, 0, KEY).text)
    layouts = [
        layout_container_label(sample(), FONT),
        layout_container_label(sample(volume_l=Decimal(1000)), FONT),
        layout_roll_label(roll, FONT),
        layout_medical_label(medical(), FONT),
        layout_bundle_label(bundle(), FONT),
    ]
    expected = [sample().token_text] * 2 + [roll.token_text, medical().token_text, "20263304000001"]
    pictures = printed(renderer, layouts, dpmm)
    for layout, picture, text in zip(layouts, pictures, expected, strict=True):
        assert [found.text for found in zxingcpp.read_barcodes(np.array(picture))] == [text]
        ours = np.array(render_image(layout, FONT, DPMM[dpmm]).convert("L")) < 82
        theirs = np.array(picture)[: ours.shape[0], : ours.shape[1]] < 128
        assert ours.shape == theirs.shape
        # Their QR is aligned to dots, so smaller than ours; all other ink is where ours is.
        code = next(e for e in layout.elements if isinstance(e, Matrix))
        left, top = (dots(at, DPMM[dpmm]) for at in (code.x, code.y))
        side = dots(code.side, DPMM[dpmm]) + 2
        for ink in (ours, theirs):
            ink[top - 1 : top + side, left - 1 : left + side] = False
        assert np.count_nonzero(ours & theirs) > 0.9 * np.count_nonzero(theirs)
        assert np.count_nonzero(ours & theirs) > 0.9 * np.count_nonzero(ours)
