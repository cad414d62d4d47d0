"""Lives of containers as touches, for the tests of folds."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cast import BATCH, CARRIER, FACTORY, PLANT, PLATFORM
from waste_trace.custody.fold import Touch
from waste_trace.custody.states import State

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CODE = "91330482MA2CUX11X39002140820261123001"
OTHER = "91330482MA2CUX11X39002140820261123002"
MANIFEST = "20263304000001"

#: The usual life: (verb, role, organisation, what its body says).
LIFE: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    ("issue", "subject", "", {}),
    ("fill", "subject", FACTORY, {"batch": BATCH, "weight_kg": "180.000", "volume_l": 200}),
    ("store_in", "subject", FACTORY, {}),
    ("store_out", "subject", FACTORY, {}),
    ("open_manifest", "subject", FACTORY, {"manifest": MANIFEST}),
    ("load", "subject", CARRIER, {"manifest": MANIFEST, "weight_kg": "181.000"}),
    ("depart", "subject", CARRIER, {"manifest": MANIFEST}),
    ("arrive", "subject", CARRIER, {"manifest": MANIFEST}),
    ("weigh_in", "subject", PLANT, {"manifest": MANIFEST, "weight_kg": "179.500"}),
    ("accept", "subject", PLANT, {"manifest": MANIFEST}),
    ("treat", "subject", PLANT, {"method": "R9", "weight_kg": "179.500"}),
)

#: What a body of each verb must hold for the fold, where it must hold something.
BODIES: Mapping[str, Mapping[str, Any]] = {
    "issue": {"org": FACTORY, "rotation": 0},
    "fill": {"batch": BATCH, "weight_kg": "180.000"},
    "merge": {"into": OTHER, "weight_kg": "18.000"},
    "collect": {"from_org": FACTORY},
    "split": {"into": [{"container": CODE, "weight_kg": "18.000"}]},
    "repack": {"into": [{"container": CODE, "weight_kg": "18.000"}]},
    "open_stock": {"weight_kg": "180.000"},
    "weigh_in": {"weight_kg": "180.000"},
    "treat": {"method": "R9", "weight_kg": "180.000"},
}


def touch(
    idx: int,
    typ: str,
    *,
    role: str = "subject",
    minutes: float = 0,
    org: str = PLATFORM,
    containers: Sequence[str] = (CODE,),
    **body: Any,
) -> Touch:
    """One touch, claimed so many minutes after the start."""
    claimed_at = START + timedelta(minutes=minutes)
    whole = {**BODIES.get(typ, {}), "containers": list(containers), **body}
    return Touch(idx, typ, role, claimed_at, org, f"SITE-{org[-4:]}", whole, CODE)


def life(*, minutes_apart: float = 10) -> list[Touch]:
    """The usual life, in order."""
    return [
        touch(idx, typ, role=role, org=org, minutes=idx * minutes_apart, **body)
        for idx, (typ, role, org, body) in enumerate(LIFE)
    ]


#: The state after each event of the usual life.
STATES = (
    State.ISSUED, State.FILLED, State.STORED, State.OUT, State.OUT, State.LOADED,
    State.IN_TRANSIT, State.ARRIVED, State.WEIGHED, State.ACCEPTED, State.TREATED,
)  # fmt: skip
