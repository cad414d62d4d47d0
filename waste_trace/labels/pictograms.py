"""Hazard pictograms as vectors: diamonds for T, C, I, R (HJ 1276-2022 App. A), biohazard for In.

Own drawings in the manner of GB 190: the standard's artwork was not at hand, so shapes and the
colours of the diamonds are unverified. Coordinates run from -1 to 1, y downward.
"""

from waste_trace.catalogue.model import Hazard
from waste_trace.labels.layout import BLACK, WHITE, YELLOW, Colour, Element, Polygon
from waste_trace.labels.shapes import Points, bar, circle, outline, ring_sector, star

RED: Colour = (226, 35, 26)
Shape = tuple[Points, Colour]

_DIAMOND: Points = ((0, -1), (1, 0), (0, 1), (-1, 0))
_BACKGROUND = {
    Hazard.TOXIC: WHITE,
    Hazard.CORROSIVE: WHITE,
    Hazard.IGNITABLE: RED,
    Hazard.REACTIVE: YELLOW,
    Hazard.INFECTIOUS: WHITE,
}


def pictogram(hazard: Hazard, cx: float, cy: float, radius: float) -> list[Element]:
    """Return the diamond of a hazard, centred, ``radius`` from centre to corner in millimetres."""
    shapes: list[Shape] = [
        (_DIAMOND, WHITE),
        (_scaled(_DIAMOND, 0.97), BLACK),
        (_scaled(_DIAMOND, 0.91), _BACKGROUND[hazard]),
        *((_placed(points, hazard), fill) for points, fill in _SYMBOLS[hazard]),
    ]
    return [
        Polygon(tuple((cx + x * radius, cy + y * radius) for x, y in points), fill)
        for points, fill in shapes
    ]


def warning_triangle(cx: float, cy: float, radius: float) -> list[Element]:
    """Return the yellow warning triangle of facility signs with the sign of poison in it."""
    corners: Points = ((0, -0.92), (1, 0.8), (-1, 0.8))
    inner: Points = ((0, -0.7), (0.81, 0.69), (-0.81, 0.69))
    symbol = tuple(
        (tuple((x * 0.8, y * 0.8 + 0.17) for x, y in points), YELLOW if fill == WHITE else fill)
        for points, fill in _SYMBOLS[Hazard.TOXIC]
    )
    return [
        Polygon(tuple((cx + x * radius, cy + y * radius) for x, y in points), fill)
        for points, fill in ((corners, BLACK), (inner, YELLOW), *symbol)
    ]


def _placed(points: Points, hazard: Hazard) -> Points:
    """Keep the symbol clear of the diamond's edge; the corrosive one fills the lower half."""
    if hazard is Hazard.CORROSIVE:
        return points
    return tuple((x * 0.86, y * 0.86 - 0.04) for x, y in points)


def _scaled(points: Points, factor: float) -> Points:
    return tuple((x * factor, y * factor) for x, y in points)


def _toxic() -> list[Shape]:
    bones: list[Shape] = []
    for side in (-1, 1):
        bones.append((bar(-0.47 * side, 0.14, 0.47 * side, 0.5, 0.11), BLACK))
        for x, y in ((-0.47, 0.14), (0.47, 0.5)):
            bones.append((circle(x * side - 0.035, y - 0.05, 0.085), BLACK))
            bones.append((circle(x * side + 0.035, y + 0.05, 0.085), BLACK))
    skull: list[Shape] = [
        (circle(0, -0.22, 0.37, 0.93), WHITE),
        (circle(0, -0.24, 0.335, 0.9), BLACK),
        (((-0.2, -0.02), (0.2, -0.02), (0.17, 0.22), (-0.17, 0.22)), BLACK),
        (circle(-0.135, -0.19, 0.095), WHITE),
        (circle(0.135, -0.19, 0.095), WHITE),
        (((0, -0.1), (0.055, 0.03), (-0.055, 0.03)), WHITE),
    ]
    teeth: list[Shape] = [(bar(x, 0.1, x, 0.23, 0.022), WHITE) for x in (-0.09, 0.0, 0.09)]
    return bones + skull + teeth


def _corrosive() -> list[Shape]:
    def tube(x: float, direction: int) -> list[Shape]:
        lip_x, lip_y = x, -0.3
        far_x, far_y = x + 0.3 * direction, -0.5
        return [
            (bar(lip_x, lip_y, far_x, far_y, 0.17), BLACK),
            (circle(far_x, far_y, 0.085), BLACK),
            (bar(lip_x + 0.03 * direction, lip_y - 0.017, far_x, far_y, 0.1), WHITE),
            (circle(far_x, far_y, 0.05), WHITE),
            (bar(lip_x, lip_y + 0.035, far_x, far_y + 0.035, 0.05), BLACK),
            (circle(lip_x, -0.1, 0.04, 1.6), BLACK),
            (circle(lip_x, 0.04, 0.03, 1.5), BLACK),
        ]

    lower_half: Points = ((-0.68, 0.23), (0.68, 0.23), (0, 0.91))
    bench: list[Shape] = [
        (bar(-0.6, 0.16, -0.16, 0.16, 0.07), BLACK),
        (circle(-0.4, 0.12, 0.08, 0.7), WHITE),
        (bar(0.16, 0.15, 0.6, 0.15, 0.09), BLACK),
        (circle(0.16, 0.15, 0.045), BLACK),
        (bar(0.48, 0.12, 0.56, 0.02, 0.07), BLACK),
        (circle(0.56, 0.02, 0.035), BLACK),
        (circle(0.38, 0.09, 0.085, 0.7), WHITE),
    ]
    return [(lower_half, BLACK), *bench, *tube(-0.4, 1), *_mirrored(tube(-0.4, 1))]


def _ignitable() -> list[Shape]:
    flame = outline(
        (-0.02, -0.66),
        ((0.1, -0.42), (0.02, -0.32), (0.12, -0.14)),
        ((0.16, -0.2), (0.17, -0.28), (0.14, -0.36)),
        ((0.36, -0.16), (0.42, 0.12), (0.24, 0.32)),
        ((0.12, 0.44), (-0.14, 0.44), (-0.26, 0.3)),
        ((-0.42, 0.1), (-0.36, -0.08), (-0.24, -0.22)),
        ((-0.24, -0.12), (-0.21, -0.06), (-0.16, -0.03)),
        ((-0.1, -0.28), (0.02, -0.4), (-0.02, -0.66)),
    )
    inner = outline(
        (0.0, 0.02),
        ((0.02, 0.12), (0.1, 0.14), (0.11, 0.24)),
        ((0.11, 0.34), (-0.1, 0.34), (-0.1, 0.22)),
        ((-0.1, 0.14), (-0.02, 0.12), (0.0, 0.02)),
    )
    return [(flame, BLACK), (inner, RED), (bar(-0.3, 0.47, 0.3, 0.47, 0.07), BLACK)]


def _reactive() -> list[Shape]:
    shards: list[Shape] = [
        (((-0.5, -0.16), (-0.36, -0.22), (-0.38, -0.08)), BLACK),
        (((0.46, -0.26), (0.58, -0.16), (0.42, -0.12)), BLACK),
        (((0.32, 0.3), (0.48, 0.26), (0.42, 0.4)), BLACK),
        (((-0.46, 0.24), (-0.32, 0.28), (-0.42, 0.38)), BLACK),
        (((0.06, -0.66), (0.16, -0.56), (0.04, -0.54)), BLACK),
    ]
    return [
        (star(0, 0.0, 0.28, 0.56, 9), BLACK),
        (circle(0.0, 0.02, 0.24), YELLOW),
        (circle(0.0, 0.04, 0.2), BLACK),
        (bar(0.08, -0.12, 0.17, -0.24, 0.08), BLACK),
        (circle(-0.07, -0.03, 0.05), YELLOW),
        *shards,
    ]


def _infectious() -> list[Shape]:
    cx, cy = 0.0, 0.1
    lobes = ((0.0, -1.0), (0.866, 0.5), (-0.866, 0.5))
    shapes: list[Shape] = []
    for dx, dy in lobes:
        shapes.append((circle(cx + 0.29 * dx, cy + 0.29 * dy, 0.3), BLACK))
    for dx, dy in lobes:
        shapes.append((circle(cx + 0.37 * dx, cy + 0.37 * dy, 0.225), WHITE))
        near, far = (cx + 0.1 * dx, cy + 0.1 * dy), (cx + 0.62 * dx, cy + 0.62 * dy)
        shapes.append((bar(*near, *far, 0.12), WHITE))
    shapes.append((circle(cx, cy, 0.075), WHITE))
    shapes += [(ring_sector(cx, cy, 0.36, 0.43, a - 31, a + 31), BLACK) for a in (90, 210, 330)]
    return shapes


def _mirrored(shapes: list[Shape]) -> list[Shape]:
    return [(tuple((-x, y) for x, y in points), fill) for points, fill in shapes]


_SYMBOLS = {
    Hazard.TOXIC: _toxic(),
    Hazard.CORROSIVE: _corrosive(),
    Hazard.IGNITABLE: _ignitable(),
    Hazard.REACTIVE: _reactive(),
    Hazard.INFECTIOUS: _infectious(),
}
