"""The same form as workbook, PDF and JSON: read back, they say what the form says."""

import io
import json
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from tests.labels.samples import FONT
from tests.reports.samples import FILING, ROOT, codes, declared, produced
from waste_trace.labels.layout import Text
from waste_trace.reports.form import Form
from waste_trace.reports.forms.declaration import Cadence, declaration_form
from waste_trace.reports.forms.produced import produced_form
from waste_trace.reports.forms.waste import Packing
from waste_trace.reports.pages import layout_form, render_pdf
from waste_trace.reports.value import form_value
from waste_trace.reports.xlsx import render_xlsx


def sheets(form: Form) -> dict[str, list[list[Any]]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(form)))
    return {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}


def page_texts(form: Form) -> list[str]:
    document = pypdfium2.PdfDocument(render_pdf(form, FONT))
    return [document[n].get_textpage().get_text_bounded() for n in range(len(document))]


def month_of_batches(count: int) -> Form:
    return produced_form([produced(number) for number in range(1, count + 1)], FILING)


def test_a_workbook_holds_true_numbers_and_times() -> None:
    form = produced_form([produced(1, "182.500"), produced(2, "0.125")], FILING)
    (name, evidence) = sheets(form)
    rows = sheets(form)[name]
    start = next(n for n, row in enumerate(rows) if row[0] == "序号")
    assert rows[start][8] == "产生量（吨）"
    first, second, total = rows[start + 2 : start + 5]
    assert first[1] == "HWCS20261123001"
    assert isinstance(first[2], datetime)
    assert first[2].isoformat() == "2026-11-23T08:01:00"
    assert first[8] == pytest.approx(0.1825)
    assert isinstance(first[8], float)
    assert second[8] == pytest.approx(0.000125)
    assert total[8] == pytest.approx(0.182625)
    assert evidence == "凭证"


def test_a_workbook_carries_its_checkpoint_and_the_entries_behind_each_row() -> None:
    pairs = {str(row[0]): row[1] for row in sheets(month_of_batches(2))["凭证"]}
    assert pairs["树根"] == ROOT
    assert pairs["检查点原文"] == "the signed note\n"
    assert pairs["表1 第2行 台账条目"] == "12"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil.example")', "+1+1", "@SUM(A1)", "-2+3"])
def test_no_text_becomes_a_formula_or_a_link(name: str) -> None:
    form = produced_form([produced(handler=name)], FILING)
    assert any(name in row for row in next(iter(sheets(form).values())))
    with zipfile.ZipFile(io.BytesIO(render_xlsx(form))) as parts:
        texts = [parts.read(part) for part in parts.namelist()]
    assert not any(b"<f>" in text or b"<hyperlink" in text for text in texts)


def test_a_workbook_is_the_same_bytes_each_time() -> None:
    assert render_xlsx(month_of_batches(3)) == render_xlsx(month_of_batches(3))


def test_every_page_of_a_pdf_has_the_head_the_checkpoint_and_its_number() -> None:
    texts = page_texts(month_of_batches(60))
    assert len(texts) > 2
    for number, text in enumerate(texts, start=1):
        flat = "".join(text.split())
        assert "产生批次编码" in flat
        assert ROOT in flat
        assert f"第{number}页共{len(texts)}页" in flat
    assert "合计" in texts[-1]
    assert "填报单位（盖章）" in "".join(texts[-1].split())
    together = "".join("".join(texts).split())
    for number in range(1, 61):
        assert f"HWCS20261123{number:03d}" in together


def test_pages_are_a4_landscape_and_nothing_stands_outside() -> None:
    for page in layout_form(month_of_batches(30), FONT):
        assert (page.width, page.height) == (297.0, 210.0)
        for element in page.elements:
            if isinstance(element, Text):
                assert element.x >= 10
                assert element.x + element.width <= 287
                assert element.y <= 206


def test_a_row_that_is_taller_than_a_page_goes_on_over_pages() -> None:
    long = produced(handler="很" * 3000, packing=Packing(codes(2)))
    texts = page_texts(produced_form([long, produced(2)], FILING))
    assert "".join("".join(texts).split()).count("很") == 3000
    assert len(texts) > 1


def test_a_character_that_the_font_lacks_is_marked_and_named() -> None:
    text = "".join("".join(page_texts(produced_form([produced(handler="喆㼆")], FILING))).split())
    assert "喆〓" in text
    assert "U+3F06" in text


def test_an_empty_period_is_a_form_all_the_same() -> None:
    form = produced_form([], FILING)
    assert "（本期无）" in "".join(page_texts(form))
    assert form_value(form)["tables"][0]["rows"] == []
    assert sheets(form)


def test_json_keeps_quantities_exact_and_names_the_entries() -> None:
    value = form_value(declaration_form([declared()], Cadence.MONTH, FILING))
    assert json.loads(json.dumps(value)) == value
    table = value["tables"][0]
    assert table["rows"][0]["opening"] == "0.100000"
    assert table["rows"][0]["entries"] == [3, 4]
    assert Decimal(table["totals"]["others"]) == Decimal("0.5")
    assert value["stamp"]["root"] == ROOT
    assert value["source"] == {
        "standard": "HJ 1259-2022",
        "clause": "App. C; 7.2",
        "certainty": "P",
        "unconfirmed": False,
    }
