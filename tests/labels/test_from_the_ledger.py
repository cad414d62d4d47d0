"""Labels, manifest and bundle of a drum that the ledger knows, on both databases."""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import zxingcpp

from tests.cast import FACTORY, WASTE, Cast
from tests.catalogue.test_importing import official_rows, plan_of
from tests.catalogue.workbooks import comma
from tests.devices import Clock
from tests.services.lives import drum
from waste_trace.catalogue.shelf import FOLDER, write_edition
from waste_trace.labels import render_pdf
from waste_trace.labels.layout import Matrix, Text
from waste_trace.ledger.leaf import parse_leaf
from waste_trace.ledger.receipt import verify_receipt
from waste_trace.services.deployment import Deployment
from waste_trace.services.render_label import house_catalogue, label_font, layout_label
from waste_trace.services.render_manifest import (
    UnknownManifest,
    layout_bundle,
    layout_manifest_pages,
)
from waste_trace.store.tiles import leaves


def test_what_travels_on_paper_says_what_the_ledger_says(
    deployment: Deployment, cast: Cast, clock: Clock
) -> None:
    done = drum(cast, clock)
    font = label_font(deployment)
    pages = layout_manifest_pages(deployment, done.manifest)
    document = pypdfium2.PdfDocument(render_pdf(pages, font))
    read = [
        found.text
        for page in document
        for found in zxingcpp.read_barcodes(
            np.ascontiguousarray(page.render(scale=300 / 72).to_numpy())
        )
    ]
    document.close()
    assert read[0] == done.manifest
    with deployment.engine.connect() as connection:
        newest = connection.exec_driver_sql("SELECT max(last_idx) FROM manifest").scalar_one()
        entry = parse_leaf(leaves(connection, newest, newest + 1)[0])
    proven = verify_receipt(read[1], entry.envelope, deployment.sequencer.log_vkey)
    assert (proven.index, proven.ms) == (newest, entry.ms)
    words = [e.text for page in pages for e in page.elements if isinstance(e, Text)]
    assert f"1. {done.code}" in words
    assert f"单位 {FACTORY[-4:]}" in words
    assert WASTE in words
    # What carrier and receiver have filled in stands in their parts.
    for said in ("浙F7K21挂", "接受", "否", "0.180 吨"):
        assert any(said in word for word in words), said
    bundle = layout_bundle(deployment, done.manifest)
    assert done.code in [e.text for e in bundle.elements if isinstance(e, Text)]
    code = next(e for e in layout_label(deployment, done.code).elements if isinstance(e, Matrix))
    assert code.text
    assert done.code in code.text
    with pytest.raises(UnknownManifest):
        layout_bundle(deployment, "20263304999999")


def test_a_label_is_filled_from_an_imported_edition(
    deployment: Deployment, cast: Cast, data_dir: Path
) -> None:
    code = cast.containers()[0]
    rows = [
        [*row[:3], "改了写法的废油", row[4]] if row[2:3] == [WASTE] else row
        for row in official_rows()
    ]
    before = layout_label(deployment, code)
    folder = deployment.settings.data_dir / FOLDER
    write_edition(plan_of(comma(rows)).edition, folder)
    assert "2025" in house_catalogue(deployment).editions
    after = layout_label(deployment, code)
    assert "改了写法的废油" not in [e.text for e in before.elements if isinstance(e, Text)]
    assert "改了写法的废油" in [e.text for e in after.elements if isinstance(e, Text)]
    assert folder.is_relative_to(data_dir)
