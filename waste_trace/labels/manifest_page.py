"""Draws the manifest on A4: three parts to sign, then a page of containers and the receipt.

The receipt (``c2sp.org/tlog-proof@v1``) is a QR of its own: who holds the paper can prove that the
manifest's newest event is in the ledger, without asking the ledger.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import accumulate
from pathlib import Path

from waste_trace.labels.cells import LINE_HEIGHT, Field, centred
from waste_trace.labels.errors import LabelError
from waste_trace.labels.fonts import LabelFont, load_font
from waste_trace.labels.form import Row, Table, draw_code, draw_lines
from waste_trace.labels.layout import WHITE, Element, Layout, Matrix, Rect, Text
from waste_trace.labels.manifest import Carriage, Party, PrintedManifest, WasteLine
from waste_trace.labels.matrices import QUIET_ZONE, page_qr_modules, qr_modules
from waste_trace.labels.sheet import A4

_MARGIN = 12.0
_WIDTH = A4[0] - 2 * _MARGIN
_EM = 3.6
_LINE = 0.25
_HEAD_QR = 26.0
_SIGN = 11.0
_ROWS = 72
"""Containers in one column of a page."""
_MAX_PATCH = 150.0
_MODULE = 0.8
_FEWEST = 3
"""Fewer rows than this do not stand alone at the foot or head of a page."""
_PART = 150.0
"""A part up to this height is not broken: it has one signature."""


def layout_manifest(manifest: PrintedManifest, font: Path) -> list[Layout]:
    """Lay the manifest out on A4 pages, the last one of evidence; two unless there is much of it.

    Raises:
        LabelError: no ``lines``, or a ``receipt`` longer than a QR holds.
    """
    face = load_font(font)
    if not manifest.lines:
        raise LabelError("lines", "联单没有废物。", "The manifest lists no waste.")
    title = f"{manifest.title} {manifest.number}"
    pages = [*_form(manifest, face), *_evidence(manifest, face)]
    return [Layout(*A4, (Rect(0, 0, *A4, WHITE), *page), title) for page in pages]


def _form(manifest: PrintedManifest, face: LabelFont) -> list[list[Element]]:
    """Set the three parts below each other; a row that no longer fits starts a page."""
    elements, y = _head(manifest, face)
    pages = [elements]
    waste = "危险废物" if manifest.title.startswith("危险废物") else "废物"
    for heading, rows in (
        (f"第一部分  {waste}移出信息（由移出人填写）", _sent(manifest)),
        (f"第二部分  {waste}运输信息（由承运人填写）", _carried(manifest)),
        (f"第三部分  {waste}接受信息（由接受人填写）", _accepted(manifest)),
    ):
        rest: Sequence[Row] = rows
        while rest:
            table = Table(_MARGIN, y + _EM * 1.5, _WIDTH, _EM, _LINE)
            room = A4[1] - _MARGIN - table.y
            ends = list(accumulate(table.heights(rest, face)))
            count = sum(end <= room for end in ends)
            if count < len(rest):
                count = min(count, len(rest) - _FEWEST)
            if count < len(rest) and (count < _FEWEST or (rest is rows and ends[-1] < _PART)):
                elements, y = _head(manifest, face)
                pages.append(elements)
                continue
            width = face.width(heading, _EM)
            elements.append(Text(_MARGIN, y + _EM, heading, _EM, width, bold=True))
            drawn, y = table.draw(rest[:count], face)
            elements += drawn
            y += _EM * 0.9
            rest = rest[count:]
    return pages


def _head(manifest: PrintedManifest, face: LabelFont) -> tuple[list[Element], float]:
    number = str(manifest.number)
    elements: list[Element] = [
        centred(manifest.title, face, 8.0, A4[0] / 2, _MARGIN + 7, bold=True),
        centred(f"联单编号：{number}", face, 4.6, A4[0] / 2, _MARGIN + 17),
        draw_code(qr_modules(number), number, A4[0] - _MARGIN - _HEAD_QR, _MARGIN - 3, _HEAD_QR),
    ]
    if manifest.state_zh:
        state = f"状态：{manifest.state_zh}"
        elements.append(Text(_MARGIN, _MARGIN + 18.5, state, _EM, face.width(state, _EM)))
    return elements, _MARGIN + 24


def _cells(*cells: tuple[str, str, str, float], tall: float = 0.0) -> Row:
    return Row(tuple((Field(name, caption, value), share) for name, caption, value, share in cells),
               tall)  # fmt: skip


def _party(prefix: str, party: Party, licence: str) -> list[Row]:
    rows = [
        _cells((f"{prefix}_name", "单位名称：", party.name, 3), (
            f"{prefix}_code", "统一社会信用代码：", party.code, 2.4)),
        _cells((f"{prefix}_address", "单位地址：", party.address, 3), (
            f"{prefix}_phone", "联系电话：", party.phone, 2.4)),
    ]  # fmt: skip
    if licence:
        rows.append(_cells((f"{prefix}_licence", licence, party.licence, 1)))
    return rows


def _sent(manifest: PrintedManifest) -> list[Row]:
    rows = _party("sender", manifest.sender, "")
    for index, line in enumerate(manifest.lines, start=1):
        rows.append(_cells(("lines", f"{index}. 废物名称：", line.name, 3),
                           ("lines", "废物代码：", line.code, 2.4)))  # fmt: skip
        rows.append(_sent_line(line))
        if line.harmful:
            rows.append(_cells(("lines", "有害成分：", line.harmful, 1)))
    total = sum((line.tonnes for line in manifest.lines), Decimal(0))
    rows.append(_cells(("lines", "合计移出量：", f"{total} 吨", 3),
                       ("handed_over", "交付时间：", manifest.handed_over, 2.4)))  # fmt: skip
    rows.append(_signature("移出人", manifest.sender.person))
    return rows


def _sent_line(line: WasteLine) -> Row:
    return _cells(
        ("lines", "危险特性：", line.hazards, 1.3),
        ("lines", "形态：", line.form, 1.0),
        ("lines", "包装：", f"{line.package_zh} {line.packages} 件".strip(), 1.4),
        ("lines", "移出量：", f"{line.tonnes} 吨", 1.7),
    )


def _carried(manifest: PrintedManifest) -> list[Row]:
    rows = _carrier(manifest.carrier, manifest.carriage)
    for party, way in manifest.further:
        rows += _carrier(party, way)
    return rows


def _carrier(party: Party, way: Carriage) -> list[Row]:
    passed = [_cells(("way", "经由地：", way.way, 1))] if way.way else []
    return [
        *_party("carrier", party, "道路运输经营许可证号："),
        _cells(("plate", "车辆号牌：", way.plate, 1), ("driver", "驾驶员：", way.driver, 1),
               ("driver_phone", "电话：", way.driver_phone, 1)),
        _cells(("start", "运输起点：", way.start, 3),
               ("departed", "起运时间：", way.departed, 2.4)),
        *passed,
        _cells(("end", "运输终点：", way.end, 3), ("arrived", "到达时间：", way.arrived, 2.4)),
        _signature("承运人", party.person),
    ]  # fmt: skip


def _accepted(manifest: PrintedManifest) -> list[Row]:
    rows = _party(
        "receiver", manifest.receiver, f"{manifest.licence}：" if manifest.licence else ""
    )
    for index, line in enumerate(manifest.lines, start=1):
        weight = "" if line.received_tonnes is None else f"{line.received_tonnes}"
        rows.append(_cells(
            ("lines", f"{index}. 处理意见：", line.decision, 1.6),
            ("lines", "利用处置方式：", line.method, 1.5),
            ("lines", "接受量：", f"{weight or '            '} 吨", 1.5),
        ))  # fmt: skip
    rows.append(_cells(("difference", "是否存在重大差异：", manifest.difference, 3),
                       ("received", "接受时间：", manifest.received, 2.4)))  # fmt: skip
    rows.append(_signature("接受人", manifest.receiver.person))
    return rows


def _signature(who: str, person: str) -> Row:
    return _cells(
        ("person", f"{who}经办人：", person, 1), ("signature", "签字（盖章）：", "", 1), tall=_SIGN
    )


def _evidence(manifest: PrintedManifest, face: LabelFont) -> list[list[Element]]:
    """List the containers, then draw the receipt: on the same page where both have room."""
    codes = [f"{n}. {code}" for n, code in enumerate(manifest.containers, start=1)]
    pages: list[list[Element]] = []
    y = 0.0
    for start in range(0, max(1, len(codes)), 2 * _ROWS):
        page = _evidence_head(manifest, face)
        listed, y = _containers(codes[start : start + 2 * _ROWS], face, _MARGIN + 10)
        pages.append([*page, *listed])
    words = (
        "存证：下方二维码是本联单最新事件的台账存证（c2sp.org/tlog-proof@v1），可离线核验："
        "waste-trace verify。 The QR below is the ledger receipt of this manifest's newest event."
    )
    lines, end = draw_lines(words, face, _EM, _MARGIN, y + 3, _WIDTH)
    code = _receipt_code(manifest, end)
    if code.y + code.side > A4[1] - _MARGIN:
        pages.append(_evidence_head(manifest, face))
        lines, end = draw_lines(words, face, _EM, _MARGIN, _MARGIN + 13, _WIDTH)
        code = _receipt_code(manifest, end)
    pages[-1] += [*lines, code]
    return pages


def _evidence_head(manifest: PrintedManifest, face: LabelFont) -> list[Element]:
    heading = f"{manifest.title} {manifest.number} · 容器与存证"
    return [centred(heading, face, 5.0, A4[0] / 2, _MARGIN + 3, bold=True)]


def _containers(codes: Sequence[str], face: LabelFont, y: float) -> tuple[list[Element], float]:
    """Set codes in two columns, read downward."""
    rows = -(-len(codes) // 2)
    em = _EM * 0.8
    step = em * LINE_HEIGHT
    texts: list[Element] = []
    for index, text in enumerate(codes):
        x = _MARGIN + index // rows * _WIDTH / 2
        texts.append(Text(x, y + index % rows * step + em, text, em, face.width(text, em)))
    return texts, y + rows * step


def _receipt_code(manifest: PrintedManifest, y: float) -> Matrix:
    """At 0.8 mm a module a phone reads the largest code; more would waste the page."""
    try:
        rows = page_qr_modules(manifest.receipt)
    except LabelError as problem:
        raise LabelError("receipt", problem.zh, problem.en) from problem
    patch = min(_MAX_PATCH, (len(rows) + 2 * QUIET_ZONE) * _MODULE)
    return draw_code(rows, manifest.receipt, (A4[0] - patch) / 2, y + 2, patch)
