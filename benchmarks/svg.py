"""A line chart as SVG text: a few polylines need no plotting library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_WIDTH, _HEIGHT = 560, 300
_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 34, 110, 44
# Told apart without colour as well: each line has its own dashes and marker size.
_STYLES = (
    ("#1677ff", ""),
    ("#d4380d", "6 3"),
    ("#389e0d", "2 3"),
    ("#722ed1", "8 3 2 3"),
    ("#8c8c8c", "1 4"),
)


def line_chart(
    title: str, axis: str, levels: Sequence[float], lines: Mapping[str, Sequence[float]]
) -> str:
    """Percentages (0 to 100) over ``levels``, which are set at equal steps."""
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="11"><title>{escape(title)}</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="20" font-size="13">{escape(title)}</text>',
    ]
    for share in (0, 25, 50, 75, 100):
        y = _y(share)
        out.append(
            f'<path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#ddd"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{share}</text>'
        )
    for index, level in enumerate(levels):
        x = _x(index, len(levels))
        out.append(f'<text x="{x}" y="{_HEIGHT - 26}" text-anchor="middle">{level:g}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) // 2
    out.append(f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(axis)}</text>')
    out.append(f'<text x="6" y="{_TOP - 4}">%</text>')
    for number, (name, values) in enumerate(lines.items()):
        out += _line(name, values, number)
    return "\n".join([*out, "</svg>"]) + "\n"


def _line(name: str, values: Sequence[float], number: int) -> list[str]:
    colour, dashes = _STYLES[number % len(_STYLES)]
    points = " ".join(f"{_x(i, len(values))},{_y(v)}" for i, v in enumerate(values))
    y = _TOP + 12 + 18 * number
    x = _WIDTH - _RIGHT + 12
    style = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}" fill="none"'
    return [
        f'<polyline points="{points}" {style}/>',
        f'<path d="M{x} {y}h24" {style}/><text x="{x + 30}" y="{y + 4}">{escape(name)}</text>',
    ]


def _x(index: int, count: int) -> float:
    return round(_LEFT + 12 + index * (_WIDTH - _LEFT - _RIGHT - 24) / max(count - 1, 1), 1)


def _y(share: float) -> float:
    return round(_TOP + (100 - share) * (_HEIGHT - _TOP - _BOTTOM) / 100, 1)
