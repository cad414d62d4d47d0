"""Character sets: Chinese texts come out as they went in, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
import qrcode

from scanner.decode import read
from scanner.decode.charset import chinese
from tests.scanner.pictures import Pixels


def code_of(data: bytes) -> Pixels:
    """A QR code of raw bytes, without ECI."""
    code = qrcode.QRCode(border=4)
    code.add_data(qrcode.util.QRData(data, mode=qrcode.util.MODE_8BIT_BYTE))
    grid = np.where(np.array(code.get_matrix(), bool), 0, 255).astype(np.uint8)
    return np.kron(grid, np.ones((4, 4), np.uint8))


TEXTS = [
    "废矿物油",
    "危险废物：HW08，900-249-08",
    "嘉兴市平湖某某环保有限公司 0573",
    "ABC 含汞灯管",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_chinese_is_read_as_it_was_written(text: str, charset: str) -> None:
    assert [r.text for r in read(code_of(text.encode(charset)))] == [text]


@pytest.mark.parametrize("text", ["Köln, Straße 5", "Übergrößenträger", "café À côté"])
def test_latin_is_left_alone(text: str) -> None:
    assert chinese(text.encode("latin-1")) is None
    assert [r.text for r in read(code_of(text.encode("latin-1")))] == [text]


@pytest.mark.parametrize("text", ["廃棄物の管理", "テスト用コード", "ごみ"])
def test_japanese_is_left_alone(text: str) -> None:
    assert chinese(text.encode("shift-jis")) is None


@pytest.mark.parametrize(
    "data", [b"", b"plain", "废油".encode(), b"\xb7", b"\xa1\xa1", b"\xff\xfe"]
)
def test_what_is_not_gb_2312_is_left_alone(data: bytes) -> None:
    assert chinese(data) is None
