"""The route that a manifest's vehicle is to take (规划路线)."""

from pydantic import Field

from waste_trace.custody.bodies.fields import Body, DegreesText, ManifestNumber, Strict


class RoutePoint(Strict):
    """A point of the route, WGS 84."""

    latitude: DegreesText
    longitude: DegreesText


class PlanRouteBody(Body):
    """规划路线: points in order; ``width_m`` from the line is still on it; ``minutes`` it takes."""

    manifest: ManifestNumber
    points: list[RoutePoint] = Field(min_length=2, max_length=200)
    width_m: int | None = Field(default=None, ge=50, le=50_000)
    minutes: int | None = Field(default=None, ge=1, le=10_000)
