"""Whatever is told, and in whatever order, books from the leaves alone are those of the tables.

The story is nonsense: verbs come as they fall, late and out of order, and so do corrections.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import CARRIER, FACTORY, GARAGE, PLANT, PLATFORM, SITES, Cast, fill, transport
from tests.devices import Clock
from tests.services.test_desk_and_corrections import the_same_after_a_rebuild
from tests.services.test_mass_balance import NOVEMBER, in_order, keep_books
from tests.services.test_projection import rows
from waste_trace.services.deployment import Deployment
from waste_trace.services.reports.asked import Asked
from waste_trace.services.reports.reading import reading
from waste_trace.store.tables import CorrectionRow

pytestmark = pytest.mark.long

Body = Mapping[str, Any]


class Teller:
    """Tells things of five containers, by a seed."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast = cast
        self.chance = random.Random(seed)
        self.codes = cast.containers(5)
        self.manifest = cast.manifest()
        self.told: list[tuple[str, int, Body, datetime]] = []

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
        self.told.append((org, device.tell(typ, body, at=at).index, body, at))

    def correct(self) -> None:
        """Somebody corrects what was told, and perhaps somebody agrees."""
        signer, index, said, at = self.chance.choice(self.told)
        code = self.chance.choice(said["containers"])
        later = at + timedelta(minutes=self.chance.randint(-90, 90))
        field, old, new = self.chance.choice(
            [
                ("weight_kg", str(said.get("weight_kg", "")), self.kg()),
                ("weight_kg", str(said.get("weight_kg", "")), ""),
                ("claimed_at", at.isoformat(timespec="milliseconds"), later.isoformat()),
                (f"container.{code}", code, self.chance.choice(self.codes)),
                ("from_org", str(said.get("from_org", "")), FACTORY),
                ("site", SITES.get(PLATFORM, ""), SITES[PLANT]),
            ]
        )
        body = {"corrects": index, "field": field, "old": old, "new": new, "reason": "scale"}
        parties = (FACTORY, PLATFORM, CARRIER, PLANT)
        by = self.chance.choice((signer, signer, *parties))
        correction = self.cast.device(by).tell("correct", body).index
        for org in self.chance.sample(parties, 3):
            answer = self.chance.choice(("confirm_correction", "dispute_correction"))
            more = {} if answer == "confirm_correction" else {"reason": "not_so"}
            self.cast.device(org).tell(answer, {"correction": correction, **more})


SAYS = {
    FACTORY: ("fill", "store_in", "store_out", "weigh", "split", "take_back", "write_off"),
    PLATFORM: ("collect", "merge", "store_in"),
    CARRIER: ("load", "depart", "arrive", "return"),
    PLANT: ("weigh_in", "accept", "reject", "treat", "store_in"),
}


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_books_without_tables(
    deployment: Deployment, cast: Cast, clock: Clock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = Teller(cast, seed)
    clock.forward(days=1)
    for _ in range(40):
        clock.forward(minutes=teller.chance.randint(0, 9))
        org = teller.chance.choice(list(SAYS))
        teller.tell(org, teller.chance.choice(SAYS[org]), teller.chance.randint(0, 60))
        if teller.told and teller.chance.random() < 0.25:
            teller.correct()
    with reading(deployment, Asked(PLANT, None, NOVEMBER)) as found:
        kept = found.bookings()
    assert len(kept) > 10
    assert in_order(keep_books(deployment)) == in_order(kept)
    statuses = {row["status"] for row in rows(deployment, CorrectionRow)}
    assert {"confirmed", "void"} <= statuses
    for step in (1, 5):
        monkeypatch.setattr("waste_trace.services.rebuild._STEP", step)
        assert the_same_after_a_rebuild(deployment), step
