"""Whole lives of waste, told by devices."""

from dataclasses import dataclass

from tests.cast import (
    CARRIER,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    Cast,
    collect,
    fill,
    merge,
    open_manifest,
    produce,
    transport,
    treat,
    weigh_in,
)
from tests.devices import Clock


@dataclass(frozen=True, slots=True)
class Drum:
    """One drum and its manifest."""

    code: str
    manifest: str


def drum(cast: Cast, clock: Clock, received_kg: str = "180.000", treated: bool = True) -> Drum:
    """A factory's drum goes to the plant."""
    code, number = cast.containers()[0], cast.manifest()
    steps = [
        (FACTORY, "produce", produce()),
        (FACTORY, "fill", fill(code)),
        (FACTORY, "store_in", {"containers": [code]}),
        (FACTORY, "store_out", {"containers": [code]}),
        (FACTORY, "open_manifest", open_manifest(number, [code])),
        (CARRIER, "load", transport(number, [code])),
        (CARRIER, "depart", transport(number, [code])),
        (CARRIER, "arrive", transport(number, [code])),
        (PLANT, "weigh_in", weigh_in(number, [code], received_kg)),
        (PLANT, "accept", {"containers": [code], "manifest": number}),
        (PLANT, "treat", treat([code])),
    ]
    for org, typ, body in steps[: None if treated else -1]:
        clock.forward(minutes=10)
        cast.device(org).tell(typ, body)
    return Drum(code, number)


@dataclass(frozen=True, slots=True)
class Merged:
    """Small containers in a big one, and one that was not merged."""

    small: tuple[str, str]
    big: str
    alone: str


def merged(cast: Cast, clock: Clock) -> Merged:
    """The platform collects three small containers and merges two of them."""
    first, second, alone, big = cast.containers(4, PLATFORM)
    platform = cast.device(PLATFORM)
    for code in (first, second, alone):
        clock.forward(minutes=10)
        platform.tell("fill", fill(code, "18.000"))
        clock.forward(minutes=10)
        platform.tell("collect", collect(code, from_org=GARAGE))
    clock.forward(minutes=10)
    platform.tell("merge", merge([first, second], big, "36.000"))
    return Merged((first, second), big, alone)
