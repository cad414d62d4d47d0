"""Flattened curves in a unit square, for pictograms: circles, bars, Bézier outlines."""

from math import cos, hypot, pi, sin

from waste_trace.labels.layout import Point

Points = tuple[Point, ...]
_STEPS = 48


def circle(cx: float, cy: float, radius: float, squash: float = 1.0) -> Points:
    """Return a circle, or an ellipse whose height is ``squash`` times its width."""
    return tuple(
        (cx + radius * cos(2 * pi * i / _STEPS), cy + radius * squash * sin(2 * pi * i / _STEPS))
        for i in range(_STEPS)
    )


def bar(x1: float, y1: float, x2: float, y2: float, thickness: float) -> Points:
    """Return a straight bar between two points."""
    length = hypot(x2 - x1, y2 - y1)
    nx, ny = -(y2 - y1) / length * thickness / 2, (x2 - x1) / length * thickness / 2
    return ((x1 + nx, y1 + ny), (x2 + nx, y2 + ny), (x2 - nx, y2 - ny), (x1 - nx, y1 - ny))


def ring_sector(
    cx: float, cy: float, inner: float, outer: float, start: float, end: float
) -> Points:
    """Return a part of a ring between two angles in degrees (0 is right, 90 is down)."""
    angles = [start + (end - start) * i / _STEPS for i in range(_STEPS + 1)]
    out = [(cx + outer * cos(a * pi / 180), cy + outer * sin(a * pi / 180)) for a in angles]
    back = [
        (cx + inner * cos(a * pi / 180), cy + inner * sin(a * pi / 180)) for a in reversed(angles)
    ]
    return tuple(out + back)


def outline(start: Point, *curves: tuple[Point, Point, Point]) -> Points:
    """Return an outline of cubic Bézier pieces: two control points and an end for each."""
    points = [start]
    for c1, c2, end in curves:
        x0, y0 = points[-1]
        for i in range(1, 13):
            t = i / 12
            a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
            points.append(
                (
                    a * x0 + b * c1[0] + c * c2[0] + d * end[0],
                    a * y0 + b * c1[1] + c * c2[1] + d * end[1],
                )
            )
    return tuple(points)


def star(cx: float, cy: float, inner: float, outer: float, spikes: int) -> Points:
    """Return a star of alternating radii, first spike upward."""
    return tuple(
        (
            cx + (outer if i % 2 == 0 else inner) * sin(pi * i / spikes),
            cy - (outer if i % 2 == 0 else inner) * cos(pi * i / spikes),
        )
        for i in range(2 * spikes)
    )
