"""The read tables are nothing but the ledger: made again from it they are the same, row by row."""

import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.cast import (
    BATCH,
    CARRIER,
    DAY,
    FACTORY,
    GARAGE,
    PLANT,
    PLATFORM,
    WASTE,
    Cast,
    fill,
    open_manifest,
    produce,
)
from tests.conftest import START, Furnished, OpenDeployment, settings_for
from tests.databases import Database
from tests.devices import Clock
from tests.services.lives import drum, merged
from tests.store.ledger_checks import check_ledger
from tests.store.signer import Signer
from waste_trace.errors import WasteTraceError
from waste_trace.ledger.dsse import envelope_bytes
from waste_trace.ledger.reasons import RevocationReason
from waste_trace.services.deployment import Deployment
from waste_trace.services.enrol_device import revoke_device
from waste_trace.services.issue_labels import issue_labels
from waste_trace.services.number_manifest import number_manifest
from waste_trace.services.rebuild import rebuild, snapshot
from waste_trace.services.record_event import submit_event
from waste_trace.store.sequencer import Draft, Recorded

pytestmark = pytest.mark.long

VERBS = {
    FACTORY: ("produce", "fill", "store_in", "store_out", "open_manifest", "capture_frame"),
    PLATFORM: ("fill", "collect", "store_in", "store_out", "merge"),
    CARRIER: ("load", "depart", "arrive"),
    PLANT: ("weigh_in", "accept", "store_in", "merge", "treat"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a device does, or that somebody does to what it did.

    Attributes:
        what: "tell" now, "keep" for later, "alter" a byte, "repeat" or "fork" what was told.
        minutes: how far the claimed time is from the step's turn.
    """

    org: str
    verb: int
    containers: tuple[int, ...]
    kilograms: int
    minutes: int
    what: str


STEPS = st.builds(
    Step,
    org=st.sampled_from(sorted(VERBS)),
    verb=st.integers(0, 5),
    containers=st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True).map(tuple),
    kilograms=st.integers(0, 2000),
    minutes=st.sampled_from([0, 0, 0, -1, 3, -90, 600, -3000]),
    what=st.sampled_from(["tell"] * 5 + ["keep"] * 3 + ["alter", "repeat", "fork"]),
)


@dataclass
class Play:
    """Random events of four organisations on one ledger; what it refuses is part of the play."""

    deployment: Deployment

    def __post_init__(self) -> None:
        sequencer = self.deployment.sequencer
        self.signers = {org: Signer(sequencer, f"dev-{org[-6:].lower()}", org) for org in VERBS}
        issued = issue_labels(self.deployment, PLATFORM, WASTE, DAY, 4)
        self.codes = [str(token.digital_id) for token in issued.tokens]
        self.codes.append(self.codes[0][:-3] + "900")  # one that nobody issued
        self.manifests = [number_manifest(self.deployment, FACTORY, 2026) for _ in range(2)]
        self.told: list[bytes] = []
        self.kept: list[bytes] = []
        self.answers: list[Future[Recorded]] = []
        self.refused = 0

    def act(self, number: int, step: Step) -> None:
        """One step, in its turn."""
        signer = self.signers[step.org]
        verbs = VERBS[step.org]
        verb = verbs[step.verb % len(verbs)]
        claimed = datetime(2026, 11, 23, 8, tzinfo=UTC)
        claimed += timedelta(minutes=7 * number + step.minutes)
        at = claimed.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        fork = 0 if step.what == "fork" and signer.seq else None
        item = signer.sign(verb, self.body(verb, step), at=at, seq=fork)
        envelope = envelope_bytes(item.envelope)
        if step.what == "keep":
            self.kept.append(envelope)
            return
        if step.what == "alter":
            envelope = envelope.replace(b'"sig":"', b'"sig":"AAAA', 1)
        self.told.append(envelope)
        self.send(self.told[step.kilograms % len(self.told)] if step.what == "repeat" else envelope)

    def send(self, envelope: bytes) -> None:
        """Hand an envelope in, and do not wait: what comes together is one batch."""
        try:
            self.answers.append(submit_event(self.deployment, envelope, remote="play"))
        except WasteTraceError:
            self.refused += 1

    def body(self, verb: str, step: Step) -> dict[str, Any]:
        """A body of that verb, from the numbers of the step."""
        codes = [self.codes[number] for number in step.containers]
        number = self.manifests[step.kilograms % 2]
        weight_kg = f"{step.kilograms}.{step.kilograms % 1000:03d}"
        on: dict[str, Any] = {"containers": codes}
        if step.kilograms % 3 == 0:
            on["labels"] = [f"HTTPS://TRACE/Q/{codes[0]}.0.00000000.AAAA"]
        into = {"into": self.codes[(step.containers[0] + 1) % 5], "weight_kg": weight_kg}
        bodies: dict[str, dict[str, Any]] = {
            "produce": produce(weight_kg),
            "fill": {**on, "batch": BATCH, "weight_kg": weight_kg},
            "collect": {**on, "from_org": GARAGE, "weight_kg": weight_kg},
            "store_in": on,
            "store_out": on,
            "merge": {**on, **into},
            "open_manifest": open_manifest(number, codes, weight_kg),
            "load": {**on, "manifest": number, "weight_kg": weight_kg},
            "depart": {**on, "manifest": number},
            "arrive": {**on, "manifest": number},
            "weigh_in": {**on, "manifest": number, "weight_kg": weight_kg},
            "accept": {**on, "manifest": number},
            "treat": {**on, "method": "R9", "weight_kg": weight_kg},
            "capture_frame": {"camera": "C", "sha256": "0" * 64, "media_type": "image/png"},
        }
        return bodies[verb]

    def finish(self, seed: int) -> None:
        """The devices come home: what they kept arrives in any order, after a revocation."""
        revoke_device(
            self.deployment, self.signers[PLATFORM].dev, RevocationReason.LOST, last_good_seq=4
        )
        random.Random(seed).shuffle(self.kept)
        for envelope in self.kept:
            self.send(envelope)
        for answer in self.answers:
            self.refused += answer.exception(60) is not None


@contextmanager
def stage(furnished: Furnished) -> Iterator[Deployment]:
    """A deployment of one example's own."""
    database = furnished.databases.copy(furnished.opened)
    with tempfile.TemporaryDirectory(dir=furnished.folder.parent) as folder:
        for name in ("keys", "high-water"):
            _copy(furnished.folder / name, Path(folder) / name)
        deployment = Deployment.open(settings_for(database.url, Path(folder)), Clock(START))
        try:
            yield deployment
        finally:
            deployment.close()
            furnished.databases.drop(database)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir()
        for one in source.iterdir():
            _copy(one, target / one.name)
    else:
        target.write_bytes(source.read_bytes())


def same_after_rebuild(deployment: Deployment) -> None:
    """Rebuild, and compare every row of every read table."""
    with deployment.engine.connect() as connection:
        live = snapshot(connection)
    size = rebuild(deployment)
    with deployment.engine.connect() as connection:
        again = snapshot(connection)
    assert live.keys() == again.keys()
    for table, rows in live.items():
        assert again[table] == rows, table
    assert len(live["event_index"]) == size


@given(st.lists(STEPS, min_size=10, max_size=40), st.integers(0, 99))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happened_it_can_be_read_from_the_ledger(
    furnished: Furnished, steps: list[Step], seed: int
) -> None:
    with stage(furnished) as deployment:
        play = Play(deployment)
        for number, step in enumerate(steps):
            play.act(number, step)
        play.finish(seed)
        same_after_rebuild(deployment)
        check_ledger(deployment.engine, deployment.sequencer.log_vkey)


def test_a_rebuild_says_how_far_it_is_and_leaves_the_rest_alone(cast: Cast, clock: Clock) -> None:
    drum(cast, clock, received_kg="150.000")
    merged(cast, clock)
    told: list[tuple[int, int]] = []
    size = rebuild(cast.deployment, lambda done, whole: told.append((done, whole)))
    assert told[-1] == (size, size)
    same_after_rebuild(cast.deployment)
    assert drum(cast, clock).code  # the ledger goes on


@pytest.mark.parametrize("step", [1, 2, 7])
def test_small_steps_of_a_rebuild_give_the_same(
    cast: Cast, clock: Clock, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drum(cast, clock, received_kg="150.000")
    merged(cast, clock)
    monkeypatch.setattr("waste_trace.services.rebuild._STEP", step)
    same_after_rebuild(cast.deployment)


def test_a_projector_that_forgets_gives_the_same(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("waste_trace.store.projector.projector._LOOK_EACH", 1)
        patch.setattr("waste_trace.store.projector.work._MOST", 0)
        drum(cast, clock, received_kg="150.000")
        merged(cast, clock)
    same_after_rebuild(cast.deployment)


def test_an_empty_ledger_is_rebuilt(furnished: Furnished) -> None:
    with stage(furnished) as deployment:
        same_after_rebuild(deployment)


@pytest.mark.parametrize("furnished", ["postgresql"], indirect=True)  # SQLite serves one process
def test_two_servers_that_take_turns_remember_nothing_stale(
    data_dir: Path, opened_database: Database, open_deployment: OpenDeployment
) -> None:
    """Each has read what the containers were; then the other one moves them."""
    servers = [open_deployment(opened_database, data_dir) for _ in range(2)]
    codes = [str(t.digital_id) for t in issue_labels(servers[0], PLATFORM, WASTE, DAY, 3).tokens]
    signer = Signer(servers[0].sequencer, "dev-turns", PLATFORM)
    on: dict[str, object] = {"containers": codes}
    bodies: list[tuple[str, dict[str, object]]] = [
        ("fill", {**on, "batch": BATCH, "weight_kg": "30.000"})
    ]
    bodies += [("store_in", on), ("store_out", on)] * 3
    for turn, (verb, body) in enumerate(bodies):
        item = signer.sign(verb, body, at=f"2026-11-23T08:{turn:02d}:00.000Z")
        servers[turn % 2].sequencer.submit(item).result(60)
    same_after_rebuild(servers[0])


def test_what_was_rolled_back_is_not_remembered(cast: Cast) -> None:
    """An event was projected and its batch fails: the next one finds the container as it was."""
    sequencer = cast.deployment.sequencer
    (code,) = cast.containers(1, FACTORY)
    signer = Signer(sequencer, "dev-again", FACTORY)
    sequencer.submit(signer.sign("fill", fill(code))).result(60)
    lost: dict[str, object] = {"containers": [code], "reason": "void"}

    def build(_: Connection) -> Iterator[Draft]:
        yield Draft("void_label", lost, org=FACTORY)
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        sequencer.compose("issuer", build)  # type: ignore[arg-type]
    sequencer.submit(signer.sign("store_in", {"containers": [code]})).result(60)
    same_after_rebuild(cast.deployment)
