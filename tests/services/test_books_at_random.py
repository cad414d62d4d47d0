"""Whatever is told, and in whatever order, books from the leaves alone are those of the tables.

The story is nonsense: verbs come as they fall, late and out of order, and so do corrections.
"""

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.cast import CARRIER, FACTORY, GARAGE, PLANT, PLATFORM, Cast, fill, transport
from tests.devices import Clock
from tests.services.test_mass_balance import NOVEMBER, in_order, keep_books
from waste_trace.services.deployment import Deployment
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.reading import reading

pytestmark = pytest.mark.long

Body = Mapping[str, Any]


class Teller:
    """Tells things of five containers, by a seed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.chance = random.Random(seed)
        self.codes = cast.containers(5)
        self.manifest = cast.manifest()
        self.weights: list[tuple[str, int, str]] = []

    def some(self, most: int = 3) -> list[str]:
        return self.chance.sample(self.codes, self.chance.randint(1, most))

    def kg(self) -> str:
        return f"{self.chance.randint(1, 300)}.{self.chance.randint(0, 999):03d}"

    def body(self, typ: str) -> Body:
        """A body of this verb, of containers that need not be ready for it."""
        chosen = self.some()
        named = {"containers": chosen, "manifest": self.manifest}
        into = [code for code in self.codes if code not in chosen]
        bodies: dict[str, Body] = {
            "fill": fill(chosen[0], self.kg()),
            "weigh": {"containers": chosen, "weight_kg": self.kg()},
            "collect": {"containers": chosen, "from_org": GARAGE, "weight_kg": self.kg()},
            "merge": {"containers": chosen, "into": into[0], "weight_kg": self.kg()},
            "split": {
                "containers": chosen[:1],
                "into": [{"container": code, "weight_kg": self.kg()} for code in into[:2]],
            },
            "load": transport(self.manifest, chosen),
            "depart": transport(self.manifest, chosen),
            "arrive": transport(self.manifest, chosen),
            "return": transport(self.manifest, chosen),
            "weigh_in": {**named, "weight_kg": self.kg()},
            "accept": named,
            "reject": {**named, "differences": ["quantity"]},
            "take_back": named,
            "treat": {"containers": chosen, "method": "R9", "weight_kg": self.kg()},
            "write_off": {"containers": chosen[:1], "reason": "spilled"},
        }
        return bodies.get(typ, {"containers": chosen})

    def tell(self, org: str, typ: str, minutes: int) -> None:
        """Tell it as having happened so many minutes ago."""
        body = self.body(typ)
        device = self.cast.device(org)
        at = self.cast.deployment.now() - timedelta(minutes=minutes)
        index = device.tell(typ, body, at=at).index
        if "weight_kg" in body:
            self.weights.append((org, index, body["weight_kg"]))

    def correct(self) -> None:
        """Somebody corrects a weight that was told, and perhaps somebody agrees."""
        _, index, old = self.chance.choice(self.weights)
        body = {"corrects": index, "field": "weight_kg", "old": old, "new": self.kg(),
                "reason": "scale"}  # fmt: skip
        parties = (FACTORY, PLATFORM, CARRIER, PLANT)
        correction = self.cast.device(self.chance.choice(parties)).tell("correct", body).index
        for org in self.chance.sample(parties, 2):
            answer = self.chance.choice(("confirm_correction", "dispute_correction"))
            more = {} if answer == "confirm_correction" else {"reason": "not_so"}
            self.cast.device(org).tell(answer, {"correction": correction, **more})


SAYS = {
    FACTORY: ("fill", "store_in", "store_out", "weigh", "split", "take_back", "write_off"),
    PLATFORM: ("collect", "merge", "store_in"),
    CARRIER: ("load", "depart", "arrive", "return"),
    PLANT: ("weigh_in", "accept", "reject", "treat", "store_in"),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_books_without_tables(deployment: Deployment, cast: Cast, clock: Clock, seed: int) -> None:
    teller = Teller(cast, seed)
    clock.forward(days=1)
    for _ in range(40):
        clock.forward(minutes=teller.chance.randint(0, 9))
        org = teller.chance.choice(list(SAYS))
        teller.tell(org, teller.chance.choice(SAYS[org]), teller.chance.randint(0, 60))
        if teller.weights and teller.chance.random() < 0.15:
            teller.correct()
    with reading(deployment, Asked(PLANT, None, NOVEMBER)) as found:
        kept = found.bookings()
    assert len(kept) > 10
    assert in_order(keep_books(deployment)) == in_order(kept)
