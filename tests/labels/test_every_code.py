"""No code of the catalogue stands in the way of its label, whatever the list calls it."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from tests.labels.samples import FONT, KEY, sample
from waste_trace.catalogue.lookup import packaged
from waste_trace.catalogue.model import WasteEntry
from waste_trace.catalogue.short_name import GOOD_LENGTH, good_names, short_names
from waste_trace.codes import digital_id, label_token, uscc, waste_code
from waste_trace.labels import ContainerLabel, LabelError, Layout, render_pdf
from waste_trace.labels.layout import Matrix, Text
from waste_trace.labels.naming import layout_with_names

ENTRIES = list(packaged().editions["2021"].entries.values())
UNIT = uscc.parse("91330100716105852F")


def label_of(entry: WasteEntry, volume: Decimal) -> ContainerLabel:
    code = digital_id.build(UNIT, waste_code.parse(entry.code), date(2026, 11, 23), 1)
    return sample(
        digital_id=code, token_text=label_token.sign(code, 0, KEY).text, waste_code=code.waste,
        category=entry.category, hazards=entry.hazards, waste_name=entry.description,
        main_components="", harmful_components="", volume_l=volume,
        precautions="防泄漏、防雨淋，远离火源", remark="",
    )  # fmt: skip


def layout_of(entry: WasteEntry, volume: Decimal) -> Layout:
    return layout_with_names(label_of(entry, volume), good_names(entry.description), FONT)


@pytest.mark.parametrize(("volume", "side"), [(50, 100), (200, 150), (1000, 200)])
def test_all_467_codes_have_a_label_of_every_size(volume: int, side: int) -> None:
    layouts = [layout_of(entry, Decimal(volume)) for entry in ENTRIES]
    assert len(layouts) == 467
    for entry, layout in zip(ENTRIES, layouts, strict=True):
        assert layout.width == side
        words = [e.text for e in layout.elements if isinstance(e, Text)]
        assert entry.code in words
        assert sum(isinstance(e, Matrix) for e in layout.elements) == 1
    document = pypdfium2.PdfDocument(render_pdf(layouts, FONT))
    assert len(document) == 467
    for index in range(0, 467, 66):
        picture = document[index].render(scale=2).to_numpy()
        assert ENTRIES[index].code.replace("-", "") in zxingcpp.read_barcodes(picture)[0].text
    document.close()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("900-249-08", "其他生产、销售、使用过程中产生的废矿物油及沾染矿物油的废弃包装物"),
        ("900-039-49", "废活性炭"),
        ("900-047-49", "含氰、氟、重金属无机废液及无机废液处理产生的残渣、残液"),
        ("900-402-06", "有机溶剂"),
        ("900-999-49", "危险化学品"),
        ("900-045-49", "废电路板"),
    ],
)
def test_names_are_cut_where_the_sentence_allows_it(code: str, name: str) -> None:
    entry = packaged().find(code).entry
    assert entry
    assert name in short_names(entry.description)


def test_every_name_is_made_of_the_lists_own_words() -> None:
    for entry in ENTRIES:
        names = short_names(entry.description)
        assert names[0] == entry.description
        assert [len(n) for n in names] == sorted((len(n) for n in names), reverse=True)
        best = good_names(entry.description)
        assert 2 <= len(best[-1]) <= 24, entry.code
        assert len(best[0]) <= GOOD_LENGTH
        for name in best:
            assert name.count("（") == name.count("）"), entry.code
            assert name.count("《") == name.count("》"), entry.code
            assert not name.startswith(("、", "，", "的", "）"))
            assert name[-1] not in "、，（的"


@given(st.text("废油产生的（）《》，、；含A1", min_size=1, max_size=60))
def test_shortening_stops_and_never_loses_everything(text: str) -> None:
    names = short_names(text)
    assert names[0] == text
    assert all(len(a) > len(b) for a, b in pairwise(names))
    assert good_names(text)


def test_what_no_name_can_cure_is_still_said() -> None:
    entry = ENTRIES[0]
    label = label_of(entry, Decimal(20))
    for names, field in (
        (("太长" * 300,), "waste_name"),
        ((), "waste_name"),
        (("\U0001f6e2",), "waste_name"),
    ):
        with pytest.raises(LabelError) as caught:
            layout_with_names(label, names, FONT)
        assert caught.value.field == field
